//! Access reviews: who may do what, with evidence of use, and the verdicts.

use domain::{CampaignId, ItemId, Privilege, ResourcePattern, Timestamp, Verdict};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{AgentRef, PersonRef, TokenClient, UiError};

/// One access review in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// Which.
    pub campaign: CampaignId,
    /// Its name: `Q3 2026`.
    pub name: String,
    /// The first moment of the reviewed period.
    pub from: Timestamp,
    /// The moment behind the reviewed period.
    pub to: Timestamp,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Who opened it.
    pub opened_by: PersonRef,
    /// Entitlements in it.
    pub items: u32,
    /// Entitlements with a verdict.
    pub decided: u32,
    /// The signature, once it is signed off.
    pub signature: Option<Signature>,
}

/// The sign-off of an access review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Who signed.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
    /// What they stated.
    pub statement: String,
}

/// Everything on an access review's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignPage {
    /// As in the list.
    pub header: CampaignRow,
    /// The entitlements, in the order of review.
    pub items: Vec<Item>,
    /// How attentively people decided in the period, those with the most votes first.
    pub habits: Vec<Habit>,
    /// Why this person may not give verdicts or sign; none when they may.
    pub hindrance: Option<String>,
}

/// How somebody decided on requests for approval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Habit {
    /// Who.
    pub person: PersonRef,
    /// How many votes they cast.
    pub votes: u32,
    /// How many of them approved.
    pub approved: u32,
    /// Half of their votes came within so many seconds of first seeing the request.
    pub median_seconds: f64,
}

/// One entitlement under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Which.
    pub item: ItemId,
    /// Whose entitlement.
    pub agent: AgentRef,
    /// Who answers for the agent.
    pub owner: PersonRef,
    /// What it allows to do.
    pub privilege: Privilege,
    /// On which tables.
    pub resource: ResourcePattern,
    /// Until when.
    pub until: Timestamp,
    /// When it was last needed.
    pub last_used: Option<Timestamp>,
    /// How often it was needed in the period.
    pub uses: u32,
    /// Tables that were touched in the period.
    pub touched: u32,
    /// Tables that it covers; none when the catalog does not know.
    pub entitled: Option<u32>,
    /// Uses by week of the period, oldest first.
    pub weeks: Vec<u32>,
    /// What speaks for a closer look, as short phrases.
    pub signals: Vec<String>,
    /// The verdict, once given.
    pub verdict: Option<ItemVerdict>,
    /// Why this person may not decide on this item; none when they may.
    pub hindrance: Option<String>,
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemVerdict {
    /// What.
    pub verdict: Verdict,
    /// Why; may be empty on `keep`.
    pub reason: String,
    /// Who.
    pub person: PersonRef,
    /// When.
    pub at: Timestamp,
}

/// An access review to be opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewCampaign {
    /// Its name.
    pub name: String,
    /// The first moment of the reviewed period.
    pub from: Timestamp,
    /// The moment behind the reviewed period: the form's last day is included.
    pub to: Timestamp,
}

/// The desk for access reviews.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait ReviewDesk: Send + Sync {
    /// Every access review, newest first.
    async fn campaigns(&self) -> Result<Vec<CampaignRow>, UiError>;
    /// Everything of one access review.
    async fn campaign(&self, campaign: CampaignId) -> Result<CampaignPage, UiError>;
    /// Opens an access review over every grant that was valid in the period.
    async fn open(&self, campaign: NewCampaign) -> Result<CampaignId, UiError>;
    /// Gives a verdict on one entitlement.
    async fn decide(
        &self,
        campaign: CampaignId,
        item: ItemId,
        verdict: Verdict,
        reason: String,
    ) -> Result<(), UiError>;
    /// Signs the access review off.
    async fn sign(&self, campaign: CampaignId, statement: String) -> Result<(), UiError>;
}

/// Every access review, newest first.
#[server(endpoint = "campaigns")]
pub async fn load_campaigns() -> Result<Vec<CampaignRow>, UiError> {
    super::desks()?.reviews.campaigns().await
}

/// Everything of one access review.
#[server(endpoint = "campaign")]
pub async fn load_campaign(
    /// Which.
    campaign: CampaignId,
) -> Result<CampaignPage, UiError> {
    super::desks()?.reviews.campaign(campaign).await
}

/// Opens an access review; the browser goes to its page.
#[server(endpoint = "open_campaign")]
pub async fn open_campaign(
    /// Its name.
    #[server(default)]
    name: String,
    /// The first day, as `2026-11-22`.
    #[server(default)]
    from: String,
    /// The last day.
    #[server(default)]
    to: String,
) -> Result<(), UiError> {
    use super::form::{answer, date, filled};
    let done = async {
        let new = NewCampaign {
            name: filled("name", &name, "Give the review a name.")?,
            from: date("from", &from)?,
            to: date("to", &to)?.plus_days(1),
        };
        super::desks()?.reviews.open(new).await
    };
    let typed = [("name", name.as_str()), ("from", &from), ("to", &to)];
    let next = done.await.map(|campaign| format!("/reviews/{campaign}"));
    answer(next, "/reviews", &typed)
}

/// Gives a verdict; the browser comes back to the item.
#[server(endpoint = "give_verdict", client = TokenClient)]
pub async fn give_verdict(
    /// Which.
    campaign: CampaignId,
    /// Which entitlement.
    item: ItemId,
    /// What.
    verdict: Verdict,
    /// Why.
    #[server(default)]
    reason: String,
) -> Result<(), UiError> {
    let page = format!("/reviews/{campaign}#{item}");
    let done = async {
        if verdict != Verdict::Keep {
            super::form::filled("reason", &reason, "Say why: a reason is needed here.")?;
        }
        let reviews = super::desks()?.reviews;
        reviews
            .decide(campaign, item, verdict, reason.trim().to_owned())
            .await
    };
    let typed = [("item", item.to_string()), ("reason", reason.clone())];
    let typed = typed
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    super::form::answer(done.await.map(|()| page.clone()), &page, &typed)
}

/// Signs an access review off; the browser comes back to its page.
#[server(endpoint = "sign_campaign")]
pub async fn sign_campaign(
    /// Which.
    campaign: CampaignId,
    /// What is stated.
    #[server(default)]
    statement: String,
) -> Result<(), UiError> {
    let page = format!("/reviews/{campaign}");
    let done = async {
        let statement = super::form::filled("statement", &statement, "State what you sign.")?;
        super::desks()?.reviews.sign(campaign, statement).await
    };
    let done = done.await.map(|()| page.clone());
    super::form::answer(done, &page, &[("statement", &statement)])
}
