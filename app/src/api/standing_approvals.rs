//! Approvals of similar queries: given with an approval, listed, revoked.

use domain::{
    ApprovalId, IntentId, IntentState, RunId, StandingApprovalId, StandingTerms, TableName,
    Timestamp,
};
use leptos::prelude::*;
#[cfg(feature = "ssr")]
use leptos::server_fn::{Decodes as _, Encodes as _, codec::JsonEncoding};
use serde::{Deserialize, Serialize};

use super::{AgentRef, PersonRef, UiError};

/// What similar queries have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    /// The tables that they read.
    pub tables: Vec<TableName>,
    /// The columns that they use.
    pub columns: Vec<String>,
    /// The output columns that leave masked.
    pub masked: Vec<String>,
    /// Codes of what is found in them.
    pub findings: Vec<String>,
}

/// Everything on the page where similar queries are approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimilarPage {
    /// The request that it begins with.
    pub approval: ApprovalId,
    /// The only agent that it is for.
    pub agent: AgentRef,
    /// What the request is for.
    pub purpose: String,
    /// Its SQL as asked.
    pub sql: String,
    /// What similar queries have in common.
    pub kind: Kind,
    /// What the request would process, in bytes.
    pub bytes: u64,
    /// The most bytes that each query can be allowed.
    pub bytes_maximum: u64,
    /// The latest end.
    pub latest_end: Timestamp,
    /// The terms to agree to: those that somebody proposed, or else those that were typed.
    pub terms: Option<StandingTerms>,
    /// What somebody proposed with this request.
    pub proposal: Option<Proposal>,
    /// Past queries of this kind, the newest first.
    pub past: Vec<PastQuery>,
    /// How many queries of how many days were looked at.
    pub looked_at: u32,
    /// So many days.
    pub days: u32,
    /// How many people must approve.
    pub needed: u32,
    /// Why this person may not, as a sentence.
    pub hindrance: Option<String>,
    /// Whether this person may once they have proved anew who they are.
    pub step_up: bool,
}

/// What somebody proposed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which.
    pub standing: StandingApprovalId,
    /// Who agreed so far.
    pub agreed: Vec<PersonRef>,
}

/// A query that the agent asked before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastQuery {
    /// Which.
    pub intent: IntentId,
    /// Its session.
    pub run: RunId,
    /// When it came.
    pub at: Timestamp,
    /// What became of it.
    pub state: IntentState,
    /// What it would process, in bytes.
    pub bytes: u64,
    /// Whether the terms cover it.
    pub covered: bool,
}

/// One standing approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRow {
    /// Which.
    pub standing: StandingApprovalId,
    /// The approval that it was given with.
    pub approval: ApprovalId,
    /// The only agent that it is for.
    pub agent: AgentRef,
    /// What its queries have in common.
    pub kind: Kind,
    /// What bounds it.
    pub terms: StandingTerms,
    /// How many queries it has approved.
    pub uses: u32,
    /// When the last of them came.
    pub last_used: Option<Timestamp>,
    /// Who agreed to it.
    pub agreed: Vec<PersonRef>,
    /// From when on it counts.
    pub granted_at: Timestamp,
    /// Why it does not count now, as a sentence.
    pub gap: Option<String>,
    /// Who revoked it, when and why.
    pub revoked: Option<Revoked>,
    /// Whether this person may revoke it.
    pub may_revoke: bool,
}

/// The end of a standing approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// By whom.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// What a voter wants beyond the query before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// To approve similar queries on these terms.
    Propose(StandingTerms),
    /// To agree to what somebody proposed.
    Agree(StandingApprovalId),
}

/// The desk for standing approvals.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait StandingDesk: Send + Sync {
    /// What approving similar queries would mean, on these terms.
    async fn similar(
        &self,
        approval: ApprovalId,
        terms: Option<StandingTerms>,
    ) -> Result<SimilarPage, UiError>;
    /// Approves a request and wishes for similar queries.
    async fn approve_similar(
        &self,
        approval: ApprovalId,
        comment: String,
        wish: Wish,
    ) -> Result<(), UiError>;
    /// Every standing approval that was given, the newest first.
    async fn standing_approvals(&self) -> Result<Vec<StandingRow>, UiError>;
    /// Ends one.
    async fn revoke(&self, standing: StandingApprovalId, reason: String) -> Result<(), UiError>;
}

/// What approving similar queries would mean.
#[server(endpoint = "similar")]
pub async fn load_similar(
    /// The request.
    approval: ApprovalId,
    /// The terms as JSON; empty while there are none.
    #[server(default)]
    terms: String,
) -> Result<SimilarPage, UiError> {
    let terms = read(&terms)?;
    super::desks()?.standing.similar(approval, terms).await
}

/// Every standing approval that was given, the newest first.
#[server(endpoint = "standing_approvals")]
pub async fn load_standing_approvals() -> Result<Vec<StandingRow>, UiError> {
    super::desks()?.standing.standing_approvals().await
}

/// Approves a request and wishes for similar queries; the browser goes to the request's page.
#[server(endpoint = "approve_similar")]
pub async fn approve_similar(
    /// The request.
    approval: ApprovalId,
    /// The terms as they were previewed, as JSON; empty when somebody else's are agreed to.
    #[server(default)]
    terms: String,
    /// Which proposal is agreed to; empty for one's own terms.
    #[server(default)]
    standing: String,
    /// Why; may be empty.
    #[server(default)]
    comment: String,
) -> Result<(), UiError> {
    let back = format!("/approvals/{approval}/similar");
    let done = async {
        let wish = match (read(&terms)?, standing.parse()) {
            (_, Ok(standing)) => Wish::Agree(standing),
            (Some(terms), Err(_)) => Wish::Propose(terms),
            (None, Err(_)) => return Err(UiError::invalid("uses", "Look at a preview first.")),
        };
        let desk = super::desks()?.standing;
        desk.approve_similar(approval, comment.trim().to_owned(), wish)
            .await
    };
    let next = done.await.map(|()| format!("/approvals/{approval}"));
    super::form::answer(next, &back, &[("comment", &comment)])
}

/// Ends a standing approval; the browser comes back to the list.
#[server(endpoint = "revoke_standing_approval")]
pub async fn revoke_standing_approval(
    /// Which.
    standing: StandingApprovalId,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = "/standing-approvals";
    let done = async {
        let reason = super::form::filled("reason", &reason, "Say why.")?;
        super::desks()?.standing.revoke(standing, reason).await
    };
    let done = done.await.map(|()| page.to_owned());
    super::form::answer(done, page, &[("reason", &reason)])
}

/// Terms as a field of a form carries them, so that what was previewed is what is sent.
#[cfg(feature = "ssr")]
#[must_use]
pub fn written(terms: &StandingTerms) -> String {
    let json = JsonEncoding::encode(terms).ok();
    let text = json.and_then(|json| String::from_utf8(json.to_vec()).ok());
    text.unwrap_or_default()
}

#[cfg(feature = "ssr")]
fn read(terms: &str) -> Result<Option<StandingTerms>, UiError> {
    if terms.is_empty() {
        return Ok(None);
    }
    JsonEncoding::decode(terms.to_owned().into_bytes().into())
        .map(Some)
        .map_err(|_| UiError::invalid("uses", "These terms cannot be read. Type them anew."))
}
