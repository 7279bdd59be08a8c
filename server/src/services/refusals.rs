//! Refused attempts, in the ledger without flooding it.
//!
//! The first refusals of one kind within a minute are entries of their own, with what is
//! known of them. Further ones are only counted, and one entry says how many there were:
//! a stranger can make the ledger grow by so many entries a minute and no more.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use domain::{EventName, RunEnd, RunId, Timestamp};
use serde::Serialize;

use super::{ServiceError, Services};
use crate::context::Context;

/// How long refusals of one kind are looked at together.
const WINDOW_SECONDS: i64 = 60;
/// So many of them are entries of their own.
const WRITTEN_MAXIMUM: u32 = 20;
/// So many of a run that has ended: whoever goes on asking may have many of them, and a
/// revocation must not wait behind what is written about those before it.
const WRITTEN_MAXIMUM_AFTER_THE_END: u32 = 3;
/// The longest subject that is kept: a stranger chooses it.
const SUBJECT_MAXIMUM: usize = 200;

/// Something that was refused.
pub struct Refusal<'a> {
    /// What kind of attempt.
    pub event: EventName,
    /// The stable code of the refusal.
    pub code: &'a str,
    /// Within which run, if the attempt proved one.
    pub run: Option<RunId>,
    /// At what.
    pub subject: &'a str,
    /// What else is known.
    pub details: serde_json::Value,
}

/// Refusals that are looked at together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    event: &'static str,
    code: String,
    run: Option<RunId>,
}

impl Kind {
    fn written_maximum(&self) -> u32 {
        let has_ended = self.run.is_some() && RunEnd::from_name(&self.code).is_some();
        if has_ended {
            WRITTEN_MAXIMUM_AFTER_THE_END
        } else {
            WRITTEN_MAXIMUM
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Window {
    since: Timestamp,
    written: u32,
    counted: u64,
}

/// What has been refused lately.
#[derive(Default)]
pub(super) struct Refusals(Mutex<BTreeMap<Kind, Window>>);

impl Refusals {
    fn windows(&self) -> MutexGuard<'_, BTreeMap<Kind, Window>> {
        // Each change is complete in itself, also when a thread panicked elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a refusal; says whether it is written as an entry of its own.
    fn is_written(&self, kind: Kind, now: Timestamp) -> bool {
        let maximum = kind.written_maximum();
        let mut windows = self.windows();
        let window = windows.entry(kind).or_insert(Window {
            since: now,
            written: 0,
            counted: 0,
        });
        if window.written < maximum {
            window.written += 1;
            return true;
        }
        window.counted += 1;
        false
    }

    /// Takes out the windows that are over, and returns those that counted something.
    fn take_over(&self, now: Timestamp) -> Vec<(Kind, Window)> {
        let mut windows = self.windows();
        let over = windows.extract_if(.., |_, window| {
            window.since.plus_seconds(WINDOW_SECONDS) <= now
        });
        over.filter(|(_, window)| window.counted > 0).collect()
    }
}

#[derive(Serialize)]
struct Counted<'a> {
    event: &'static str,
    code: &'a str,
    count: u64,
    since: Timestamp,
}

impl Services {
    /// Records that something was refused, so that the ledger tells of attempts too.
    pub async fn record_refusal(
        &self,
        context: &Context,
        refusal: Refusal<'_>,
    ) -> Result<(), ServiceError> {
        let kind = Kind {
            event: refusal.event.as_str(),
            code: refusal.code.to_owned(),
            run: refusal.run,
        };
        if !self.refusals.is_written(kind, context.now) {
            return Ok(());
        }
        let mut payload = refusal.details;
        payload["code"] = refusal.code.into();
        payload["request"] = context.request_id.as_str().into();
        let subject: String = refusal.subject.chars().take(SUBJECT_MAXIMUM).collect();
        let mut tx = self.begin(context).await?;
        tx.record(refusal.event, &subject, refusal.run, &payload)
            .await?;
        Ok(tx.commit().await?)
    }

    /// Writes how many refusals were only counted, once their minute is over.
    pub async fn record_counted_refusals(&self, context: &Context) -> Result<(), ServiceError> {
        for (kind, window) in self.refusals.take_over(context.now) {
            let counted = Counted {
                event: kind.event,
                code: &kind.code,
                count: window.counted,
                since: window.since,
            };
            let mut tx = self.begin(context).await?;
            tx.record(EventName::RefusalsCounted, &kind.code, kind.run, &counted)
                .await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str) -> Kind {
        Kind {
            event: "request.refused",
            code: code.to_owned(),
            run: None,
        }
    }

    #[test]
    fn of_an_ended_run_fewer_are_written() {
        let (refusals, start) = (Refusals::default(), Timestamp::from_micros(0));
        let kind = Kind {
            run: Some(RunId::new(uuid::Uuid::nil())),
            ..kind(RunEnd::Revoked.as_str())
        };
        let written = (0..100).filter(|_| refusals.is_written(kind.clone(), start));
        assert_eq!(written.count(), WRITTEN_MAXIMUM_AFTER_THE_END as usize);
    }

    #[test]
    fn the_first_are_written_and_the_others_counted() {
        let (refusals, start) = (Refusals::default(), Timestamp::from_micros(0));
        let written = (0..1000).filter(|_| refusals.is_written(kind("a"), start));
        assert_eq!(written.count(), WRITTEN_MAXIMUM as usize);
        assert!(refusals.is_written(kind("b"), start));
        assert!(
            refusals
                .take_over(start.plus_seconds(WINDOW_SECONDS - 1))
                .is_empty()
        );
        let over = refusals.take_over(start.plus_seconds(WINDOW_SECONDS));
        let [(kind_over, window)] = over.as_slice() else {
            panic!("one kind was counted: {over:?}");
        };
        assert_eq!(*kind_over, kind("a"));
        assert_eq!(window.counted, 1000 - u64::from(WRITTEN_MAXIMUM));
        // A new minute begins.
        assert!(refusals.is_written(kind("a"), start.plus_seconds(WINDOW_SECONDS)));
    }
}
