//! The desk for access reviews.

use app::api::{
    UiError,
    reviews::{
        CampaignPage, CampaignRow, Habit, Item, ItemVerdict, NewCampaign, ReviewDesk, Signature,
    },
};
use async_trait::async_trait;
use domain::{CampaignId, ItemId, Privilege, Role, Timestamp, Verdict};

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, person_ref},
};
use crate::services::{self, CampaignView, ItemView, item_hindrance};

#[async_trait]
impl ReviewDesk for Desk {
    async fn campaigns(&self) -> Result<Vec<CampaignRow>, UiError> {
        let views = self
            .services
            .campaigns(&self.context)
            .await
            .map_err(shown)?;
        Ok(views.iter().map(row).collect())
    }

    async fn campaign(&self, campaign: CampaignId) -> Result<CampaignPage, UiError> {
        let view = self.services.campaign(&self.context, campaign).await;
        let view = view.map_err(shown)?;
        Ok(CampaignPage {
            header: row(&view),
            items: view.items.iter().map(|item| self.item(item)).collect(),
            habits: self.habits(&view).await?,
            hindrance: self.hindrance(&view),
        })
    }

    async fn open(&self, campaign: NewCampaign) -> Result<CampaignId, UiError> {
        let new = services::NewCampaign {
            name: campaign.name,
            from: campaign.from,
            to: campaign.to,
        };
        let opened = self.services.open_campaign(&self.context, new).await;
        opened.map_err(shown)
    }

    async fn decide(
        &self,
        campaign: CampaignId,
        item: ItemId,
        verdict: Verdict,
        reason: String,
    ) -> Result<(), UiError> {
        let item = (campaign, item);
        let given = self
            .services
            .give_verdict(&self.context, item, verdict, &reason);
        given.await.map_err(shown)
    }

    async fn sign(&self, campaign: CampaignId, statement: String) -> Result<(), UiError> {
        let signed = self
            .services
            .sign_campaign(&self.context, campaign, &statement);
        signed.await.map_err(shown)
    }
}

impl Desk {
    async fn habits(&self, view: &CampaignView) -> Result<Vec<Habit>, UiError> {
        let (from, to) = (view.campaign.period_from, view.campaign.period_to);
        let habits = self.services.habits(&self.context, from, to).await;
        let habits = habits.map_err(shown)?.into_iter();
        let shown = habits.map(|habit| Habit {
            person: person_ref(&habit.person),
            votes: count(habit.votes),
            approved: count(habit.approved),
            median_seconds: habit.median_seconds,
        });
        Ok(shown.collect())
    }

    fn hindrance(&self, view: &CampaignView) -> Option<String> {
        if view.campaign.signed_at.is_some() {
            return Some("This review has been signed off.".to_owned());
        }
        let reviewer = self.context.authorise(&[Role::Reviewer]);
        reviewer
            .is_err()
            .then(|| "Only reviewers give verdicts and sign.".to_owned())
    }

    fn item(&self, view: &ItemView) -> Item {
        let usage = &view.item.usage;
        let reviewer = self.context.person().ok();
        Item {
            item: view.item.id,
            agent: agent_ref(&view.agent),
            owner: person_ref(&view.owner),
            privilege: view.grant.power.privilege,
            resource: view.grant.power.resource.clone(),
            until: view.grant.until,
            last_used: usage.last_used,
            uses: count(usage.uses),
            touched: count(usage.touched.len()),
            entitled: Some(count(usage.entitled)),
            weeks: usage.weeks.iter().map(|uses| count(*uses)).collect(),
            signals: signals(view, self.context.now),
            verdict: verdict(view),
            hindrance: reviewer
                .and_then(|r| item_hindrance(r, view))
                .map(str::to_owned),
        }
    }
}

fn row(view: &CampaignView) -> CampaignRow {
    let campaign = &view.campaign;
    let signature = match (&view.signed_by, campaign.signed_at) {
        (Some(person), Some(at)) => Some(Signature {
            person: person_ref(person),
            at,
            statement: campaign.statement.clone().unwrap_or_default(),
        }),
        _ => None,
    };
    let decided = view.items.iter().filter(|item| item.item.verdict.is_some());
    CampaignRow {
        campaign: campaign.id,
        name: campaign.name.clone(),
        from: campaign.period_from,
        to: campaign.period_to,
        opened_at: campaign.opened_at,
        opened_by: person_ref(&view.opened_by),
        items: count(view.items.len()),
        decided: count(decided.count()),
        signature,
    }
}

fn verdict(view: &ItemView) -> Option<ItemVerdict> {
    Some(ItemVerdict {
        verdict: view.item.verdict?,
        reason: view.item.reason.clone().unwrap_or_default(),
        person: person_ref(view.decided_by.as_ref()?),
        at: view.item.decided_at?,
    })
}

/// What speaks for a closer look.
fn signals(view: &ItemView, now: Timestamp) -> Vec<String> {
    let usage = &view.item.usage;
    let mut signals = Vec::new();
    if usage.uses == 0 {
        signals.push("never used in the period".to_owned());
    }
    if usage.uses > 0 && usage.entitled > 4 * usage.touched.len() as u64 {
        signals.push("much wider than used".to_owned());
    }
    if view.grant.power.privilege == Privilege::Write {
        signals.push("can change data".to_owned());
    }
    if view.grant.revoked_at.is_some() {
        signals.push("revoked".to_owned());
    } else if view.grant.until < now.plus_days(14) {
        signals.push("ends within two weeks".to_owned());
    }
    signals
}
