//! `/policies/drafts/:id`: a policy that is written here, compared with the past, and
//! published by somebody else.

use domain::PolicyDraftId;
use leptos::{prelude::*, server_fn::ServerFn};

use super::{people, simulation};
use crate::{
    api::{
        form::{Failure, take_failure},
        policies::{
            DiscardPolicy, DraftPage, PolicyText, ProposePolicy, PublishPolicy, SavePolicyDraft,
            load_policy_draft,
        },
    },
    components::{FailureNote, FormToken},
    pages::load::{Heading, load, now, problem, subject},
};

/// The page.
#[component]
pub fn PolicyDraft() -> impl IntoView {
    let failure = take_failure();
    match subject::<PolicyDraftId>() {
        Ok(draft) => load(load_policy_draft(draft), move |page| {
            show(page, failure.as_ref())
        }),
        Err(error) => problem(error),
    }
}

fn show(page: DraftPage, failure: Option<&Failure>) -> AnyView {
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let faults: Vec<_> = page
        .faults
        .iter()
        .map(|fault| view! { <li><code>{fault.clone()}</code></li> })
        .collect();
    let faults = (!faults.is_empty()).then(|| {
        view! {
            <section class="card" role="status">
                <h2>"What is wrong"</h2>
                <ul>{faults}</ul>
            </section>
        }
    });
    let decide = decide(&page);
    let simulation = page
        .simulation
        .clone()
        .map(|simulation| simulation::show(simulation, now()));
    view! {
        <Heading title=page.header.title.clone() />
        <p>{page.header.state.clone()}". Written by "{people(page.header.authors.clone())}</p>
        {note}
        {faults}
        {decide}
        {simulation}
        {texts(&page)}
    }
    .into_any()
}

/// Which revision of which draft a form is about.
fn about(page: &DraftPage) -> AnyView {
    view! {
        <FormToken />
        <input type="hidden" name="draft" value=page.header.draft.to_string() />
        <input type="hidden" name="revision" value=page.revision.to_string() />
    }
    .into_any()
}

fn decide(page: &DraftPage) -> AnyView {
    let publish = match &page.hindrance {
        None => view! {
            <form method="post" action=PublishPolicy::url()>
                {about(page)} <button class="button primary">"Publish: in force at once"</button>
            </form>
        }
        .into_any(),
        Some(hindrance) => view! { <p class="quiet">{hindrance.clone()}</p> }.into_any(),
    };
    let propose = (page.may_edit && !page.is_proposed && page.faults.is_empty()).then(|| {
        view! {
            <form method="post" action=ProposePolicy::url()>
                {about(page)} <button class="button primary">"Propose"</button>
            </form>
        }
    });
    let discard = page.may_edit.then(|| {
        view! {
            <form method="post" action=DiscardPolicy::url()>
                {about(page)} <button class="button">"Give it up"</button>
            </form>
        }
    });
    view! { <div class="form-actions">{publish}{propose}{discard}</div> }.into_any()
}

fn texts(page: &DraftPage) -> AnyView {
    if !page.may_edit {
        let files: Vec<_> = page.files.iter().map(read_only).collect();
        return files.into_any();
    }
    let empty = PolicyText {
        name: String::new(),
        text: String::new(),
    };
    let files = page.files.iter().chain([&empty]).enumerate();
    let files: Vec<_> = files.map(|(number, file)| field(number, file)).collect();
    view! {
        <form class="card form" method="post" action=SavePolicyDraft::url()>
            {about(page)} <h2>"Its files"</h2>
            <p class="quiet">
                "Whoever saves is an author, and authors do not publish. A file without a name and text is left out."
            </p>
            {files}
            <div class="form-actions">
                <button class="button primary">"Save and compare"</button>
            </div>
        </form>
    }
    .into_any()
}

fn read_only(file: &PolicyText) -> AnyView {
    view! {
        <section class="card">
            <h2>{file.name.clone()}</h2>
            <pre class="policy-text" tabindex="0">
                <code>{file.text.clone()}</code>
            </pre>
        </section>
    }
    .into_any()
}

fn field(number: usize, file: &PolicyText) -> AnyView {
    let (name, text) = (
        format!("files[{number}][name]"),
        format!("files[{number}][text]"),
    );
    let (name_id, text_id) = (format!("name-{number}"), format!("text-{number}"));
    let lines = file.text.lines().count().clamp(4, 40);
    // HTML leaves out a line break right behind the tag.
    let content = format!("\n{}", file.text);
    view! {
        <div class="field">
            <label for=name_id.clone()>"File"</label>
            <input
                id=name_id
                name=name
                value=file.name.clone()
                autocomplete="off"
                placeholder="name.cedar"
            />
        </div>
        <div class="field">
            <label for=text_id.clone()>"Policies"</label>
            <textarea id=text_id name=text rows=lines class="code" spellcheck="false">
                {content}
            </textarea>
        </div>
    }
    .into_any()
}
