//! What the program provides for each request.

use std::sync::Arc;

use leptos::prelude::use_context;

use super::{
    UiError, Viewer, agents::AgentDesk, approvals::ApprovalDesk, authorizations::AuthorizationDesk,
    catalog::CatalogDesk, delegations::DelegationDesk, deliveries::DeliveryDesk,
    devices::DeviceDesk, exceptions::ExceptionDesk, ledger::LedgerDesk, people::PeopleDesk,
    policies::PolicyDesk, questions::QuestionDesk, reviews::ReviewDesk, runs::RunDesk,
    sessions::SessionDesk, standing_approvals::StandingDesk, terms::TermsDesk,
};

/// Every desk, bound to the person who is signed in; provided by context.
#[derive(Clone)]
pub struct Desks {
    /// Who is signed in.
    pub viewer: Viewer,
    /// Requests for approval.
    pub approvals: Arc<dyn ApprovalDesk>,
    /// Sessions and their replay.
    pub sessions: Arc<dyn SessionDesk>,
    /// Registered agents.
    pub agents: Arc<dyn AgentDesk>,
    /// Runs and their tokens.
    pub runs: Arc<dyn RunDesk>,
    /// What approvals rest on besides votes.
    pub terms: Arc<dyn TermsDesk>,
    /// Exceptions from the usual votes.
    pub exceptions: Arc<dyn ExceptionDesk>,
    /// Access reviews.
    pub reviews: Arc<dyn ReviewDesk>,
    /// The audit log.
    pub ledger: Arc<dyn LedgerDesk>,
    /// People and their sessions in browsers.
    pub people: Arc<dyn PeopleDesk>,
    /// Questions about requests for approval.
    pub questions: Arc<dyn QuestionDesk>,
    /// What is known of the warehouse.
    pub catalog: Arc<dyn CatalogDesk>,
    /// Mails and messages that did not arrive.
    pub deliveries: Arc<dyn DeliveryDesk>,
    /// Who decides in whose place.
    pub delegations: Arc<dyn DelegationDesk>,
    /// Approvals of similar queries.
    pub standing: Arc<dyn StandingDesk>,
    /// The policy and its drafts.
    pub policies: Arc<dyn PolicyDesk>,
    /// Clients that wait at an address.
    pub authorizations: Arc<dyn AuthorizationDesk>,
    /// Pipelines that wait for a person.
    pub devices: Arc<dyn DeviceDesk>,
}

/// The desks of this request.
///
/// # Errors
/// [`UiError::SignedOut`] where the program provided none.
pub fn desks() -> Result<Desks, UiError> {
    use_context().ok_or(UiError::SignedOut)
}
