//! `/reviews/{id}`: every right, its evidence of use, and the verdict on it.

use domain::{CampaignId, Timestamp, Verdict};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    load::{Heading, load, now, problem, subject, typed, wrong},
    reviews::period,
};
use crate::{
    api::{
        form::{Failure, take_failure},
        reviews::{CampaignPage, CampaignRow, Item, SignCampaign, Signature, load_campaign},
    },
    components::{Agent, Area, Empty, FailureNote, Moment, Person, Weeks, When},
    format::plural,
    islands::VerdictForm,
};

/// One access review.
#[component]
pub fn Review() -> impl IntoView {
    match subject::<CampaignId>() {
        Ok(campaign) => {
            let failure = take_failure();
            load(load_campaign(campaign), move |page| {
                show(page, failure.as_ref())
            })
        }
        Err(error) => problem(error),
    }
}

fn show(page: CampaignPage, failure: Option<&Failure>) -> AnyView {
    let now = now();
    let header = page.header.clone();
    let open = header.signature.is_none() && page.hindrance.is_none();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    let hindrance = page
        .hindrance
        .clone()
        .map(|why| view! { <p class="hindrance">{why}</p> });
    let foot = match header.signature.clone() {
        Some(signature) => signed(signature, now),
        None if open => sign_form(&header, failure),
        None => ().into_any(),
    };
    let campaign = header.campaign;
    let items: Vec<_> = page
        .items
        .into_iter()
        .map(|item| row(item, campaign, open, failure, now))
        .collect();
    let items = if items.is_empty() {
        view! { <Empty title="Nothing to review" hint="No agent held a right in this period." /> }
            .into_any()
    } else {
        view! { <ul class="items">{items}</ul> }.into_any()
    };
    view! {
        <Heading title=format!("Access review {}", header.name)>
            <a class="button" href=format!("/reviews/{campaign}/export.csv") download="">"Download CSV"</a>
        </Heading>
        {note}
        {progress(&header, now)}
        {hindrance}
        {items}
        {foot}
    }
    .into_any()
}

fn progress(header: &CampaignRow, now: Timestamp) -> AnyView {
    view! {
        <div class="review-progress">
            <p>
                <strong><span id="decided-count">{header.decided}</span>" of "{header.items}</strong>" decided · "
                {period(header.from, header.to)}
                <span class="quiet">" · opened "<When at=header.opened_at now />" by "{header.opened_by.name.clone()}</span>
            </p>
            <progress id="progress" max=header.items.max(1) value=header.decided aria-label="Decided items"></progress>
        </div>
    }
    .into_any()
}

fn row(
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
        |at| view! { "last used "<When at now /> }.into_any(),
    );
    let touched = match item.entitled {
        Some(entitled) => format!("{} of {} touched", item.touched, plural(entitled, "table")),
        None => format!("{} touched", plural(item.touched, "table")),
    };
    let sessions = format!("/sessions?agent={}", item.agent.name);
    view! {
        <li class="item" class:done=item.verdict.is_some() id=id.to_string() data-row="" tabindex="-1">
            <div class="item-what">
                <p class="item-right"><Agent agent=item.agent /><b class="privilege">{item.privilege.as_str()}</b><code>{item.resource.to_string()}</code></p>
                <p class="row-line"><span class="quiet">"owner "</span><Person person=item.owner /><span class="quiet">"until "<When at=item.until now /></span></p>
                <ul class="signals">{signals}</ul>
            </div>
            <div class="item-use">
                <Weeks weeks=item.weeks />
                <p><a href=sessions>{plural(item.uses, "use")}</a>", "{used}</p>
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
                <p class="given"><strong>{word(given.verdict)}</strong>" by "{given.person.name}", "<When at=given.at now /></p>
                {(!given.reason.is_empty()).then_some(view! { <p><q>{given.reason}</q></p> })}
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

fn sign_form(header: &CampaignRow, failure: Option<&Failure>) -> AnyView {
    let left = header.items.saturating_sub(header.decided);
    if left > 0 {
        return view! { <p class="quiet sign-wait">{format!("Once {} have a verdict, the review can be signed off here.", if left == 1 { "the last item".to_owned() } else { format!("all {} items", header.items) })}</p> }
            .into_any();
    }
    let statement = typed(failure, "statement").unwrap_or_else(|| {
        format!(
            "I have reviewed all {} rights held from {} with the evidence of their use, and the verdicts above are mine.",
            header.items,
            period(header.from, header.to)
        )
    });
    view! {
        <form class="card form" method="post" action=SignCampaign::url()>
            <h2>"Sign off"</h2>
            <input type="hidden" name="campaign" value=header.campaign.to_string() />
            <Area name="statement" label="Statement" hint="Kept in the ledger with your name; verdicts are fixed from then on." value=statement error=wrong(failure, "statement") />
            <div class="form-actions"><button class="button primary">"Sign"</button></div>
        </form>
    }
    .into_any()
}

fn signed(signature: Signature, now: Timestamp) -> AnyView {
    view! {
        <section class="card signed">
            <h2>"Signed off"</h2>
            <blockquote>{signature.statement}</blockquote>
            <p class="signature"><Person person=signature.person />" "<Moment at=signature.at now /></p>
        </section>
    }
    .into_any()
}
