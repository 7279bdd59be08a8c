//! Broken glass, and the exceptions that reviewers look at because of it.

use domain::{
    ApprovalId, BreakGlassId, EventName, ExceptionId, ExceptionVerdict, IntentState, PersonId,
    RunId, Timestamp,
};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// One person's word that a waiting query must run without the usual votes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlassRecord {
    /// Its id.
    pub id: BreakGlassId,
    /// Who.
    pub person: PersonId,
    /// Why.
    pub reason: String,
    /// Where the emergency is written down.
    pub ticket: String,
    /// When.
    pub declared_at: Timestamp,
}

/// The same, to be kept.
#[derive(Debug, Clone, Serialize)]
pub struct NewBreakGlass {
    /// Its id.
    pub id: BreakGlassId,
    /// For which approval.
    #[serde(skip)]
    pub approval: ApprovalId,
    /// Within which run.
    #[serde(skip)]
    pub run: RunId,
    /// By whom.
    #[serde(skip)]
    pub person: PersonId,
    /// Why.
    pub reason: String,
    /// Where the emergency is written down.
    pub ticket: String,
    /// The digest of exactly what is to run.
    pub intent_digest: String,
}

/// What reviewers have to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionRecord {
    /// Its id.
    pub id: ExceptionId,
    /// The approval that nobody voted for.
    pub approval: ApprovalId,
    /// When the glass was broken.
    pub opened_at: Timestamp,
    /// What a reviewer says of it.
    pub verdict: Option<ExceptionVerdict>,
    /// Why.
    pub reason: Option<String>,
    /// Who.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct Decided<'a> {
    verdict: ExceptionVerdict,
    reason: &'a str,
}

fn read_broken(row: &Row) -> Result<BreakGlassRecord, StoreError> {
    Ok(BreakGlassRecord {
        id: row.parsed("id")?,
        person: row.parsed("person_id")?,
        reason: row.text("reason")?,
        ticket: row.text("ticket")?,
        declared_at: row.time("declared_at")?,
    })
}

fn read_exception(row: &Row) -> Result<ExceptionRecord, StoreError> {
    Ok(ExceptionRecord {
        id: row.parsed("id")?,
        approval: row.parsed("approval_id")?,
        opened_at: row.time("opened_at")?,
        verdict: row.optional_named("verdict", ExceptionVerdict::from_name)?,
        reason: row.optional_text("reason")?,
        decided_by: row.optional_parsed("decided_by")?,
        decided_at: row.optional_time("decided_at")?,
    })
}

const BROKEN_FOR: &str =
    "select * from break_glass where approval_id = $1 order by declared_at, id";

impl Transaction {
    /// Keeps that somebody breaks the glass; returns all who did for this approval.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the person has done so before.
    pub async fn declare_glass(
        &mut self,
        new: &NewBreakGlass,
    ) -> Result<Vec<BreakGlassRecord>, StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into break_glass (id, approval_id, person_id, reason, ticket, declared_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.to_string())
        .bind(new.approval.to_string())
        .bind(new.person.to_string())
        .bind(&new.reason)
        .bind(&new.ticket)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let subject = new.approval.to_string();
        self.record(EventName::GlassBroken, &subject, Some(new.run), new)
            .await?;
        let rows = sqlx::query(BROKEN_FOR)
            .bind(subject)
            .fetch_all(self.connection())
            .await?;
        collect(&rows, read_broken)
    }

    /// Settles an open approval by an exception, for reviewers to look at. The intent's move
    /// records it.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when the approval is closed.
    pub async fn settle_by_glass(
        &mut self,
        approval: ApprovalId,
        exception: ExceptionId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update approvals set ground = 'break_glass', closed_at = $2
             where id = $1 and closed_at is null",
        )
        .bind(approval.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            let expected = IntentState::PendingApproval;
            return Err(StoreError::Moved { expected });
        }
        sqlx::query("insert into exceptions (id, approval_id, opened_at) values ($1, $2, $3)")
            .bind(exception.to_string())
            .bind(approval.to_string())
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Keeps a reviewer's verdict on an exception that has none.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when it has one.
    pub async fn decide_exception(
        &mut self,
        id: ExceptionId,
        by: PersonId,
        (verdict, reason): (ExceptionVerdict, &str),
    ) -> Result<(), StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update exceptions set verdict = $2, reason = $3, decided_by = $4, decided_at = $5
             where id = $1 and verdict is null",
        )
        .bind(id.to_string())
        .bind(verdict.as_str())
        .bind(reason)
        .bind(by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::AlreadyExists);
        }
        let payload = Decided { verdict, reason };
        self.record(EventName::ExceptionDecided, &id.to_string(), None, &payload)
            .await?;
        Ok(())
    }
}

impl Store {
    /// Who broke the glass for an approval, in the order in which they did.
    pub async fn glass_broken_for(
        &self,
        approval: ApprovalId,
    ) -> Result<Vec<BreakGlassRecord>, StoreError> {
        let rows = sqlx::query(BROKEN_FOR)
            .bind(approval.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_broken)
    }

    /// The exception with this id.
    pub async fn exception(&self, id: ExceptionId) -> Result<Option<ExceptionRecord>, StoreError> {
        let row = sqlx::query("select * from exceptions where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_exception).transpose()
    }

    /// Exceptions, those without a verdict first, then the newest.
    pub async fn exceptions(&self, limit: u32) -> Result<Vec<ExceptionRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from exceptions
             order by case when verdict is null then 0 else 1 end, opened_at desc, id desc
             limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_exception)
    }
}
