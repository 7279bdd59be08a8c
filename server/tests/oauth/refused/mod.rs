//! Attempts that are refused: each with its error and its code, one entry in the ledger, no
//! run opened and BigQuery not asked.
//!
//! A table a door. A line says what is wrong with an attempt that is right otherwise.

mod assertions;
mod authorizations;
mod calls;
mod codes;
mod exchanges;
mod proofs;

use super::stage::{Attempt, Stage};
use crate::support::Answer;

/// What is wrong, how it comes about, and the error and the code that it gets.
pub type Case = (&'static str, fn(&mut Attempt), &'static str, &'static str);

/// Tries every case at a fresh attempt.
pub async fn assert_each_refused(stage: &Stage, fresh: impl Fn() -> Attempt, cases: &[Case]) {
    for (wrong, spoil, error, code) in cases {
        let mut attempt = fresh();
        spoil(&mut attempt);
        assert_refused(stage, &attempt, wrong, (error, code)).await;
    }
}

/// Tries one attempt.
pub async fn assert_refused(
    stage: &Stage,
    attempt: &Attempt,
    wrong: &str,
    (error, code): (&str, &str),
) {
    let runs = stage.portal.recorded("run.opened").await.len();
    let asked = stage.portal.warehouse.texts().len();
    let answer = stage.send(attempt).await;
    let expected = (error.to_owned(), code.to_owned());
    assert_eq!(errors(&answer), expected, "{wrong}: {}", answer.body);
    assert_eq!(answer.status, 400, "{wrong}");
    let entries = stage.portal.ledger().await;
    let last = entries.last().expect("an entry");
    assert_eq!(last.event, "grant.refused", "{wrong}");
    assert_eq!(last.subject, attempt.path, "{wrong}");
    let refused = stage.portal.recorded("grant.refused").await;
    assert_eq!(refused.last().expect("an entry")["code"], code, "{wrong}");
    assert_eq!(
        stage.portal.recorded("run.opened").await.len(),
        runs,
        "{wrong}"
    );
    assert_eq!(stage.portal.warehouse.texts().len(), asked, "{wrong}");
}

fn errors(answer: &Answer) -> (String, String) {
    let json = answer.json();
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    (text("error"), text("code"))
}
