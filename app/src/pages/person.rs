//! `/people/{id}` and `/me`: one person, and where they are signed in.

use domain::{PersonId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    delegations::delegations,
    load::{Heading, load, now, problem, reason, subject},
    people::said,
};
use crate::{
    api::{
        form::{Failure, take_failure},
        people::{
            ChooseDigest, DisablePerson, Disabled, EnablePerson, EndSession, EndSessions,
            PersonPage, SignInRow, load_person,
        },
    },
    components::{Empty, FailureNote, FormToken, Moment, PersonBadge, When},
    format::plural,
};

/// Anybody, for those who oversee people.
#[component]
pub fn PersonOverview() -> impl IntoView {
    match subject::<PersonId>() {
        Ok(person) => {
            let failure = take_failure();
            load(load_person(Some(person)), move |page| {
                show(page, false, failure.as_ref())
            })
        }
        Err(error) => problem(error),
    }
}

/// The person who looks.
#[component]
pub fn Me() -> impl IntoView {
    let failure = take_failure();
    let lent = delegations(failure.clone());
    let own = load(load_person(None), move |page| {
        show(page, true, failure.as_ref())
    });
    view! {
        {own}
        {lent}
    }
    .into_any()
}

fn show(page: PersonPage, own: bool, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let title = if own {
        "Where you are signed in".to_owned()
    } else {
        page.row.person.name.clone()
    };
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let digest = own.then(|| digest(page.wants_digest));
    let change = page.may_disable.then(|| {
        if page.row.disabled.is_some() {
            enable(page.row.person.id, failure)
        } else {
            disable(page.row.person.id, failure)
        }
    });
    view! {
        <Heading title />
        {note}
        {facts(&page, now)}
        <section>
            <h2 class="section-title">"Sessions"</h2>
            {sessions(&page, own, now)}
        </section>
        {digest}
        {change}
    }
    .into_any()
}

fn facts(page: &PersonPage, now: Timestamp) -> AnyView {
    let row = page.row.clone();
    let roles: Vec<_> = row.roles.iter().map(|role| role.as_str()).collect();
    let disabled = row.disabled.clone().map(|disabled| kept_out(disabled, now));
    view! {
        <dl class="facts card">
            <dt>"State"</dt>
            <dd>
                <PersonBadge disabled=row.disabled.is_some() has_role=!row.roles.is_empty() />
            </dd>
            {disabled}
            <dt>"Mail"</dt>
            <dd>{row.person.email}</dd>
            <dt>"Identity provider"</dt>
            <dd>
                <code>{row.issuer}</code>
            </dd>
            <dt>"Groups"</dt>
            <dd>{said(&row.groups, "none")}</dd>
            <dt>"Roles"</dt>
            <dd>{said(&roles, "none")}</dd>
            <dt>"Answers for"</dt>
            <dd>
                <a href="/agents">{plural(row.agents, "agent")}</a>
            </dd>
            <dt>"Last signed in"</dt>
            <dd>
                <Moment at=row.last_signed_in_at now />
            </dd>
            <dt>"Id"</dt>
            <dd>
                <code>{row.person.id.to_string()}</code>
            </dd>
        </dl>
    }
    .into_any()
}

fn kept_out(disabled: Disabled, now: Timestamp) -> AnyView {
    view! {
        <dt>"Disabled"</dt>
        <dd>
            <When at=disabled.at now />
            ": "
            <q>{disabled.reason}</q>
        </dd>
    }
    .into_any()
}

fn sessions(page: &PersonPage, own: bool, now: Timestamp) -> AnyView {
    if page.sessions.is_empty() {
        return view! {
            <Empty
                title="Not signed in anywhere"
                hint="A session ends soon after its last use, and after a working day in any case."
            />
        }
        .into_any();
    }
    let person = page.row.person.id;
    let rows: Vec<_> = page
        .sessions
        .iter()
        .cloned()
        .map(|session| row(person, session, page.may_end, own, now))
        .collect();
    let all = page.may_end.then(|| end_all(person, own));
    view! {
        <ul class="rows">{rows}</ul>
        {all}
    }
    .into_any()
}

fn row(person: PersonId, row: SignInRow, may_end: bool, own: bool, now: Timestamp) -> AnyView {
    let here = row
        .is_this
        .then_some(view! { <strong>" · this browser"</strong> });
    let end = may_end.then(|| {
        view! {
            <form method="post" action=EndSession::url()>
                <FormToken />
                <input type="hidden" name="person" value=person.to_string() />
                <input type="hidden" name="sign_in" value=row.sign_in.to_string() />
                <input type="hidden" name="own" value=own.to_string() />
                <button class="button small">"End"</button>
            </form>
        }
    });
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">"Signed in "<When at=row.started_at now />{here}</span>
                <p class="row-line quiet">
                    <code>{row.sign_in.to_string()}</code>
                </p>
            </div>
            <div class="row-facts">
                <span>"last used "<When at=row.seen_at now /></span>
                {end}
            </div>
        </li>
    }
    .into_any()
}

fn end_all(person: PersonId, own: bool) -> AnyView {
    view! {
        <form class="end-all" method="post" action=EndSessions::url()>
            <FormToken />
            <input type="hidden" name="person" value=person.to_string() />
            <input type="hidden" name="own" value=own.to_string() />
            <button class="button deny">"Sign out everywhere"</button>
        </form>
    }
    .into_any()
}

fn digest(is_wanted: bool) -> AnyView {
    let (state, action) = if is_wanted {
        (
            "You are mailed once a day what waits for you, if something does.",
            "Turn it off",
        )
    } else {
        (
            "You are not mailed what waits for you; only what is new.",
            "Turn it on",
        )
    };
    view! {
        <section id="digest">
            <h2 class="section-title">"Daily digest"</h2>
            <form class="card" method="post" action=ChooseDigest::url()>
                <FormToken />
                <input type="hidden" name="wanted" value=(!is_wanted).to_string() />
                <p>{state}</p>
                <button class="button">{action}</button>
            </form>
        </section>
    }
    .into_any()
}

fn disable(person: PersonId, failure: Option<&Failure>) -> AnyView {
    view! {
        <details class="danger" open=failure.is_some()>
            <summary>"Disable this person"</summary>
            <p>
                "Their sessions and open runs end at once, those of their agents too, and nobody can sign in as them. Runs do not come back when they are let in again."
            </p>
            <form method="post" action=DisablePerson::url()>
                <FormToken />
                <input type="hidden" name="person" value=person.to_string() />
                {reason(failure)}
                <button class="button deny">"Disable"</button>
            </form>
        </details>
    }
    .into_any()
}

fn enable(person: PersonId, failure: Option<&Failure>) -> AnyView {
    view! {
        <section class="danger">
            <h2>"Let this person in again"</h2>
            <p>"What was ended stays ended: they sign in anew, and open new runs."</p>
            <form method="post" action=EnablePerson::url()>
                <FormToken />
                <input type="hidden" name="person" value=person.to_string() />
                {reason(failure)}
                <button class="button">"Let them in again"</button>
            </form>
        </section>
    }
    .into_any()
}
