//! One right with the evidence of its use, and the verdict on it.

use domain::{CampaignId, Timestamp, Verdict};
use leptos::prelude::*;

use crate::{
    api::{form::Failure, reviews::Item},
    components::{Agent, Person, Weeks, When},
    format::plural,
    islands::VerdictForm,
    pages::load::typed,
};

/// One right.
pub fn show(
    item: Item,
    campaign: CampaignId,
    open: bool,
    failure: Option<&Failure>,
    now: Timestamp,
) -> AnyView {
    let id = item.item;
    let verdict = verdict(&item, campaign, open, failure, now);
    let signals: Vec<_> = item
        .signals
        .iter()
        .cloned()
        .map(|signal| view! { <li>{signal}</li> })
        .collect();
    let used = item.last_used.map_or_else(
        || view! { "never used" }.into_any(),
        |at| {
            view! {
                "last used "
                <When at now />
            }
            .into_any()
        },
    );
    let touched = match item.entitled {
        Some(entitled) => format!("{} of {} touched", item.touched, plural(entitled, "table")),
        None => format!("{} touched", plural(item.touched, "table")),
    };
    let sessions = format!("/sessions?agent={}", item.agent.name);
    view! {
        <li
            class="item"
            class:done=item.verdict.is_some()
            id=id.to_string()
            data-row=""
            tabindex="-1"
        >
            <div class="item-what">
                <p class="item-right">
                    <Agent agent=item.agent />
                    <b class="privilege">{item.privilege.as_str()}</b>
                    <code>{item.resource.to_string()}</code>
                </p>
                <p class="row-line">
                    <span class="quiet">"owner "</span>
                    <Person person=item.owner />
                    <span class="quiet">"until "<When at=item.until now /></span>
                </p>
                <ul class="signals">{signals}</ul>
            </div>
            <div class="item-use">
                <Weeks weeks=item.weeks />
                <p>
                    <a href=sessions>{plural(item.uses, "use")}</a>
                    ", "
                    {used}
                </p>
                <p class="quiet">{touched}</p>
            </div>
            <div class="item-verdict">{verdict}</div>
        </li>
    }
    .into_any()
}

fn verdict(
    item: &Item,
    campaign: CampaignId,
    open: bool,
    failure: Option<&Failure>,
    now: Timestamp,
) -> AnyView {
    let given = item.verdict.clone();
    if let Some(why) = item.hindrance.clone().filter(|_| open) {
        return view! { <p class="hindrance">{why}</p> }.into_any();
    }
    if !open {
        return match given {
            Some(given) => view! {
                <p class="given">
                    <strong>{word(given.verdict)}</strong>
                    " by "
                    {given.person.name}
                    ", "
                    <When at=given.at now />
                </p>
                {(!given.reason.is_empty())
                    .then_some(
                        view! {
                            <p>
                                <q>{given.reason}</q>
                            </p>
                        },
                    )}
            }
            .into_any(),
            None => view! { <p class="quiet">"no verdict"</p> }.into_any(),
        };
    }
    let back =
        failure.filter(|failure| typed(Some(failure), "item") == Some(item.item.to_string()));
    let reason = typed(back, "reason").or_else(|| given.as_ref().map(|given| given.reason.clone()));
    let error = back.map(|failure| failure.error.clone());
    let verdict = given.map(|given| given.verdict);
    let id = item.item;
    view! { <VerdictForm campaign item=id verdict reason=reason.unwrap_or_default() error /> }
        .into_any()
}

const fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Keep => "Kept",
        Verdict::Reduce => "To be reduced",
        Verdict::Revoke => "Revoked",
    }
}
