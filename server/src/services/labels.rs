//! What a job and its columns are called outside.

use std::collections::BTreeMap;

use analysis::Analysis;
use domain::{Column, Digest, IntentId};
use store::RunRecord;

use super::ResultColumn;

/// Labels by which BigQuery's own audit log and billing export name the run
/// (<https://cloud.google.com/bigquery/docs/labels-intro#requirements>: lower-case letters,
/// digits, `_`, `-`, at most 63 characters; our ids have 36). The digest of what was decided on,
/// cut to fit, tells our own job from somebody else's under the same id.
pub(super) fn job_labels(
    intent: IntentId,
    run: &RunRecord,
    decided: Option<Digest>,
) -> BTreeMap<String, String> {
    let mut labels = BTreeMap::from([
        ("countersign_intent".to_owned(), intent.to_string()),
        ("countersign_run".to_owned(), run.id.to_string()),
        ("countersign_agent".to_owned(), run.agent.to_string()),
        (
            "countersign_initiator".to_owned(),
            run.initiator.to_string(),
        ),
    ]);
    labels.extend(decided.map(|digest| ("countersign_digest".to_owned(), label_value(&digest))));
    labels
}

/// The first 60 of a digest's 64 hexadecimal digits.
fn label_value(digest: &Digest) -> String {
    let text = digest.to_string();
    let digits = text.rsplit(':').next().unwrap_or_default();
    digits.chars().take(60).collect()
}

/// The columns of the answer: their types by the schema, their masks by the analysis. Which
/// statement of a script gives the answer is not always known: no column counts as masked then.
#[must_use]
pub fn output_columns(analysis: &Analysis, schema: &[Column]) -> Vec<ResultColumn> {
    let outputs = analysis.answer();
    schema
        .iter()
        .enumerate()
        .map(|(position, column)| {
            let output = outputs.and_then(|outputs| outputs.get(position));
            let tags = output.map(|output| output.tags.clone()).unwrap_or_default();
            ResultColumn {
                name: column.name.clone(),
                data_type: column.data_type.clone(),
                masked: output.is_some_and(|output| output.masked),
                rule: output.and_then(|output| output.rule),
                tags,
            }
        })
        .collect()
}
