//! How attentively people decide: when they saw a request, when they voted, what was denied.

use domain::{ApprovalId, Ballot, EventName, PersonId, RunId, Timestamp};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// One vote, and when the voter first had the request before them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LookRecord {
    /// Who voted.
    pub person: PersonId,
    /// How.
    pub ballot: Ballot,
    /// When.
    pub cast_at: Timestamp,
    /// When they first saw the request; none when they voted without its page.
    pub seen_at: Option<Timestamp>,
}

fn read(row: &Row) -> Result<LookRecord, StoreError> {
    Ok(LookRecord {
        person: row.parsed("person_id")?,
        ballot: row.named("ballot", Ballot::from_name)?,
        cast_at: row.time("cast_at")?,
        seen_at: row.optional_time("seen_at")?,
    })
}

impl Transaction {
    /// Notes that somebody has a request for approval before them; says whether it is the first
    /// time.
    pub async fn see_approval(
        &mut self,
        approval: ApprovalId,
        person: PersonId,
        run: RunId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "insert into approval_views (approval_id, person_id, seen_at) values ($1, $2, $3)
             on conflict (approval_id, person_id) do nothing",
        )
        .bind(approval.to_string())
        .bind(person.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        let payload = serde_json::json!({ "person": person });
        let event = EventName::ApprovalSeen;
        self.record(event, &approval.to_string(), Some(run), &payload)
            .await?;
        Ok(true)
    }

    /// When people last denied something that a run asked, the latest first, as far as that was
    /// after `since`; within this transaction.
    pub async fn denials_of_run(
        &mut self,
        run: RunId,
        since: Timestamp,
    ) -> Result<Vec<Timestamp>, StoreError> {
        let rows = sqlx::query(
            "select changed_at from intents
             where run_id = $1 and state = 'denied' and changed_at > $2
             order by changed_at desc",
        )
        .bind(run.to_string())
        .bind(since.micros())
        .fetch_all(self.connection())
        .await?;
        rows.iter().map(|row| row.time("changed_at")).collect()
    }
}

impl Store {
    /// Whether somebody has had a request for approval before them.
    pub async fn has_seen(
        &self,
        approval: ApprovalId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select seen_at from approval_views where approval_id = $1 and person_id = $2",
        )
        .bind(approval.to_string())
        .bind(person.to_string())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.is_some())
    }

    /// Every vote within a period, with when its voter first saw what they voted on.
    pub async fn looks(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<LookRecord>, StoreError> {
        let rows = sqlx::query(
            "select votes.person_id, votes.ballot, votes.cast_at, approval_views.seen_at
             from votes left join approval_views
                 on approval_views.approval_id = votes.approval_id
                 and approval_views.person_id = votes.person_id
             where votes.cast_at >= $1 and votes.cast_at < $2
             order by votes.cast_at, votes.id",
        )
        .bind(from.micros())
        .bind(to.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
