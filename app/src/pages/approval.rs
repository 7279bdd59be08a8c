//! `/approvals/{id}`: the decision first, everything else one click below.

use domain::ApprovalId;
use leptos::prelude::*;

use super::load::{load, now, problem, subject};
use crate::{
    api::{
        approvals::{ApprovalPage, ApprovalStatus, load_approval},
        form::{Failure, take_failure},
        terms::{Terms, load_terms},
    },
    islands::Outcome,
};

mod break_glass;
mod conditions;
mod disguised;
mod foot;
mod header;
mod query;
mod questions;
mod reasons;
mod similar;
mod terms;

pub use break_glass::line as glass_line;
pub use conditions::Restrict;
pub use similar::Similar;

/// One request for approval.
#[component]
pub fn Approval() -> impl IntoView {
    match subject::<ApprovalId>() {
        Ok(approval) => {
            let failure = take_failure();
            let page = async move {
                let page = load_approval(approval).await?;
                Ok((page, load_terms(approval).await?))
            };
            load(page, move |(page, terms)| {
                show(&page, &terms, failure.clone())
            })
        }
        Err(error) => problem(error),
    }
}

fn show(page: &ApprovalPage, terms: &Terms, failure: Option<Failure>) -> AnyView {
    let now = now();
    let foot = foot::show(page, terms, failure.as_ref());
    let glass = break_glass::show(terms, failure.as_ref(), now);
    let status = ApprovalStatus {
        state: page.state,
        votes: page.votes.clone(),
        needed: page.needed,
        execution: page.execution.clone(),
    };
    let (approval, intent, run) = (page.approval, page.intent, page.run);
    let questions = questions::show(page, failure, now);
    view! {
        <article class="approval">
            {header::show(page, now)}
            <div class="approval-body">
                {query::show(page, now)}
                <aside class="approval-side" aria-label="Why, what and who">
                    {terms::show(terms)}
                    {reasons::show(page)}
                    <section>
                        <h2>"Signatures"</h2>
                        <Outcome approval intent run status now />
                    </section>
                    {questions} {glass}
                </aside>
            </div> {foot}
        </article>
    }
    .into_any()
}
