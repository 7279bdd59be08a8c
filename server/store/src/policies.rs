//! Versions of the policy, and what was in force when.

use domain::{Digest, EventName, IntentId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// Where a policy in force came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PolicyOrigin {
    /// It comes with the program.
    Preset,
    /// Files in a folder, read at the start.
    Directory,
    /// Published in the portal.
    Portal,
}

impl PolicyOrigin {
    const ALL: [Self; 3] = [Self::Preset, Self::Directory, Self::Portal];

    /// As it is written in the store.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preset => "preset",
            Self::Directory => "directory",
            Self::Portal => "portal",
        }
    }
}

/// From when on a version was in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationRecord {
    /// Counted from one; the highest is in force.
    pub number: u64,
    /// Which version.
    pub digest: Digest,
    /// Where it came from.
    pub origin: PolicyOrigin,
    /// The preset's name, the folder, or the draft's title.
    pub source: String,
    /// Who wrote it and who published it; nobody for files.
    pub editors: Vec<PersonId>,
    /// From when on.
    pub published_at: Timestamp,
}

/// A version to be put in force.
#[derive(Debug, Clone)]
pub struct NewPublication<'a> {
    /// Which version.
    pub digest: Digest,
    /// Its files, as JSON.
    pub files: &'a str,
    /// Where it comes from.
    pub origin: PolicyOrigin,
    /// The preset's name, the folder, or the draft's title.
    pub source: &'a str,
    /// Who wrote it and who publishes it; nobody for files.
    pub editors: &'a [PersonId],
}

#[derive(Serialize)]
struct PublishedEntry<'a> {
    number: u64,
    digest: Digest,
    origin: PolicyOrigin,
    source: &'a str,
    editors: &'a [PersonId],
    files: serde_json::Value,
}

fn read_publication(row: &Row) -> Result<PublicationRecord, StoreError> {
    let origin = |name: &str| PolicyOrigin::ALL.into_iter().find(|o| o.as_str() == name);
    Ok(PublicationRecord {
        number: row.count("number")?,
        digest: row.parsed("digest")?,
        origin: row.named("origin", origin)?,
        source: row.text("source")?,
        editors: row.json("editors")?,
        published_at: row.time("published_at")?,
    })
}

const IN_FORCE: &str = "select * from policy_publications order by number desc limit 1";

impl Transaction {
    /// What is in force, within this transaction.
    pub async fn policy_in_force(&mut self) -> Result<Option<PublicationRecord>, StoreError> {
        let row = sqlx::query(IN_FORCE)
            .fetch_optional(self.connection())
            .await?;
        row.as_ref().map(read_publication).transpose()
    }

    /// Puts a version in force, from now on and for everybody.
    pub async fn publish_policy(&mut self, new: &NewPublication<'_>) -> Result<(), StoreError> {
        let now = self.now();
        let number = self.policy_in_force().await?.map_or(0, |last| last.number) + 1;
        let digest = new.digest.to_string();
        sqlx::query(
            "insert into policy_versions (digest, files, created_at) values ($1, $2, $3)
             on conflict (digest) do nothing",
        )
        .bind(&digest)
        .bind(new.files)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        sqlx::query(
            "insert into policy_publications (number, digest, origin, source, editors, published_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(&digest)
        .bind(new.origin.as_str())
        .bind(new.source)
        .bind(serde_json::to_string(new.editors)?)
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let entry = PublishedEntry {
            number,
            digest: new.digest,
            origin: new.origin,
            source: new.source,
            editors: new.editors,
            files: serde_json::from_str(new.files)?,
        };
        self.record(EventName::PolicyPublished, &digest, None, &entry)
            .await?;
        Ok(())
    }
}

impl Store {
    /// What is in force.
    pub async fn policy_in_force(&self) -> Result<Option<PublicationRecord>, StoreError> {
        let row = sqlx::query(IN_FORCE).fetch_optional(&self.reader).await?;
        row.as_ref().map(read_publication).transpose()
    }

    /// What was in force, the latest first.
    pub async fn policy_publications(
        &self,
        limit: u32,
    ) -> Result<Vec<PublicationRecord>, StoreError> {
        let rows = sqlx::query("select * from policy_publications order by number desc limit $1")
            .bind(i64::from(limit))
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_publication)
    }

    /// When this version was put in force.
    pub async fn publications_of(
        &self,
        digest: Digest,
    ) -> Result<Vec<PublicationRecord>, StoreError> {
        let rows =
            sqlx::query("select * from policy_publications where digest = $1 order by number desc")
                .bind(digest.to_string())
                .fetch_all(&self.reader)
                .await?;
        collect(&rows, read_publication)
    }

    /// Everybody who wrote or published a policy that was put in force since an intent came.
    pub async fn policy_editors_since(
        &self,
        intent: IntentId,
    ) -> Result<Vec<PersonId>, StoreError> {
        let rows = sqlx::query(
            "select p.editors from policy_publications p
             join intents i on p.published_at >= i.received_at where i.id = $1",
        )
        .bind(intent.to_string())
        .fetch_all(&self.reader)
        .await?;
        let editors = rows.iter().map(|row| row.json::<Vec<PersonId>>("editors"));
        Ok(editors.collect::<Result<Vec<_>, _>>()?.concat())
    }

    /// The files of a version, as JSON.
    pub async fn policy_version(&self, digest: Digest) -> Result<Option<String>, StoreError> {
        let row = sqlx::query("select files from policy_versions where digest = $1")
            .bind(digest.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.map(|row| row.text("files")).transpose()
    }

    /// Intents that came since a time and were assessed, the latest first.
    pub async fn assessed_intents_since(
        &self,
        since: Timestamp,
        limit: u32,
    ) -> Result<Vec<AssessedRecord>, StoreError> {
        let rows = sqlx::query(
            "select id, received_at, purpose, facts, decision, problem from intents
             where received_at >= $1 and decision is not null
             order by received_at desc, id desc limit $2",
        )
        .bind(since.micros())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, |row| {
            Ok(AssessedRecord {
                id: row.parsed("id")?,
                received_at: row.time("received_at")?,
                purpose: row.text("purpose")?,
                facts: row.optional_text("facts")?,
                decision: row.text("decision")?,
                problem: row.optional_text("problem")?,
            })
        })
    }
}

/// What policies were told of an intent, and what they said, as JSON texts.
#[derive(Debug, Clone)]
pub struct AssessedRecord {
    /// The intent.
    pub id: IntentId,
    /// When it came.
    pub received_at: Timestamp,
    /// What for.
    pub purpose: String,
    /// What policies were told; none of intents from before it was kept.
    pub facts: Option<String>,
    /// What they said.
    pub decision: String,
    /// Why it was blocked or failed.
    pub problem: Option<String>,
}
