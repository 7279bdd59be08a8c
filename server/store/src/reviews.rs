//! Access reviews: campaigns and their items.

use std::collections::BTreeSet;

use domain::{
    AgentId, CampaignId, EventName, GrantId, ItemId, PersonId, TableName, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// How an entitlement was used within the campaign's period.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Intents that touched it.
    pub uses: u64,
    /// The last of them.
    pub last_used: Option<Timestamp>,
    /// Tables it covers that were touched.
    pub touched: BTreeSet<TableName>,
    /// Tables it covers.
    pub entitled: u64,
    /// Intents a week, from the period's first week on.
    pub weeks: Vec<u64>,
}

/// An access review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRecord {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Usage counts from here on.
    pub period_from: Timestamp,
    /// Usage counts before here.
    pub period_to: Timestamp,
    /// Who opened it.
    pub opened_by: PersonId,
    /// When.
    pub opened_at: Timestamp,
    /// Who signed it off.
    pub signed_by: Option<PersonId>,
    /// When it was signed off.
    pub signed_at: Option<Timestamp>,
    /// What was signed.
    pub statement: Option<String>,
}

/// One entitlement under review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemRecord {
    /// Its id.
    pub id: ItemId,
    /// The campaign.
    pub campaign: CampaignId,
    /// Whose entitlement.
    pub agent: AgentId,
    /// Which.
    pub grant: GrantId,
    /// How it was used.
    pub usage: Usage,
    /// What was decided.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reason: Option<String>,
    /// By whom.
    pub decided_by: Option<PersonId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// A campaign to be opened.
#[derive(Debug, Clone, Serialize)]
pub struct NewCampaign {
    /// Its id.
    pub id: CampaignId,
    /// Its name.
    pub name: String,
    /// Usage counts from here on.
    pub period_from: Timestamp,
    /// Usage counts before here.
    pub period_to: Timestamp,
    /// Who opens it.
    pub opened_by: PersonId,
}

/// An item of a campaign to be opened.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Its id.
    pub id: ItemId,
    /// Whose entitlement.
    pub agent: AgentId,
    /// Which.
    pub grant: GrantId,
    /// How it was used.
    pub usage: Usage,
}

fn read_campaign(row: &Row) -> Result<CampaignRecord, StoreError> {
    Ok(CampaignRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        period_from: row.time("period_from")?,
        period_to: row.time("period_to")?,
        opened_by: row.parsed("opened_by")?,
        opened_at: row.time("opened_at")?,
        signed_by: row.optional_parsed("signed_by")?,
        signed_at: row.optional_time("signed_at")?,
        statement: row.optional_text("statement")?,
    })
}

fn read_item(row: &Row) -> Result<ItemRecord, StoreError> {
    let verdict = row
        .optional_text("verdict")?
        .map(|name| Verdict::from_name(&name).ok_or(StoreError::Inconsistent { column: "verdict" }))
        .transpose()?;
    Ok(ItemRecord {
        id: row.parsed("id")?,
        campaign: row.parsed("campaign_id")?,
        agent: row.parsed("agent_id")?,
        grant: row.parsed("grant_id")?,
        usage: row.json("evidence")?,
        verdict,
        reason: row.optional_text("reason")?,
        decided_by: row.optional_parsed("decided_by")?,
        decided_at: row.optional_time("decided_at")?,
    })
}

impl Transaction {
    /// Opens a campaign over the given items.
    pub async fn insert_campaign(
        &mut self,
        campaign: &NewCampaign,
        items: &[NewItem],
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into campaigns (id, name, period_from, period_to, opened_by, opened_at)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(campaign.id.to_string())
        .bind(&campaign.name)
        .bind(campaign.period_from.micros())
        .bind(campaign.period_to.micros())
        .bind(campaign.opened_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        for item in items {
            sqlx::query(
                "insert into items (id, campaign_id, agent_id, grant_id, evidence)
                 values ($1, $2, $3, $4, $5)",
            )
            .bind(item.id.to_string())
            .bind(campaign.id.to_string())
            .bind(item.agent.to_string())
            .bind(item.grant.to_string())
            .bind(serde_json::to_string(&item.usage)?)
            .execute(self.connection())
            .await?;
        }
        let payload = serde_json::json!({ "campaign": campaign, "items": items.len() });
        self.record(
            EventName::CampaignOpened,
            &campaign.id.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(())
    }

    /// Gives a verdict on an item of a campaign that is not signed off yet; says whether it
    /// was taken. A later verdict replaces an earlier one; the ledger keeps both.
    pub async fn give_verdict(
        &mut self,
        item: ItemId,
        verdict: Verdict,
        reason: &str,
        by: PersonId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update items set verdict = $2, reason = $3, decided_by = $4, decided_at = $5
             where id = $1 and campaign_id in (select id from campaigns where signed_at is null)",
        )
        .bind(item.to_string())
        .bind(verdict.as_str())
        .bind(reason)
        .bind(by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "verdict": verdict, "reason": reason });
        self.record(EventName::VerdictGiven, &item.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Signs a campaign off, if every item has its verdict and nobody signed it before; says
    /// whether it did.
    pub async fn sign_campaign(
        &mut self,
        id: CampaignId,
        by: PersonId,
        statement: &str,
        evidence_digest: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update campaigns set signed_by = $2, signed_at = $3, statement = $4
             where id = $1 and signed_at is null
               and not exists (select 1 from items where campaign_id = $1 and verdict is null)",
        )
        .bind(id.to_string())
        .bind(by.to_string())
        .bind(now.micros())
        .bind(statement)
        .execute(self.connection())
        .await?;
        let payload =
            serde_json::json!({ "statement": statement, "evidence_digest": evidence_digest });
        self.record(EventName::CampaignSigned, &id.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// Every campaign, newest first.
    pub async fn campaigns(&self) -> Result<Vec<CampaignRecord>, StoreError> {
        let rows = sqlx::query("select * from campaigns order by opened_at desc, id desc")
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_campaign)
    }

    /// The campaign with this id.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignRecord>, StoreError> {
        let row = sqlx::query("select * from campaigns where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_campaign).transpose()
    }

    /// A campaign's items, in a stable order.
    pub async fn items_of(&self, campaign: CampaignId) -> Result<Vec<ItemRecord>, StoreError> {
        let rows = sqlx::query("select * from items where campaign_id = $1 order by id")
            .bind(campaign.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_item)
    }
}
