//! Why an intent is blocked, in the words that help most.

use analysis::Analysis;
use domain::{Finding, Route};
use store::IntentRecord;

use super::{super::Problem, DryRunFacts};
use crate::policy::Decision;

/// Codes of findings that say what the agent should change, in the order in which they
/// explain best.
const EXPLAINING: [&str; 3] = ["unknown_table", "unknown_column", "syntax_error"];

/// Why a text is not understood, if it is not.
pub(super) fn not_understood(analysis: &Analysis) -> Option<Problem> {
    if analysis.understood {
        return None;
    }
    let explaining = EXPLAINING
        .iter()
        .find_map(|code| analysis.findings().find(|finding| finding.code == *code));
    if let Some(finding) = explaining {
        return Some(found(finding));
    }
    let why = analysis.not_understood_because.as_deref();
    let why = why.unwrap_or("the SQL was not understood");
    let refusing = analysis.findings().find(|finding| finding.message == why);
    let hint = refusing.map_or("", |finding| finding.hint.as_str());
    let detail = format!("{why} {hint}");
    Some(Problem::new("sql_not_understood", detail.trim_end()))
}

/// What was found, and what to change.
fn found(finding: &Finding) -> Problem {
    let detail = format!("{} {}", finding.message, finding.hint);
    Problem::new(&finding.code, detail.trim_end())
}

/// What analysis or policy forbids.
pub(super) fn policy_problem(analysis: &Analysis, decision: &Decision) -> Problem {
    let gravest = analysis.findings().max_by_key(|finding| finding.severity);
    if analysis.route == Route::Block
        && let Some(finding) = gravest
    {
        return found(finding);
    }
    let says: Vec<_> = decision.reasons.iter().map(|r| r.says.as_str()).collect();
    Problem::new("blocked_by_policy", says.join(" "))
}

/// Why the query costs more than its own cap allows, which is never above its agent's.
pub(super) fn too_dear(intent: &IntentRecord, dry_run: Option<&DryRunFacts>) -> Option<Problem> {
    let (bytes, cap) = (dry_run?.bytes, intent.maximum_bytes_billed);
    (bytes > cap).then(|| {
        let detail = format!(
            "the query would process {bytes} bytes, more than its cap of {cap}; read fewer \
             columns or partitions"
        );
        Problem::new("query_bytes_cap", detail)
    })
}
