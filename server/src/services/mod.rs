//! The use cases. Each begins by asking the context whether the actor may, and ends with
//! a change and its ledger entry in one transaction.
//!
//! Nothing here knows of HTTP, pages or JSON bodies; doors translate.

mod agents;
mod aggregates;
mod agreement;
mod approvals;
mod approvers;
mod assessment;
mod binding;
mod break_glass;
mod caps;
mod catalog;
mod conditions;
mod confirmation;
mod delegation;
mod deliveries;
mod described_tables;
mod digests;
mod error;
mod escalation;
mod exceptions;
mod executions;
mod fatigue;
mod found_values;
mod intent_views;
mod intents;
mod judgement;
mod labels;
mod ledger;
mod mails;
mod notices;
mod notifications;
mod oauth;
mod objects;
mod people;
mod policies;
mod precedent;
mod preparation;
mod previews;
mod questions;
mod readable_tables;
mod reconciliation;
mod records;
mod refusals;
mod registration;
mod resubmission;
mod results;
mod retention;
mod reviews;
mod revocation;
mod run_credentials;
mod run_opening;
mod run_token;
mod runs;
mod scope_check;
mod sealing;
mod standing_approvals;
mod step_up;
mod suggestions;
mod tables;
mod unmasking;
mod webhooks;

use std::{collections::BTreeSet, sync::Arc};

use domain::{AgentId, IntentId, Timestamp};
use store::{Store, Transaction};
use tokio::sync::{Notify, Semaphore, broadcast};
use uuid::Uuid;

pub use agents::{AgentView, EffectivePower};
pub use approvals::{ApprovalView, Hindrance};
pub use assessment::{Assessment, DryRunFacts};
pub use binding::Input as BoundInput;
pub use break_glass::{BreakGlass, GlassHindrance};
pub use catalog::CatalogCache;
pub use conditions::ConditionsView;
pub use confirmation::CastVote;
pub use delegation::DelegationView;
pub use deliveries::DeliveryView;
pub use described_tables::DescribedColumn;
pub use error::ServiceError;
pub use exceptions::ExceptionView;
pub use executions::Progress;
pub use fatigue::Habit;
pub use intent_views::IntentView;
pub use intents::{NewParameter, Submission};
pub use labels::output_columns;
pub use oauth::{
    AskedRun, Asking, AuthorizationView, ClientCode, CodeChallenge, DeviceCodes, DeviceRequestView,
    Exchange, GrantError, GrantRule, LoopbackRedirect, Redeeming, RedeemingCode, RefreshToken,
    Refreshing, WaitingClient,
};
pub use people::{Arrival, NotAdmitted, PersonView};
pub use policies::{
    ConfiguredPolicy, DraftHindrance, DraftView, PolicyVersion, Publication, Simulation,
    SimulationRow, compared,
};
pub use precedent::Precedent;
pub use previews::{QueryPreview, bytes_for_agents};
pub use questions::QuestionView;
pub use readable_tables::ReadableTable;
pub use reconciliation::{Because, Reconciliation, Stray};
pub use records::{Problem, ResultColumn, Statistics};
pub use refusals::Refusal;
pub use registration::{NewAgent, may_confirm_agent, may_revoke_agent};
pub use resubmission::may_ask_again;
pub use results::{ResultPage, Sealed};
pub use reviews::{CampaignView, ItemView, NewCampaign, item_hindrance};
pub use revocation::may_revoke_run;
pub use run_credentials::{RunCredentials, may_hand_out};
pub use run_opening::{NewRun, OpenedRun, is_sponsor};
pub use run_token::{ParseTokenError, RunToken};
pub use runs::{Proof, RunView};
pub use standing_approvals::{
    DAYS_MAXIMUM, Gap, PREVIEW_DAYS, PastQuery, Preview, Similar, StandingApprovalView,
    USES_MAXIMUM, Unlike, Wish,
};
pub use step_up::StepUpRule;
pub use suggestions::{GivenTag, KnownTable, Suggestion};
pub use tables::{SensitiveColumn, TouchedTable};

use crate::{
    config::{ApprovalsConfig, LimitsConfig, MaskingConfig, RightsConfig, WarehouseConfig},
    context::{Clock, Context},
    notify::{Mailer, Webhooks},
    proof::{Issuers, KeyNonces},
    warehouse::Warehouse,
};

/// So many requests are judged at the same time: each may ask BigQuery several things.
const JUDGED_AT_ONCE: usize = 64;

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
    /// The policy's files, as configured.
    pub policy: ConfiguredPolicy,
    /// Groups that make their members approvers.
    pub approver_groups: BTreeSet<String>,
    /// Hands mails on.
    pub mailer: Arc<dyn Mailer>,
    /// Tells other systems.
    pub webhooks: Webhooks,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// What keeps approvers from being worn down, and exceptions from their votes.
    pub approvals: ApprovalsConfig,
    /// How much is too much.
    pub limits: LimitsConfig,
    /// What grave decisions need.
    pub step_up: StepUpRule,
    /// What people may do themselves.
    pub rights: RightsConfig,
    /// Project, location, caps and prices.
    pub warehouse_config: WarehouseConfig,
    /// How values are masked.
    pub masking: MaskingConfig,
    /// Whose tokens count.
    pub issuers: Issuers,
    /// How long what comes to the OAuth door counts.
    pub grants: GrantRule,
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
    policies: policies::PolicyCache,
    notices: broadcast::Sender<Notice>,
    /// Requests that are judged at the same time; the others wait for their turn.
    judging: Semaphore,
    /// Wakes whoever stops the jobs of cancelled intents.
    stopping: Notify,
    fresh_tokens: run_token::FreshTokens,
    nonces: KeyNonces,
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
            policies: policies::PolicyCache::default(),
            notices,
            judging: Semaphore::new(JUDGED_AT_ONCE),
            stopping: Notify::new(),
            fresh_tokens: run_token::FreshTokens::default(),
            nonces: KeyNonces::default(),
            refusals: refusals::Refusals::default(),
        }))
    }

    /// Everything that happens from now on.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Notice> {
        self.notices.subscribe()
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

    /// The project that runs the jobs.
    #[must_use]
    pub fn project(&self) -> &str {
        &self.parts.warehouse_config.project
    }

    /// Where datasets and jobs are.
    #[must_use]
    pub fn location(&self) -> &str {
        &self.parts.warehouse_config.location
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

    /// The warehouse as this agent's jobs see it: in the name of its own service account,
    /// where its record names one.
    async fn warehouse_of(&self, agent: AgentId) -> Result<Arc<dyn Warehouse>, ServiceError> {
        let warehouse = &self.parts.warehouse;
        match &self.existing_agent(agent).await?.service_account {
            Some(account) => Ok(warehouse.acting_as(account).await?),
            None => Ok(Arc::clone(warehouse)),
        }
    }

    /// A change by whoever acts, as of the request's time.
    async fn begin(&self, context: &Context) -> Result<Transaction, ServiceError> {
        let store = &self.parts.store;
        Ok(store.begin(&context.actor.name(), context.now).await?)
    }

    fn announce(&self, notice: Notice) {
        // Nobody listening is fine: pages and requests read the state when they come.
        let _ = self.notices.send(notice);
    }
}

/// A fresh UUIDv7 (RFC 9562 section 5.7).
fn fresh_uuid() -> Uuid {
    Uuid::now_v7()
}
