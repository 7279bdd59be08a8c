//! The only crate with SQL: one module an aggregate, one [`Transaction`] for every change.
//!
//! Reads go through [`Store`]; changes go through a [`Transaction`], which refuses to commit
//! unless something was recorded in the ledger. A state changes only by compare-and-swap
//! along `domain`'s table of moves.

mod agents;
mod approvals;
mod authorization_codes;
mod browser_sessions;
mod column_suggestions;
mod daily_bytes;
mod database;
mod delegations;
mod device_requests;
mod error;
mod exceptions;
mod executions;
mod fatigue;
mod grants;
mod intents;
mod leases;
mod ledger_entries;
mod logouts;
mod notifications;
mod outbox;
mod packed_rows;
mod people;
mod policies;
mod policy_drafts;
mod precedents;
mod questions;
mod refresh_tokens;
mod reviews;
mod revocation;
mod row;
mod row_pages;
mod run_credentials;
mod runs;
mod standing_approvals;
mod table_uses;
mod transaction;
mod used_proofs;

use std::time::Duration;

pub use agents::{AgentMove, AgentRecord, Deed, NewAgent};
pub use approvals::{ApprovalRecord, Narrowed, NewApproval, NewVote, VoteRecord, approvals_among};
pub use authorization_codes::{AuthorizationCodeRecord, NewAuthorizationCode};
pub use browser_sessions::{BrowserSessionRecord, NewBrowserSession, SessionOwner};
pub use column_suggestions::{NewSuggestionVerdict, SuggestionRecord};
pub use delegations::DelegationRecord;
pub use device_requests::{
    AskedRun, Confirmation, DeviceRequestRecord, DeviceVerdict, NewDeviceRequest, WorkloadEvidence,
};
pub use error::StoreError;
pub use exceptions::{BreakGlassRecord, ExceptionRecord, NewBreakGlass};
pub use executions::{ExecutionRecord, NewExecution, SealedResult};
pub use fatigue::LookRecord;
pub use grants::{GrantRecord, NewGrant};
pub use intents::{Assessed, IntentRecord, NewIntent};
pub use leases::Attempt;
pub use ledger_entries::{EntryRecord, Verification};
pub use logouts::Logout;
pub use notifications::{Notification, NotificationKind, NotificationRecord};
pub use outbox::{Channel, DeliveryRecord, NewDelivery};
pub use packed_rows::PackedRows;
pub use people::{Evidence, PersonRecord, SignIn};
pub use policies::{AssessedRecord, NewPublication, PolicyOrigin, PublicationRecord};
pub use policy_drafts::{DraftRecord, DraftState};
pub use precedents::PrecedentRecord;
pub use questions::{AnswerRecord, NewAnswer, NewQuestion, QuestionRecord};
pub use refresh_tokens::RefreshTokenRecord;
pub use reviews::{CampaignRecord, ItemRecord, NewCampaign, NewItem, Usage};
pub use revocation::{Ended, Ending, Target};
pub use row_pages::{Forgettable, RowPage};
pub use runs::{NewRun, RunEvidence, RunRecord, TokenEvidence};
pub use standing_approvals::{NewStandingApproval, StandingApprovalRecord, StandingUseRecord};
pub use transaction::Transaction;

use database::{Engine, Pool};

/// How long a caller waits for the database before it is told that it is unavailable.
const DEADLINE: Duration = Duration::from_secs(2);

/// The database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: &'static Engine,
    writer: Pool,
    reader: Pool,
}

impl Store {
    /// Opens the database at a URL such as `sqlite://var/countersign.db`, which is made where
    /// it is missing, or `postgres://user:password@host/database`, and brings its schema up
    /// to date.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        let engine = Engine::of(url)?;
        engine.migrate(url).await?;
        Ok(Self {
            engine,
            writer: engine.writer(url).await?,
            reader: engine.reader(url).await?,
        })
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("select 1").execute(&self.reader).await?;
        Ok(())
    }
}
