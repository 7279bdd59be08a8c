//! `/policies/versions/:id`: one version as it was in force, for ever.

use domain::Digest;
use leptos::prelude::*;

use super::{people, short};
use crate::{
    api::policies::{PolicyText, Publication, VersionPage, load_policy_version},
    components::Moment,
    pages::load::{Heading, load, now, problem, subject},
};

/// The page.
#[component]
pub fn PolicyVersion() -> impl IntoView {
    match subject::<Digest>() {
        Ok(version) => load(load_policy_version(version), show),
        Err(error) => problem(error),
    }
}

fn show(page: VersionPage) -> AnyView {
    let standing = if page.is_in_force {
        "This version is in force."
    } else {
        "This version is no longer in force."
    };
    let publications: Vec<_> = page.publications.into_iter().map(publication).collect();
    let files: Vec<_> = page.files.into_iter().map(file).collect();
    view! {
        <Heading title=format!("Policy {}", short(page.version)) />
        <p>
            {standing} " Its digest is " <code>{page.version.to_string()}</code> "."
        </p>
        <ul class="rows">{publications}</ul>
        {files}
    }
    .into_any()
}

fn publication(row: Publication) -> AnyView {
    let now = now();
    view! {
        <li class="row">
            <div class="row-main">
                <p class="row-line">
                    "From " {row.from} ", in force from " <Moment at=row.at now />
                </p>
                <p class="row-line">{people(row.editors)}</p>
            </div>
        </li>
    }
    .into_any()
}

/// A policy's place has its id as its name, so that a decision can point to it.
fn file(file: PolicyText) -> AnyView {
    let lines: Vec<_> = file
        .text
        .lines()
        .map(|line| {
            let line_and_end = format!("{line}\n");
            match id(line) {
                Some(id) => view! { <span id=id.to_owned()>{line_and_end}</span> }.into_any(),
                None => line_and_end.into_any(),
            }
        })
        .collect();
    view! {
        <section class="card">
            <h2>{file.name}</h2>
            <pre class="policy-text" tabindex="0">
                <code>{lines}</code>
            </pre>
        </section>
    }
    .into_any()
}

fn id(line: &str) -> Option<&str> {
    let (id, _) = line.trim().strip_prefix("@id(\"")?.split_once('"')?;
    Some(id)
}

#[cfg(test)]
mod tests {
    use super::id;

    #[test]
    fn a_policys_id_stands_in_its_annotation() {
        assert_eq!(id("  @id(\"no-exports\")"), Some("no-exports"));
        assert_eq!(id("// @id(\"no-exports\")"), None);
        assert_eq!(id("@reason(\"x\")"), None);
    }
}
