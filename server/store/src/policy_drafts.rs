//! Drafts of the policy: written by one or several people, published by somebody else.

use domain::{Digest, EventName, PersonId, PolicyDraftId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// Where a draft stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftState {
    /// Its authors change it.
    Editing,
    /// It waits for somebody else to publish it.
    Proposed,
    /// It was put in force.
    Published,
    /// It was given up.
    Discarded,
}

impl DraftState {
    const ALL: [Self; 4] = [
        Self::Editing,
        Self::Proposed,
        Self::Published,
        Self::Discarded,
    ];

    /// As it is written in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Editing => "editing",
            Self::Proposed => "proposed",
            Self::Published => "published",
            Self::Discarded => "discarded",
        }
    }
}

/// A policy that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRecord {
    /// Its id.
    pub id: PolicyDraftId,
    /// What it is for.
    pub title: String,
    /// Its files, as JSON.
    pub files: String,
    /// Where it stands.
    pub state: DraftState,
    /// Everybody who edited it.
    pub authors: Vec<PersonId>,
    /// Counts every change.
    pub revision: u64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// What the ledger keeps of a draft's change.
#[derive(Serialize)]
struct DraftEntry<'a> {
    title: &'a str,
    state: DraftState,
    revision: u64,
    digest: Digest,
}

fn read_draft(row: &Row) -> Result<DraftRecord, StoreError> {
    let state = |name: &str| DraftState::ALL.into_iter().find(|s| s.as_str() == name);
    Ok(DraftRecord {
        id: row.parsed("id")?,
        title: row.text("title")?,
        files: row.text("files")?,
        state: row.named("state", state)?,
        authors: row.json("authors")?,
        revision: row.count("revision")?,
        created_at: row.time("created_at")?,
        changed_at: row.time("changed_at")?,
    })
}

impl Transaction {
    /// Keeps a draft that nobody has seen yet.
    pub async fn insert_draft(
        &mut self,
        draft: &DraftRecord,
        digest: Digest,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into policy_drafts (id, title, files, state, authors, revision, created_at,
                 changed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $7)",
        )
        .bind(draft.id.to_string())
        .bind(&draft.title)
        .bind(&draft.files)
        .bind(draft.state.as_str())
        .bind(serde_json::to_string(&draft.authors)?)
        .bind(i64::try_from(draft.revision).unwrap_or(i64::MAX))
        .bind(self.now().micros())
        .execute(self.connection())
        .await?;
        self.record_draft(draft, digest).await
    }

    /// Keeps a draft as it stands after a change of revision `draft.revision - 1`.
    ///
    /// # Errors
    /// [`StoreError::DraftMoved`] when somebody else changed it first.
    pub async fn change_draft(
        &mut self,
        draft: &DraftRecord,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let revision = i64::try_from(draft.revision).unwrap_or(i64::MAX);
        let done = sqlx::query(
            "update policy_drafts set title = $2, files = $3, state = $4, authors = $5,
                 revision = $6, changed_at = $7
             where id = $1 and revision = $8",
        )
        .bind(draft.id.to_string())
        .bind(&draft.title)
        .bind(&draft.files)
        .bind(draft.state.as_str())
        .bind(serde_json::to_string(&draft.authors)?)
        .bind(revision)
        .bind(self.now().micros())
        .bind(revision - 1)
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Err(StoreError::DraftMoved);
        }
        self.record_draft(draft, digest).await
    }

    async fn record_draft(
        &mut self,
        draft: &DraftRecord,
        digest: Digest,
    ) -> Result<(), StoreError> {
        let entry = DraftEntry {
            title: &draft.title,
            state: draft.state,
            revision: draft.revision,
            digest,
        };
        let event = match draft.state {
            DraftState::Editing => EventName::PolicyDrafted,
            DraftState::Proposed | DraftState::Published => EventName::PolicyProposed,
            DraftState::Discarded => EventName::PolicyDiscarded,
        };
        if draft.state != DraftState::Published {
            self.record(event, &draft.id.to_string(), None, &entry)
                .await?;
        }
        Ok(())
    }
}

impl Store {
    /// The draft with this id.
    pub async fn policy_draft(&self, id: PolicyDraftId) -> Result<Option<DraftRecord>, StoreError> {
        let row = sqlx::query("select * from policy_drafts where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_draft).transpose()
    }

    /// Drafts that are neither published nor given up, the latest first.
    pub async fn open_policy_drafts(&self) -> Result<Vec<DraftRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from policy_drafts where state in ('editing', 'proposed')
             order by changed_at desc, id",
        )
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_draft)
    }
}
