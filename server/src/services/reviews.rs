//! Access reviews: every entitlement, with evidence of its use, and a verdict on it.

use std::collections::BTreeMap;

use analysis::{Analysis, Catalog};
use domain::{
    CampaignId, GrantId, IntentState, ItemId, Privilege, Role, TableName, Timestamp, Verdict,
};
use store::{
    AgentRecord, CampaignRecord, GrantRecord, IntentRecord, ItemRecord, NewItem, PersonRecord,
    Usage,
};

use super::{ServiceError, Services, assessment::sha256, fresh_uuid};
use crate::context::{Context, Person};

const WEEK_SECONDS: i64 = 7 * 86_400;
/// Weeks in the longest period that a campaign can cover.
const WEEKS_MAXIMUM: i64 = 54;
/// Roles that may look at reviews.
const READERS: [Role; 3] = [Role::Reviewer, Role::Auditor, Role::Administrator];

/// A campaign to be opened.
#[derive(Debug, Clone)]
pub struct NewCampaign {
    /// Its name.
    pub name: String,
    /// Usage counts from here on.
    pub from: Timestamp,
    /// Usage counts before here.
    pub to: Timestamp,
}

/// A campaign with its items.
#[derive(Debug, Clone)]
pub struct CampaignView {
    /// The campaign.
    pub campaign: CampaignRecord,
    /// Who opened it.
    pub opened_by: PersonRecord,
    /// Who signed it off.
    pub signed_by: Option<PersonRecord>,
    /// The entitlements.
    pub items: Vec<ItemView>,
}

/// An item with whom and what it is about.
#[derive(Debug, Clone)]
pub struct ItemView {
    /// The item.
    pub item: ItemRecord,
    /// Whose entitlement.
    pub agent: AgentRecord,
    /// Who answers for the agent.
    pub owner: PersonRecord,
    /// The entitlement.
    pub grant: GrantRecord,
    /// Who gave the verdict.
    pub decided_by: Option<PersonRecord>,
}

impl Services {
    /// Opens a campaign over every grant that counts now.
    pub async fn open_campaign(
        &self,
        context: &Context,
        new: NewCampaign,
    ) -> Result<CampaignId, ServiceError> {
        let reviewer = context.authorise(&[Role::Reviewer])?;
        if new.to <= new.from {
            let detail = "the last day must not be before the first";
            return Err(ServiceError::invalid("to", detail));
        }
        if new.to.seconds_since(new.from) > WEEKS_MAXIMUM * WEEK_SECONDS {
            return Err(ServiceError::invalid("from", "cover at most a year"));
        }
        let grants = self.parts.store.active_grants(context.now).await?;
        if grants.is_empty() {
            return Err(ServiceError::conflict(
                "nothing_to_review",
                "no agent holds a grant now; there is nothing to review",
            ));
        }
        let catalog = self.catalog.current()?;
        let mut items = Vec::new();
        for grant in grants {
            items.push(NewItem {
                id: ItemId::new(fresh_uuid()),
                agent: grant.agent,
                grant: grant.id,
                usage: self.usage(&grant, &new, &catalog).await?,
            });
        }
        let campaign = store::NewCampaign {
            id: CampaignId::new(fresh_uuid()),
            name: new.name,
            period_from: new.from,
            period_to: new.to,
            opened_by: reviewer.id,
        };
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        tx.insert_campaign(&campaign, &items).await?;
        tx.commit().await?;
        Ok(campaign.id)
    }

    async fn usage(
        &self,
        grant: &GrantRecord,
        period: &NewCampaign,
        catalog: &Catalog,
    ) -> Result<Usage, ServiceError> {
        let intents = self
            .parts
            .store
            .intents_of_agent(grant.agent, period.from, period.to)
            .await?;
        let weeks = whole_weeks(period.to.seconds_since(period.from));
        let names = catalog.tables.keys().chain(catalog.views.keys());
        let mut usage = Usage {
            entitled: names
                .filter(|name| grant.power.resource.covers(name))
                .count() as u64,
            weeks: vec![0; weeks],
            ..Usage::default()
        };
        for intent in &intents {
            let touched = touched(intent, grant);
            if touched.is_empty() {
                continue;
            }
            usage.uses += 1;
            usage.last_used = Some(intent.received_at);
            usage.touched.extend(touched);
            let week = intent.received_at.seconds_since(period.from) / WEEK_SECONDS;
            if let Some(count) = usize::try_from(week)
                .ok()
                .and_then(|w| usage.weeks.get_mut(w))
            {
                *count += 1;
            }
        }
        Ok(usage)
    }

    /// Every campaign, newest first.
    pub async fn campaigns(&self, context: &Context) -> Result<Vec<CampaignView>, ServiceError> {
        context.authorise(&READERS)?;
        let mut views = Vec::new();
        for campaign in self.parts.store.campaigns().await? {
            views.push(self.view_campaign(campaign).await?);
        }
        Ok(views)
    }

    /// One campaign.
    pub async fn campaign(
        &self,
        context: &Context,
        id: CampaignId,
    ) -> Result<CampaignView, ServiceError> {
        context.authorise(&READERS)?;
        let found = self.parts.store.campaign(id).await?;
        let campaign = found.ok_or(ServiceError::NotFound { what: "review" })?;
        self.view_campaign(campaign).await
    }

