//! `/people`: everybody who has ever signed in, with their groups and roles as of then.

use domain::Timestamp;
use leptos::prelude::*;

use super::load::{Heading, load, now};
use crate::{
    api::people::{PersonRow, load_people},
    components::{Person, PersonBadge, When},
    format::plural,
};

/// The list.
#[component]
pub fn People() -> impl IntoView {
    load(load_people(), show)
}

fn show(people: Vec<PersonRow>) -> AnyView {
    let now = now();
    let title = match people.len() {
        1 => "1 person".to_owned(),
        count => format!("{count} people"),
    };
    let rows: Vec<_> = people.into_iter().map(|person| row(person, now)).collect();
    view! {
        <Heading title />
        <p class="quiet">
            "Everybody who has signed in, with groups and roles as of their last sign-in. "
            <a href="/deliveries">"Mails that did not arrive"</a>
        </p>
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

fn row(row: PersonRow, now: Timestamp) -> AnyView {
    let page = format!("/people/{}", row.person.id);
    let email = row.person.email.clone();
    let groups = said(&row.groups, "no group");
    let roles: Vec<_> = row.roles.iter().map(|role| role.as_str()).collect();
    let is_disabled = row.disabled.is_some();
    let disabled = row.disabled.map(|disabled| {
        view! {
            <p class="row-line">
                <span>"Disabled "<When at=disabled.at now />": "<q>{disabled.reason}</q></span>
            </p>
        }
    });
    let sessions = match row.sessions {
        0 => "not signed in".to_owned(),
        count => format!("signed in in {}", plural(count, "browser")),
    };
    view! {
        <li class="row" data-row="">
            <div class="row-risk">
                <PersonBadge disabled=is_disabled has_role=!row.roles.is_empty() />
            </div>
            <div class="row-main">
                <span class="row-title">
                    <Person person=row.person />
                </span>
                <a class="row-cover" data-open="" href=page>
                    {email}
                </a>
                <p class="row-line">
                    <span>{groups}" → "<strong>{said(&roles, "no role")}</strong></span>
                </p>
                {disabled}
            </div>
            <div class="row-facts">
                <span>"last signed in "<When at=row.last_signed_in_at now /></span>
                <span class="quiet">{sessions}</span>
                <span class="quiet">"answers for "{plural(row.agents, "agent")}</span>
            </div>
        </li>
    }
    .into_any()
}

/// Names in a row, or that there is none.
pub(super) fn said<T: AsRef<str>>(names: &[T], nothing: &str) -> String {
    if names.is_empty() {
        return nothing.to_owned();
    }
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}
