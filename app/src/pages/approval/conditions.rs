//! `/approvals/{id}/conditions`: what would run under an approver's conditions, seen before
//! they confirm; and the form on the approval's page that leads there.

use domain::{ApprovalId, Conditions, RiskLevel};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{query::output, terms::in_words};
use crate::{
    api::{
        UiError,
        terms::{ApproveWithConditions, ConditionsPage, Terms, load_conditions, written},
    },
    components::{FormToken, SqlDifference, prose, visible},
    pages::load::{Heading, load, problem, queries, query, subject},
};

/// What an approver can add to their yes. The address then carries it: nothing is changed.
pub fn offer(terms: &Terms) -> Option<AnyView> {
    if !terms.may_restrict {
        return None;
    }
    let masks: Vec<_> = terms
        .maskable
        .iter()
        .map(|column| {
            let name = column.to_string();
            view! {
                <label>
                    <input type="checkbox" name="mask" value=name.clone() />
                    <code>{name}</code>
                </label>
            }
        })
        .collect();
    let masks = (!masks.is_empty()).then(|| {
        view! {
            <fieldset class="choices masks">
                <legend>"Mask these too"</legend>
                {masks}
            </fieldset>
        }
    });
    let why_not = terms.not_aggregates.clone();
    let disabled = why_not.is_some();
    let why_not = why_not.map(|why| view! { <p class="hint">"Not here: "{prose(&why)}"."</p> });
    let offer = view! {
        <details class="more">
            <summary class="button" data-key="c">
                "Conditions"
            </summary>
            <form method="get" action=format!("/approvals/{}/conditions", terms.approval)>
                <div class="field">
                    <label for="row_cap">"At most so many rows"</label>
                    <input
                        id="row_cap"
                        type="number"
                        name="row_cap"
                        min="1"
                        autocomplete="off"
                    />
                </div>
                {masks}
                <div class="choices">
                    <label>
                        <input
                            type="checkbox"
                            name="aggregate_only"
                            value="yes"
                            disabled=disabled
                        />
                        "Only aggregates"
                    </label>
                    {why_not}
                </div>
                <button class="button primary">"See what would run"</button>
            </form>
        </details>
    };
    Some(offer.into_any())
}

/// What would run, and the form that approves it.
#[component]
pub fn Restrict() -> impl IntoView {
    let wanted = subject::<ApprovalId>().and_then(|approval| Ok((approval, wanted()?)));
    match wanted {
        Ok((approval, own)) => load(load_conditions(approval, written(&own)), |page| show(&page)),
        Err(error) => problem(error),
    }
}

/// The conditions that the address carries.
fn wanted() -> Result<Conditions, UiError> {
    let mut own = Conditions::default();
    if let Some(rows) = query("row_cap") {
        let rows = rows.parse();
        let rows = rows.map_err(|_| UiError::invalid("row_cap", "Give a whole number."))?;
        own = own.with_row_cap(rows);
    }
    let masks = queries("mask").into_iter();
    let masks = masks
        .map(|name| name.parse())
        .collect::<Result<Vec<_>, _>>();
    let masks = masks.map_err(|_| UiError::invalid("masks", "Choose columns of the query."))?;
    own = own.with_masks(masks);
    if query("aggregate_only").is_some() {
        own = own.with_aggregates_only();
    }
    if own.is_empty() {
        return Err(UiError::invalid(
            "row_cap",
            "Choose at least one condition.",
        ));
    }
    Ok(own)
}

fn show(page: &ConditionsPage) -> AnyView {
    let lines = in_words(&page.together).into_iter();
    let lines: Vec<_> = lines.map(|line| view! { <li>{line}</li> }).collect();
    let outputs: Vec<_> = page.outputs.iter().cloned().map(output).collect();
    let back = format!("/approvals/{}", page.approval);
    view! {
        <Heading title="Approve with conditions".to_owned()>
            <a class="button" href=back>
                "Back to the request"
            </a>
        </Heading>
        <p class="lead">
            "For "<strong>{page.agent.name.clone()}</strong>": "<q>{page.purpose.clone()}</q>
        </p>
        <section class="card">
            <h2 class="section-title">"Together with what others asked"</h2>
            <ul>{lines}</ul>
        </section>
        <section class="card">
            <h2 class="section-title">"What would run"</h2>
            <SqlDifference before=page.before.clone() after=page.masked_sql.clone() />
        </section>
        <section class="card comes-back">
            <h2 class="section-title">"Comes back"</h2>
            <ul class="outputs">{outputs}</ul>
        </section>
        {foot(page)}
    }
    .into_any()
}

fn foot(page: &ConditionsPage) -> AnyView {
    if page.step_up {
        let there_and_back = format!(
            "/signin?step_up=true&return_to=/approvals/{}",
            page.approval
        );
        return view! {
            <footer class="decide confirm">
                <p class="hindrance">"This decision needs a fresh proof of who you are."</p>
                <a class="button primary" rel="external" href=there_and_back>
                    "Confirm that it is you"
                </a>
            </footer>
        }
        .into_any();
    }
    let confirmation = (page.risk == RiskLevel::Critical).then(|| {
        view! {
            <label class="confirmation">
                <span>"To approve, type " <code translate="no">{visible(&page.agent.name)}</code></span>
                <input name="confirmation" required autocomplete="off" spellcheck="false" />
            </label>
        }
    });
    view! {
        <footer class="decide">
            <form method="post" action=ApproveWithConditions::url()>
                <FormToken />
                <input type="hidden" name="approval" value=page.approval.to_string() />
                <input type="hidden" name="conditions" value=written(&page.own) />
                <input type="hidden" name="digest" value=page.digest.clone() />
                <input
                    class="comment"
                    name="comment"
                    maxlength="500"
                    autocomplete="off"
                    aria-label="Comment"
                    placeholder="A comment for the record and for the agent"
                />
                {confirmation}
                <button class="button primary">"Approve once, on these conditions"</button>
            </form>
        </footer>
    }
    .into_any()
}
