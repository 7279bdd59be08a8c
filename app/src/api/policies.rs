//! The policy: what is and was in force, and drafts of what is to come.

use domain::{Digest, IntentId, PolicyDraftId, RunId, Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{PersonRef, UiError};

/// One file of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyText {
    /// Its name: `balanced.cedar`.
    #[serde(default)]
    pub name: String,
    /// What stands in it.
    #[serde(default)]
    pub text: String,
}

/// From when on a version was in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// Counted from one.
    pub number: u64,
    /// Which version.
    pub version: Digest,
    /// Where it came from, as a phrase: `the preset balanced`.
    pub from: String,
    /// Who wrote it and who published it; nobody for files.
    pub editors: Vec<PersonRef>,
    /// From when on.
    pub at: Timestamp,
}

/// A draft in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftRow {
    /// Which.
    pub draft: PolicyDraftId,
    /// What it is for.
    pub title: String,
    /// Where it stands, as a phrase: `waits for another administrator`.
    pub state: String,
    /// Everybody who edited it.
    pub authors: Vec<PersonRef>,
    /// When it was changed last.
    pub changed_at: Timestamp,
}

/// What is and was in force, and what is drafted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoliciesPage {
    /// The latest first: it is in force.
    pub history: Vec<Publication>,
    /// Drafts that are neither published nor given up; none to whom they are not open.
    pub drafts: Vec<DraftRow>,
    /// Why this person may not draft; none when they may.
    pub hindrance: Option<String>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionPage {
    /// Which.
    pub version: Digest,
    /// Its files.
    pub files: Vec<PolicyText>,
    /// When it was put in force, the latest first.
    pub publications: Vec<Publication>,
    /// Whether it is in force.
    pub is_in_force: bool,
}

/// One draft with everything that its page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftPage {
    /// As in the list.
    pub header: DraftRow,
    /// Which revision is shown.
    pub revision: u64,
    /// Its files.
    pub files: Vec<PolicyText>,
    /// What is wrong in them, a line each with file and line.
    pub faults: Vec<String>,
    /// What it would have decided; none while it cannot be used as it is.
    pub simulation: Option<Simulation>,
    /// Whether this person may change, propose and give it up.
    pub may_edit: bool,
    /// Whether it waits to be published.
    pub is_proposed: bool,
    /// Why this person may not publish it; none when they may.
    pub hindrance: Option<String>,
}

/// What a draft would have decided on past queries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulation {
    /// Queries that would be decided as they were.
    pub same: u32,
    /// Queries of which it is not known any more what policies were told.
    pub unknown: u32,
    /// How many were decided each way.
    pub was: Routes,
    /// How many would be.
    pub would: Routes,
    /// The latest that would be decided differently.
    pub rows: Vec<SimulatedRow>,
}

/// How many queries go each way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Routes {
    /// At once.
    pub run: u32,
    /// After approval.
    pub approve: u32,
    /// Never.
    pub block: u32,
}

/// A query that would be decided differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SimulatedRow {
    /// Which.
    pub intent: IntentId,
    /// Within which run.
    pub run: RunId,
    /// When it came.
    pub at: Timestamp,
    /// What for.
    pub purpose: String,
    /// What was decided: `approve (1 of data-stewards)`.
    pub was: String,
    /// What would be.
    pub would: String,
    /// Which policies say so.
    pub policies: Vec<String>,
}