    async fn view_campaign(&self, campaign: CampaignRecord) -> Result<CampaignView, ServiceError> {
        let mut grants: BTreeMap<GrantId, (AgentRecord, PersonRecord, GrantRecord)> =
            BTreeMap::new();
        let mut items = Vec::new();
        for item in self.parts.store.items_of(campaign.id).await? {
            if !grants.contains_key(&item.grant) {
                let agent = self.existing_agent(item.agent).await?;
                let owner = self.existing_person(agent.owner).await?;
                for grant in self.parts.store.grants_of(agent.id).await? {
                    grants.insert(grant.id, (agent.clone(), owner.clone(), grant));
                }
            }
            let (agent, owner, grant) = grants
                .get(&item.grant)
                .cloned()
                .ok_or(ServiceError::NotFound { what: "grant" })?;
            let decided_by = match item.decided_by {
                Some(person) => Some(self.existing_person(person).await?),
                None => None,
            };
            items.push(ItemView {
                item,
                agent,
                owner,
                grant,
                decided_by,
            });
        }
        let signed_by = match campaign.signed_by {
            Some(person) => Some(self.existing_person(person).await?),
            None => None,
        };
        Ok(CampaignView {
            opened_by: self.existing_person(campaign.opened_by).await?,
            signed_by,
            items,
            campaign,
        })
    }

    /// Gives a verdict; `revoke` ends the grant at once.
    pub async fn give_verdict(
        &self,
        context: &Context,
        (campaign, item): (CampaignId, ItemId),
        verdict: Verdict,
        reason: &str,
    ) -> Result<(), ServiceError> {
        let reviewer = context.authorise(&[Role::Reviewer])?;
        let view = self.campaign(context, campaign).await?;
        let under_review = view.items.iter().find(|view| view.item.id == item);
        let under_review = under_review.ok_or(ServiceError::NotFound { what: "item" })?;
        if let Some(why) = item_hindrance(reviewer, under_review) {
            return Err(ServiceError::refused("own_access", why));
        }
        if verdict != Verdict::Keep && reason.trim().is_empty() {
            return Err(ServiceError::invalid(
                "reason",
                "say why: a reason is needed here",
            ));
        }
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        if !tx.give_verdict(item, verdict, reason, reviewer.id).await? {
            return Err(ServiceError::conflict(
                "campaign_signed",
                "this review has been signed off; its verdicts stay as they are",
            ));
        }
        if verdict == Verdict::Revoke {
            tx.revoke_grant(under_review.grant.id, reviewer.id, reason)
                .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Signs a campaign off, once every item has its verdict.
    pub async fn sign_campaign(
        &self,
        context: &Context,
        id: CampaignId,
        statement: &str,
    ) -> Result<(), ServiceError> {
        let reviewer = context.authorise(&[Role::Reviewer])?;
        let view = self.campaign(context, id).await?;
        let open = view
            .items
            .iter()
            .filter(|view| view.item.verdict.is_none())
            .count();
        if open > 0 {
            let detail = format!("{open} items have no verdict yet; decide them first");
            return Err(ServiceError::conflict("verdicts_missing", detail));
        }
        let evidence = sha256(evidence(&view).as_bytes()).to_string();
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        if !tx
            .sign_campaign(id, reviewer.id, statement, &evidence)
            .await?
        {
            return Err(ServiceError::conflict(
                "campaign_signed",
                "this review has been signed off before",
            ));
        }
        Ok(tx.commit().await?)
    }
}

fn whole_weeks(seconds: i64) -> usize {
    usize::try_from((seconds + WEEK_SECONDS - 1) / WEEK_SECONDS).unwrap_or_default()
}

/// Why the reviewer may not judge this item: nobody reviews their own.
#[must_use]
pub fn item_hindrance(reviewer: &Person, item: &ItemView) -> Option<&'static str> {
    (item.owner.id == reviewer.id).then_some("You answer for this agent: somebody else reviews it.")
}

/// What a signature covers: every item with its evidence and verdict, one a line.
fn evidence(view: &CampaignView) -> String {
    let line = |item: &ItemView| {
        format!(
            "{} {} {} uses={} verdict={}\n",
            item.item.id,
            item.grant.id,
            item.grant.power.resource,
            item.item.usage.uses,
            item.item.verdict.map_or("", Verdict::as_str)
        )
    };
    view.items.iter().map(line).collect()
}

/// Whether an intent that ran used this grant.
pub(super) fn uses(intent: &IntentRecord, grant: &GrantRecord) -> bool {
    !touched(intent, grant).is_empty()
}

/// The tables of this grant that an intent that ran touched.
fn touched(intent: &IntentRecord, grant: &GrantRecord) -> Vec<TableName> {
    let ran = [
        IntentState::Prepared,
        IntentState::Running,
        IntentState::Succeeded,
    ];
    if !ran.contains(&intent.state) {
        return Vec::new();
    }
    let analysis = intent.analysis.as_deref();
    let Some(analysis) = analysis.and_then(|json| serde_json::from_str::<Analysis>(json).ok())
    else {
        return Vec::new();
    };
    let tables = match grant.power.privilege {
        Privilege::Read => analysis.reads(),
        Privilege::Write => analysis.writes(),
    };
    let covered = tables
        .into_iter()
        .filter(|table| grant.power.resource.covers(table));
    covered.cloned().collect()
}
