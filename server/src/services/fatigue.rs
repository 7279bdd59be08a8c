//! What keeps approvers from being worn down: few requests at a time, a pause after denials, and
//! a measure of how attentively people decide.
//!
//! There is no way to decide several requests at once: every vote names one.

use std::collections::BTreeMap;

use domain::{ApprovalId, Ballot, IntentState, PersonId, Role, Timestamp};
use store::{LookRecord, PersonRecord, RunRecord, Transaction};

use super::{ApprovalView, Hindrance, Problem, ServiceError, Services};
use crate::context::Context;

/// How somebody decided within a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Habit {
    /// Who.
    pub person: PersonRecord,
    /// How many votes they cast.
    pub votes: usize,
    /// How many of them approved.
    pub approved: usize,
    /// Half of their votes came within so many seconds after they first saw the request; a vote
    /// without a look at the request counts as zero.
    pub median_seconds: f64,
}

impl Services {
    /// Why a run may ask people for nothing more now, within the transaction that would ask.
    pub(super) async fn over_asked(
        &self,
        tx: &mut Transaction,
        run: &RunRecord,
    ) -> Result<Option<Problem>, ServiceError> {
        if let Some(problem) = self.cooling_down(tx, run).await? {
            return Ok(Some(problem));
        }
        let limit = self.parts.approvals.pending_per_run;
        let waiting = tx
            .intents_of_run_in(run.id, IntentState::PendingApproval)
            .await?;
        Ok((waiting >= u64::from(limit)).then(|| {
            let detail = format!(
                "{limit} queries of this run wait for approval already; cancel one, or wait \
                 until they are decided"
            );
            Problem::new("too_many_pending", detail)
        }))
    }

    /// After so many denials within the time, the run waits as long.
    async fn cooling_down(
        &self,
        tx: &mut Transaction,
        run: &RunRecord,
    ) -> Result<Option<Problem>, ServiceError> {
        let config = &self.parts.approvals;
        let pause = i64::from(config.cooling_minutes) * 60;
        let since = tx.now().plus_seconds(-2 * pause);
        let denials = tx.denials_of_run(run.id, since).await?;
        let wait = wait_after(&denials, config.denials_before_cooling, pause, tx.now());
        Ok(wait.map(|seconds| {
            let denied = config.denials_before_cooling;
            let detail = format!(
                "people denied {denied} queries of this run within {} minutes; read their \
                 reasons, change what is asked, and try again in {seconds} seconds",
                config.cooling_minutes
            );
            Problem::new("cooling_down", detail).retry_after(seconds)
        }))
    }

    /// Notes that the person has a request before them on which they could vote. Only the first
    /// time counts.
    pub async fn note_seen(
        &self,
        context: &Context,
        view: &ApprovalView,
    ) -> Result<(), ServiceError> {
        let person = context.person()?.id;
        if !view.hindrance.is_none_or(Hindrance::can_be_overcome) {
            return Ok(());
        }
        let approval: ApprovalId = view.approval.id;
        if self.parts.store.has_seen(approval, person).await? {
            return Ok(());
        }
        let mut tx = self.begin(context).await?;
        if tx
            .see_approval(approval, person, view.intent.run.id)
            .await?
        {
            tx.commit().await?;
        }
        Ok(())
    }

    /// How everybody who voted within a period decided, those with the most votes first.
    pub async fn habits(
        &self,
        context: &Context,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Habit>, ServiceError> {
        context.authorise(&[Role::Reviewer, Role::Auditor, Role::Administrator])?;
        let mut votes: BTreeMap<PersonId, Vec<LookRecord>> = BTreeMap::new();
        for look in self.parts.store.looks(from, to).await? {
            votes.entry(look.person).or_default().push(look);
        }
        let mut habits = Vec::new();
        for (person, looks) in votes {
            let approved = looks.iter().filter(|look| look.ballot == Ballot::Approve);
            habits.push(Habit {
                person: self.existing_person(person).await?,
                votes: looks.len(),
                approved: approved.count(),
                median_seconds: median(looks.iter().map(seconds).collect()),
            });
        }
        habits.sort_by_key(|habit| std::cmp::Reverse(habit.votes));
        Ok(habits)
    }
}

/// How long a run still has to wait, in seconds: `pause` from its last denial on, when that was
/// the `most`th within `pause`. Denials come latest first.
fn wait_after(denials: &[Timestamp], most: u32, pause: i64, now: Timestamp) -> Option<u32> {
    let last = *denials.first()?;
    let counting = denials
        .iter()
        .filter(|denial| last.seconds_since(**denial) < pause);
    let left = pause - now.seconds_since(last);
    (counting.count() >= usize::try_from(most).unwrap_or(usize::MAX) && left > 0)
        .then(|| u32::try_from(left).unwrap_or(u32::MAX))
}

/// From the first look to the vote.
fn seconds(look: &LookRecord) -> f64 {
    let seen_at = look.seen_at.unwrap_or(look.cast_at);
    let micros = look
        .cast_at
        .micros()
        .saturating_sub(seen_at.micros())
        .max(0);
    std::time::Duration::from_micros(micros.unsigned_abs()).as_secs_f64()
}

/// The middle one, or the mean of the two in the middle; zero of none.
fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    let upper = numbers.get(middle).copied().unwrap_or_default();
    if numbers.len() % 2 == 1 {
        return upper;
    }
    let lower = middle.checked_sub(1).and_then(|below| numbers.get(below));
    lower.map_or(upper, |lower| f64::midpoint(*lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(minutes * 60)
    }

    #[test]
    fn a_run_waits_an_hour_after_the_third_denial_within_one() {
        let wait = |denials: &[i64], now| {
            let denials: Vec<_> = denials.iter().copied().map(at).collect();
            wait_after(&denials, 3, 3600, at(now))
        };
        assert_eq!(wait(&[], 0), None);
        assert_eq!(wait(&[20, 10], 20), None);
        assert_eq!(wait(&[59, 30, 0], 59), Some(3600));
        assert_eq!(wait(&[59, 30, 0], 118), Some(60));
        assert_eq!(wait(&[59, 30, 0], 119), None);
        assert_eq!(wait(&[60, 30, 0], 60), None);
        assert_eq!(wait(&[61, 60, 30, 0], 61), Some(3600));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        let is = |numbers: &[f64], expected: f64| {
            (median(numbers.to_vec()) - expected).abs() < f64::EPSILON
        };
        assert!(is(&[], 0.0));
        assert!(is(&[9.0], 9.0));
        assert!(is(&[9.0, 1.0, 2.0], 2.0));
        assert!(is(&[1.0, 4.0, 2.0, 9.0], 3.0));
    }
}