/// The desk for policies.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait PolicyDesk: Send + Sync {
    /// What is and was in force, and what is drafted.
    async fn policies(&self) -> Result<PoliciesPage, UiError>;
    /// One version.
    async fn version(&self, version: Digest) -> Result<VersionPage, UiError>;
    /// One draft.
    async fn draft(&self, draft: PolicyDraftId) -> Result<DraftPage, UiError>;
    /// Begins a draft with what is in force.
    async fn begin(&self, title: String) -> Result<PolicyDraftId, UiError>;
    /// Keeps new texts, if the draft is still at this revision.
    async fn save(
        &self,
        draft: PolicyDraftId,
        revision: u64,
        files: Vec<PolicyText>,
    ) -> Result<(), UiError>;
    /// Asks the other administrators to publish it.
    async fn propose(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError>;
    /// Puts it in force.
    async fn publish(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError>;
    /// Gives it up.
    async fn discard(&self, draft: PolicyDraftId, revision: u64) -> Result<(), UiError>;
}

/// What is and was in force, and what is drafted.
#[server(endpoint = "policies")]
pub async fn load_policies() -> Result<PoliciesPage, UiError> {
    super::desks()?.policies.policies().await
}

/// One version.
#[server(endpoint = "policy_version")]
pub async fn load_policy_version(
    /// Which.
    version: Digest,
) -> Result<VersionPage, UiError> {
    super::desks()?.policies.version(version).await
}

/// One draft.
#[server(endpoint = "policy_draft")]
pub async fn load_policy_draft(
    /// Which.
    draft: PolicyDraftId,
) -> Result<DraftPage, UiError> {
    super::desks()?.policies.draft(draft).await
}

/// Begins a draft; the browser goes to its page.
#[server(endpoint = "begin_policy_draft")]
pub async fn begin_policy_draft(
    /// What it is for.
    #[server(default)]
    title: String,
) -> Result<(), UiError> {
    let done = async {
        let missing = "Say in a few words what this policy changes.";
        let filled = super::form::filled("title", &title, missing)?;
        super::desks()?.policies.begin(filled).await
    };
    let next = done.await.map(|draft| format!("/policies/drafts/{draft}"));
    super::form::answer(next, "/policies", &[("title", &title)])
}

/// Keeps new texts; the browser comes back to the draft.
#[server(endpoint = "save_policy_draft")]
pub async fn save_policy_draft(
    /// Which.
    draft: PolicyDraftId,
    /// The revision that was changed.
    revision: u64,
    /// Its files; one without a name and text is none.
    #[server(default)]
    files: Vec<PolicyText>,
) -> Result<(), UiError> {
    let page = format!("/policies/drafts/{draft}");
    let is_something =
        |file: &PolicyText| !file.name.trim().is_empty() || !file.text.trim().is_empty();
    let files = files.into_iter().filter(is_something).map(as_typed);
    let done = async {
        let policies = super::desks()?.policies;
        policies.save(draft, revision, files.collect()).await
    };
    super::form::answer(done.await.map(|()| page.clone()), &page, &[])
}

/// Browsers end the lines of a text with two characters (HTML, section 4.10.22.5).
#[cfg(feature = "ssr")]
fn as_typed(file: PolicyText) -> PolicyText {
    PolicyText {
        name: file.name.trim().to_owned(),
        text: file.text.replace("\r\n", "\n"),
    }
}

/// Asks the other administrators to publish it; the browser comes back to the draft.
#[server(endpoint = "propose_policy")]
pub async fn propose_policy(
    /// Which.
    draft: PolicyDraftId,
    /// The revision that was seen.
    revision: u64,
) -> Result<(), UiError> {
    let page = format!("/policies/drafts/{draft}");
    let done = async { super::desks()?.policies.propose(draft, revision).await };
    super::form::answer(done.await.map(|()| page.clone()), &page, &[])
}

/// Puts it in force; the browser goes to the policies.
#[server(endpoint = "publish_policy")]
pub async fn publish_policy(
    /// Which.
    draft: PolicyDraftId,
    /// The revision that was seen.
    revision: u64,
) -> Result<(), UiError> {
    let page = format!("/policies/drafts/{draft}");
    let done = async { super::desks()?.policies.publish(draft, revision).await };
    super::form::answer(done.await.map(|()| "/policies".to_owned()), &page, &[])
}

/// Gives it up; the browser goes to the policies.
#[server(endpoint = "discard_policy")]
pub async fn discard_policy(
    /// Which.
    draft: PolicyDraftId,
    /// The revision that was seen.
    revision: u64,
) -> Result<(), UiError> {
    let page = format!("/policies/drafts/{draft}");
    let done = async { super::desks()?.policies.discard(draft, revision).await };
    super::form::answer(done.await.map(|()| "/policies".to_owned()), &page, &[])
}
