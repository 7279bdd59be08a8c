//! The ledger's entries as rows.

use domain::{RunId, Timestamp};
use ledger::{Broken, Draft, Entry, Hash, Head, Verifier};

use crate::{
    Store, StoreError,
    database::Connection,
    row::{Row, RowExt as _, collect},
};

/// An entry as pages and exports show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRecord {
    /// From 1, without gaps.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// The event's stable name.
    pub event: String,
    /// Who.
    pub actor: String,
    /// To what.
    pub subject: String,
    /// Within which run, if any.
    pub run: Option<RunId>,
    /// JSON.
    pub payload: String,
    /// Hexadecimal.
    pub previous_hash: String,
    /// Hexadecimal.
    pub hash: String,
}

/// What came of checking the whole chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// The last entry that verifies: its number and hash.
    pub head: Head,
    /// The first that does not.
    pub broken: Option<Broken>,
}

pub(crate) async fn append(
    connection: &mut Connection,
    draft: Draft,
    run: Option<RunId>,
) -> Result<u64, StoreError> {
    let entry = head(connection).await?.seal(draft)?;
    let sequence =
        i64::try_from(entry.sequence).map_err(|_| StoreError::Ledger(ledger::LedgerFull))?;
    let payload = String::from_utf8(entry.draft.payload)
        .map_err(|_| StoreError::Inconsistent { column: "payload" })?;
    sqlx::query(
        "insert into ledger_entries (sequence, at, event, actor, subject, run_id, payload, salt,
             payload_digest, previous_hash, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(sequence)
    .bind(entry.draft.at_micros)
    .bind(entry.draft.event)
    .bind(entry.draft.actor)
    .bind(entry.draft.subject)
    .bind(run.map(|run| run.to_string()))
    .bind(payload)
    .bind(hex::encode(entry.draft.salt))
    .bind(entry.payload_digest.to_string())
    .bind(entry.previous.to_string())
    .bind(entry.hash.to_string())
    .execute(connection)
    .await?;
    Ok(entry.sequence)
}

async fn head(connection: &mut Connection) -> Result<Head, StoreError> {
    let row =
        sqlx::query("select sequence, hash from ledger_entries order by sequence desc limit 1")
            .fetch_optional(connection)
            .await?;
    row.map_or(Ok(Head::GENESIS), |row| {
        Ok(Head {
            sequence: row.count("sequence")?,
            hash: row.named("hash", Hash::from_hex)?,
        })
    })
}

fn read(row: &Row) -> Result<EntryRecord, StoreError> {
    Ok(EntryRecord {
        sequence: row.count("sequence")?,
        at: row.time("at")?,
        event: row.text("event")?,
        actor: row.text("actor")?,
        subject: row.text("subject")?,
        run: row.optional_parsed("run_id")?,
        payload: row.text("payload")?,
        previous_hash: row.text("previous_hash")?,
        hash: row.text("hash")?,
    })
}

fn read_whole(row: &Row) -> Result<Entry, StoreError> {
    let salt = hex::decode(row.text("salt")?).ok();
    Ok(Entry {
        sequence: row.count("sequence")?,
        draft: Draft {
            at_micros: row.integer("at")?,
            event: row.text("event")?,
            actor: row.text("actor")?,
            subject: row.text("subject")?,
            payload: row.text("payload")?.into_bytes(),
            salt: salt
                .and_then(|salt| salt.try_into().ok())
                .ok_or(StoreError::Inconsistent { column: "salt" })?,
        },
        payload_digest: row.named("payload_digest", Hash::from_hex)?,
        previous: row.named("previous_hash", Hash::from_hex)?,
        hash: row.named("hash", Hash::from_hex)?,
    })
}

impl Store {
    /// Entries from the newest at or below `from` downwards.
    pub async fn entries_down_from(
        &self,
        from: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EntryRecord>, StoreError> {
        let from = from.map_or(i64::MAX, |from| i64::try_from(from).unwrap_or(i64::MAX));
        let rows = sqlx::query(
            "select * from ledger_entries where sequence <= $1 order by sequence desc limit $2",
        )
        .bind(from)
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// Everything that happened within one run, in order.
    pub async fn entries_of_run(&self, run: RunId) -> Result<Vec<EntryRecord>, StoreError> {
        let rows = sqlx::query("select * from ledger_entries where run_id = $1 order by sequence")
            .bind(run.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// Checks the chain from its first entry to its last.
    pub async fn verify_ledger(&self) -> Result<Verification, StoreError> {
        let mut verifier = Verifier::default();
        let mut behind = 0_i64;
        loop {
            let rows = sqlx::query(
                "select * from ledger_entries where sequence > $1 order by sequence limit 1000",
            )
            .bind(behind)
            .fetch_all(&self.reader)
            .await?;
            for row in &rows {
                let entry = read_whole(row)?;
                behind = row.integer("sequence")?;
                if let Err(broken) = verifier.check(&entry) {
                    return Ok(Verification {
                        head: verifier.head(),
                        broken: Some(broken),
                    });
                }
            }
            if rows.is_empty() {
                return Ok(Verification {
                    head: verifier.head(),
                    broken: None,
                });
            }
        }
    }
}
