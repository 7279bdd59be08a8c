//! The use cases. Each begins by asking the context whether the actor may, and ends with
//! a change and its ledger entry in one transaction.
//!
//! Nothing here knows of HTTP, pages or JSON bodies; doors translate.

mod agents;
mod approvals;
mod assessment;
mod catalog;
mod error;
mod executions;
mod intent_views;
mod intents;
mod judgement;
mod labels;
mod ledger;
mod mails;
mod people;
mod preparation;
mod records;
mod refusals;
mod results;
mod reviews;
mod run_token;
mod runs;
mod step_up;
mod tables;

use std::sync::Arc;

use domain::{IntentId, Timestamp};
use store::Store;
use tokio::sync::{Notify, broadcast};
use uuid::Uuid;

pub use agents::{AgentView, NewAgent, Power, may_revoke_agent};
pub use approvals::{ApprovalView, Hindrance};
pub use assessment::{Assessment, DryRunFacts};
pub use catalog::CatalogCache;
pub use error::ServiceError;
pub use intent_views::IntentView;
pub use intents::{NewParameter, Submission};
pub use labels::output_columns;
pub use people::{Arrival, NotAdmitted, PersonView};
pub use records::{Problem, ResultColumn, Statistics};
pub use refusals::Refusal;
pub use results::{ResultPage, Sealed};
pub use reviews::{CampaignView, ItemView, NewCampaign, item_hindrance};
pub use run_token::{ParseTokenError, RunToken};
pub use runs::{NewRun, RunView, may_revoke_run};
pub use step_up::StepUpRule;
pub use tables::TouchedTable;

use crate::{
    config::{LimitsConfig, MaskingConfig, WarehouseConfig},
    context::Clock,
    notify::Mailer,
    policy::PolicySet,
    warehouse::Warehouse,
};

/// Something that open pages and waiting requests want to hear of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The set of waiting approvals changed.
    Inbox,
    /// An intent changed its state.
    Intent(IntentId),
}

/// What the services are made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// BigQuery.
    pub warehouse: Arc<dyn Warehouse>,
    /// The policy in force.
    pub policy: PolicySet,
    /// Hands mails on.
    pub mailer: Arc<dyn Mailer>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// How much is too much.
    pub limits: LimitsConfig,
    /// What grave decisions need.
    pub step_up: StepUpRule,
    /// Project, location, caps and prices.
    pub warehouse_config: WarehouseConfig,
    /// How values are masked.
    pub masking: MaskingConfig,
    /// The portal's address, without a slash at the end.
    pub public_url: String,
}

/// The use cases, shared by every door.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

/// What every clone of [`Services`] shares.
pub struct Inner {
    parts: Parts,
    catalog: CatalogCache,
    notices: broadcast::Sender<Notice>,
    /// Wakes the executor and the mail job.
    work: Notify,
    fresh_tokens: run_token::FreshTokens,
    refusals: refusals::Refusals,
}

impl std::ops::Deref for Services {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Services {
    /// Puts the use cases together.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let (notices, _) = broadcast::channel(1024);
        let catalog = CatalogCache::new(&parts.warehouse_config, parts.masking.rules.clone());
        Self(Arc::new(Inner {
            parts,
            catalog,
            notices,
            work: Notify::new(),
            fresh_tokens: run_token::FreshTokens::default(),
            refusals: refusals::Refusals::default(),
        }))
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
    }

    /// Resolves when there may be something to execute or to send.
    pub async fn work(&self) {
        self.work.notified().await;
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Where agents and people reach this program, without a slash at the end.
    #[must_use]
    pub fn public_url(&self) -> &str {
        &self.parts.public_url
    }

    /// How much is too much.
    #[must_use]
    pub fn limits(&self) -> &LimitsConfig {
        &self.parts.limits
    }

    /// Whether the database answers.
    pub async fn ready(&self) -> Result<(), ServiceError> {
        Ok(self.parts.store.ping().await?)
    }

    fn announce(&self, notice: Notice) {
        // Nobody listening is fine: pages and requests read the state when they come.
        let _ = self.notices.send(notice);
        self.work.notify_one();
    }
}

/// A fresh UUIDv7 (RFC 9562 section 5.7).
fn fresh_uuid() -> Uuid {
    Uuid::now_v7()
}
