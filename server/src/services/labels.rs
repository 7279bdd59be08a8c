//! What a job and its columns are called outside.

use std::collections::BTreeMap;

use analysis::Analysis;
use domain::{Column, IntentId};
use store::RunRecord;

use super::ResultColumn;

/// Labels by which BigQuery's own audit log and billing export name the run
/// (<https://cloud.google.com/bigquery/docs/labels-intro#requirements>: lower-case letters,
/// digits, `_`, `-`, at most 63 characters; our ids have 36).
pub(super) fn job_labels(intent: IntentId, run: &RunRecord) -> BTreeMap<String, String> {
    BTreeMap::from([
        ("countersign_intent".to_owned(), intent.to_string()),
        ("countersign_run".to_owned(), run.id.to_string()),
        ("countersign_agent".to_owned(), run.agent.to_string()),
        (
            "countersign_initiator".to_owned(),
            run.initiator.to_string(),
        ),
    ])
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
