//! Why a query may not run, as a problem.

use analysis::Analysis;
use domain::Privilege;
use http::StatusCode;

use super::problem::Problem;
use crate::services::IntentView;

/// Why a query is refused for what else the run asked, not for what it is.
const TOO_MUCH: [&str; 2] = ["too_many_pending", "cooling_down"];

/// Why an intent was blocked: 429 when the run asks too much, 422 when the SQL must change, 403
/// when it may not run.
#[must_use]
pub fn blocked(view: IntentView) -> Problem {
    let (code, detail, retry_after) = match view.problem {
        Some(problem) => (problem.code, problem.detail, problem.retry_after_seconds),
        None => ("blocked".to_owned(), "this may not run".to_owned(), None),
    };
    let understood = view.analysis.as_ref().is_some_and(|a| a.understood);
    let (status, title) = if TOO_MUCH.contains(&code.as_str()) {
        (StatusCode::TOO_MANY_REQUESTS, "This run asks too much")
    } else if understood {
        (StatusCode::FORBIDDEN, "This query may not run")
    } else {
        (
            StatusCode::UNPROCESSABLE_ENTITY,
            "This query was not understood, so it may not run",
        )
    };
    let needed = match (&view.analysis, code.as_str()) {
        (Some(analysis), "out_of_scope") => needed(analysis),
        _ => Vec::new(),
    };
    let findings = view.analysis.map(|a| a.findings().cloned().collect());
    Problem::new(status, code, title)
        .detail(detail)
        .intent(view.intent.id)
        .findings(findings.unwrap_or_default())
        .needed(needed)
        .retry_after(retry_after)
}

/// What a run's scope has to cover for this query.
#[must_use]
pub fn needed(analysis: &Analysis) -> Vec<String> {
    let with = |privilege: Privilege| move |table| format!("{} {table}", privilege.as_str());
    let reads = analysis.reads().into_iter().map(with(Privilege::Read));
    let writes = analysis.writes().into_iter().map(with(Privilege::Write));
    reads.chain(writes).collect()
}
