//! Browser sessions, found by the hash of their id.
//!
//! These rows change with every request, so they are written outside the ledger; that a
//! session began, and that somebody ended it, is recorded.
//!
//! Whether a session still counts is decided when it is read: a sign-out that comes while a
//! session is being written ends that one too.

use domain::{EventName, PersonId, SignInId, Timestamp};
use sqlx::Row as _;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// A session to be kept.
#[derive(Debug, Clone)]
pub struct NewBrowserSession {
    /// SHA-256 of the cookie's value.
    pub id_hash: String,
    /// Its content, JSON.
    pub data: String,
    /// When it ends unless somebody uses it.
    pub expires_at: Timestamp,
    /// Whose it is; none before the sign-in is over.
    pub owner: Option<SessionOwner>,
}

/// Whose session it is.
#[derive(Debug, Clone)]
pub struct SessionOwner {
    /// The sign-in that began it.
    pub sign_in: SignInId,
    /// Who signed in.
    pub person: PersonId,
    /// At which identity provider.
    pub issuer: String,
    /// That provider's name for its own session.
    pub sid: Option<String>,
    /// When.
    pub started_at: Timestamp,
}

/// A session of somebody, as pages list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserSessionRecord {
    /// The sign-in that began it.
    pub sign_in: SignInId,
    /// Whose it is.
    pub person: PersonId,
    /// The identity provider's name for its own session.
    pub sid: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
}

/// What has to hold besides `expires_at` for the session `s` to count: its person is not
/// disabled and has not ended their sessions, and the provider has not ended its own.
macro_rules! counting {
    ($select:literal) => {
        concat!(
            $select,
            " and (s.person_id is null or exists (
                 select 1 from people p where p.id = s.person_id and p.disabled_at is null
                     and p.sessions_ended_at < s.started_at))
               and not exists (
                 select 1 from logout_tokens l where l.issuer = s.issuer and l.sid = s.sid)"
        )
    };
}

fn read(row: &Row) -> Result<BrowserSessionRecord, StoreError> {
    Ok(BrowserSessionRecord {
        sign_in: row.parsed("sign_in_id")?,
        person: row.parsed("person_id")?,
        sid: row.optional_text("sid")?,
        started_at: row.time("started_at")?,
        seen_at: row.time("seen_at")?,
    })
}

impl Store {
    /// Adds a session.
    pub async fn create_browser_session(
        &self,
        session: &NewBrowserSession,
    ) -> Result<(), StoreError> {
        let owner = session.owner.as_ref();
        sqlx::query(
            "insert into browser_sessions (id_hash, data, expires_at, sign_in_id, person_id,
                 issuer, sid, started_at, seen_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        )
        .bind(&session.id_hash)
        .bind(&session.data)
        .bind(session.expires_at.micros())
        .bind(owner.map(|owner| owner.sign_in.to_string()))
        .bind(owner.map(|owner| owner.person.to_string()))
        .bind(owner.map(|owner| &owner.issuer))
        .bind(owner.and_then(|owner| owner.sid.as_ref()))
        .bind(owner.map(|owner| owner.started_at.micros()))
        .execute(&self.writer)
        .await?;
        Ok(())
    }

    /// Changes a session that still exists; says whether it did. It never brings back one
    /// that has been deleted.
    pub async fn update_browser_session(
        &self,
        id_hash: &str,
        data: &str,
        now: Timestamp,
        expires_at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update browser_sessions set data = $2, expires_at = $3,
                 seen_at = case when person_id is null then null else $4 end
             where id_hash = $1",
        )
        .bind(id_hash)
        .bind(data)
        .bind(expires_at.micros())
        .bind(now.micros())
        .execute(&self.writer)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The content of a session that counts.
    pub async fn load_browser_session(
        &self,
        id_hash: &str,
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let row = sqlx::query(counting!(
            "select s.data from browser_sessions s where s.id_hash = $1 and s.expires_at > $2"
        ))
        .bind(id_hash)
        .bind(now.micros())
        .fetch_optional(&self.reader)
        .await?;
        Ok(row.map(|row| row.try_get("data")).transpose()?)
    }

    /// Every session that counts; of one person when given. The one used last comes first.
    pub async fn browser_sessions(
        &self,
        person: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Vec<BrowserSessionRecord>, StoreError> {
        let rows = sqlx::query(concat!(
            counting!(
                "select s.* from browser_sessions s where s.person_id is not null
                     and s.expires_at > $1 and ($2 is null or s.person_id = $2)"
            ),
            " order by s.seen_at desc, s.started_at desc"
        ))
        .bind(now.micros())
        .bind(person.map(|person| person.to_string()))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// Ends a session.
    pub async fn delete_browser_session(&self, id_hash: &str) -> Result<(), StoreError> {
        sqlx::query("delete from browser_sessions where id_hash = $1")
            .bind(id_hash)
            .execute(&self.writer)
            .await?;
        Ok(())
    }

    /// Clears away what has expired; returns how many.
    pub async fn delete_expired_browser_sessions(&self, now: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from browser_sessions where expires_at <= $1")
            .bind(now.micros())
            .execute(&self.writer)
            .await?;
        Ok(done.rows_affected())
    }
}

impl Transaction {
    /// Ends one session of a person; says whether it was there to end.
    pub async fn end_browser_session(
        &mut self,
        person: PersonId,
        sign_in: SignInId,
    ) -> Result<bool, StoreError> {
        let done =
            sqlx::query("delete from browser_sessions where sign_in_id = $1 and person_id = $2")
                .bind(sign_in.to_string())
                .bind(person.to_string())
                .execute(self.connection())
                .await?;
        let payload = serde_json::json!({ "sign_in": sign_in });
        self.record(
            EventName::SessionsEnded,
            &person.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends every session of a person, also those that are being begun; returns how many
    /// there were.
    pub async fn end_browser_sessions_of(&mut self, person: PersonId) -> Result<u64, StoreError> {
        let now = self.now();
        sqlx::query("update people set sessions_ended_at = $2 where id = $1")
            .bind(person.to_string())
            .bind(now.micros())
            .execute(self.connection())
            .await?;
        let done = sqlx::query("delete from browser_sessions where person_id = $1")
            .bind(person.to_string())
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({ "sessions": done.rows_affected() });
        self.record(
            EventName::SessionsEnded,
            &person.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(done.rows_affected())
    }
}
