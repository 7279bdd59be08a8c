//! Approvers who let a colleague decide in their place while they are away.

use domain::{DelegationId, EventName, PersonId, Timestamp};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// An approver's word that a colleague may decide in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelegationRecord {
    /// Its id.
    pub id: DelegationId,
    /// Who is away.
    pub absent: PersonId,
    /// Who decides in their place.
    pub delegate: PersonId,
    /// From when on.
    pub from: Timestamp,
    /// Until when; from then on it counts no more.
    pub until: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

impl DelegationRecord {
    /// Whether it counts at this time.
    #[must_use]
    pub fn counts(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.from <= now && now < self.until
    }
}

#[derive(Serialize)]
struct Granted {
    absent: PersonId,
    delegate: PersonId,
    from: Timestamp,
    until: Timestamp,
}

fn read(row: &Row) -> Result<DelegationRecord, StoreError> {
    Ok(DelegationRecord {
        id: row.parsed("id")?,
        absent: row.parsed("absent_id")?,
        delegate: row.parsed("delegate")?,
        from: row.time("from_at")?,
        until: row.time("until_at")?,
        revoked_at: row.optional_time("revoked_at")?,
    })
}

impl Transaction {
    /// Keeps a delegation.
    pub async fn insert_delegation(&mut self, new: &DelegationRecord) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into delegations (id, absent_id, delegate, from_at, until_at, created_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(new.id.to_string())
        .bind(new.absent.to_string())
        .bind(new.delegate.to_string())
        .bind(new.from.micros())
        .bind(new.until.micros())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = Granted {
            absent: new.absent,
            delegate: new.delegate,
            from: new.from,
            until: new.until,
        };
        let event = EventName::DelegationGranted;
        self.record(event, &new.id.to_string(), None, &payload)
            .await?;
        Ok(())
    }

    /// Takes a delegation back, from now on; says whether it counted until now.
    pub async fn revoke_delegation(&mut self, id: DelegationId) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update delegations set revoked_at = $2
             where id = $1 and revoked_at is null and until_at > $2",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({});
        let event = EventName::DelegationRevoked;
        self.record(event, &id.to_string(), None, &payload).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Whether one person may decide in another's place, as this change sees it.
    pub(crate) async fn stands_in(
        &mut self,
        delegate: PersonId,
        absent: PersonId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let found = sqlx::query(
            "select id from delegations where absent_id = $1 and delegate = $2
                 and revoked_at is null and from_at <= $3 and until_at > $3",
        )
        .bind(absent.to_string())
        .bind(delegate.to_string())
        .bind(now.micros())
        .fetch_optional(self.connection())
        .await?;
        Ok(found.is_some())
    }
}

impl Store {
    /// The delegation with this id.
    pub async fn delegation(
        &self,
        id: DelegationId,
    ) -> Result<Option<DelegationRecord>, StoreError> {
        let row = sqlx::query("select * from delegations where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Delegations that count now or later, the one that begins first.
    pub async fn delegations(&self, now: Timestamp) -> Result<Vec<DelegationRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from delegations where revoked_at is null and until_at > $1
             order by from_at, id",
        )
        .bind(now.micros())
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }
}
