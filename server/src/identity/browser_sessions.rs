//! Keeps browser sessions in the store, under the hash of their id.
//!
//! Whoever reads the database learns no cookie. Saving only changes what is there, so that
//! a request under way during a sign-out does not bring the session back.

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use domain::Timestamp;
use sha2::{Digest as _, Sha256};
use store::{NewBrowserSession, SessionOwner, Store};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::session;
use crate::context::Clock;

/// How long an unfinished sign-in is kept, in seconds.
const UNFINISHED_SECONDS: i64 = 600;

/// The sessions in the store.
#[derive(Clone)]
pub(super) struct BrowserSessions {
    store: Store,
    clock: Arc<dyn Clock>,
    idle_seconds: i64,
}

impl BrowserSessions {
    /// Sessions that end after `idle` without a save.
    pub(super) fn new(store: Store, clock: Arc<dyn Clock>, idle: Duration) -> Self {
        Self {
            store,
            clock,
            idle_seconds: i64::try_from(idle.as_secs()).unwrap_or(0),
        }
    }

    /// Somebody's session slides up to its absolute end; others are short.
    fn expires_at(&self, record: &Record) -> Timestamp {
        let now = self.clock.now();
        match session::signed_in(&record.data) {
            Some(signed_in) => now.plus_seconds(self.idle_seconds).min(signed_in.until),
            None => now.plus_seconds(UNFINISHED_SECONDS),
        }
    }
}

impl fmt::Debug for BrowserSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserSessions")
    }
}

#[async_trait]
impl SessionStore for BrowserSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let owner = session::signed_in(&record.data).map(|signed_in| SessionOwner {
            sign_in: signed_in.sign_in,
            person: signed_in.id,
            issuer: signed_in.issuer,
            sid: signed_in.sid,
            started_at: signed_in.started_at,
        });
        let session = NewBrowserSession {
            id_hash: hash(record.id),
            data: encode(record)?,
            expires_at: self.expires_at(record),
            owner,
        };
        let created = self.store.create_browser_session(&session).await;
        created.map_err(backend)
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let there = self
            .store
            .update_browser_session(
                &hash(record.id),
                &encode(record)?,
                self.clock.now(),
                self.expires_at(record),
            )
            .await
            .map_err(backend)?;
        if !there {
            tracing::debug!("a session ended during a request");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let data = self
            .store
            .load_browser_session(&hash(*id), self.clock.now())
            .await
            .map_err(backend)?;
        let Some(data) = data else { return Ok(None) };
        Ok(Some(Record {
            id: *id,
            data: serde_json::from_str(&data).map_err(|error| Error::Decode(error.to_string()))?,
            // Unused: the store's own column decides, by our clock.
            expiry_date: OffsetDateTime::UNIX_EPOCH,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store
            .delete_browser_session(&hash(*id))
            .await
            .map_err(backend)
    }
}

fn hash(id: Id) -> String {
    hex::encode(Sha256::digest(id.to_string()))
}

fn encode(record: &Record) -> Result<String> {
    serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "passed to `map_err`, which gives it away"
)]
fn backend(error: store::StoreError) -> Error {
    Error::Backend(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::context::SystemClock;

    #[tokio::test]
    async fn a_save_does_not_bring_an_ended_session_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/c.db", folder.path().display());
        let store = Store::open(&url).await.expect("a store");
        let sessions = BrowserSessions::new(store, Arc::new(SystemClock), Duration::from_mins(15));
        let mut record = Record {
            id: Id::default(),
            data: HashMap::new(),
            expiry_date: OffsetDateTime::UNIX_EPOCH,
        };
        sessions.create(&mut record).await.expect("created");
        assert!(sessions.load(&record.id).await.expect("loaded").is_some());
        sessions.delete(&record.id).await.expect("deleted");
        sessions.save(&record).await.expect("saved");
        assert_eq!(sessions.load(&record.id).await.expect("loaded"), None);
    }
}
