//! Sample access reviews: 0 is under way, 1 is signed, 2 only waits for its signature.

use app::api::{
    UiError,
    reviews::{
        CampaignPage, CampaignRow, Habit, Item, ItemVerdict, NewCampaign, ReviewDesk, Signature,
    },
};
use domain::{CampaignId, ItemId, Timestamp, Verdict};

use super::{Amount, agent, campaign_id, grants, item_id, person};

pub struct SampleReviews {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl ReviewDesk for SampleReviews {
    async fn campaigns(&self) -> Result<Vec<CampaignRow>, UiError> {
        let count = if self.amount == Amount::None { 0 } else { 3 };
        Ok((0..count).map(|number| self.row(number)).collect())
    }

    async fn campaign(&self, campaign: CampaignId) -> Result<CampaignPage, UiError> {
        let number = (0..3)
            .find(|number| campaign_id(*number) == campaign)
            .ok_or(UiError::NotFound)?;
        let header = self.row(number);
        let items = (0..u128::from(header.items))
            .map(|place| self.item(place, place < u128::from(header.decided)));
        Ok(CampaignPage {
            items: items.collect(),
            habits: (0..2).map(habit).collect(),
            hindrance: None,
            header,
        })
    }

    async fn open(&self, _campaign: NewCampaign) -> Result<CampaignId, UiError> {
        Ok(campaign_id(0))
    }

    async fn decide(
        &self,
        _campaign: CampaignId,
        _item: ItemId,
        _verdict: Verdict,
        _reason: String,
    ) -> Result<(), UiError> {
        Ok(())
    }

    async fn sign(&self, _campaign: CampaignId, _statement: String) -> Result<(), UiError> {
        Ok(())
    }
}

impl SampleReviews {
    fn row(&self, number: u128) -> CampaignRow {
        let items = match self.amount {
            Amount::None => 0,
            Amount::Some => 7,
            Amount::Many => 1_000,
        };
        let signature = (number == 1).then(|| Signature {
            person: person(3),
            at: self.now.plus_days(-80),
            statement: "I have reviewed every right with the evidence of its use.".to_owned(),
        });
        CampaignRow {
            campaign: campaign_id(number),
            name: ["Q4 2026", "Q3 2026", "Q2 2026"][usize::try_from(number).unwrap_or(0) % 3]
                .to_owned(),
            from: self.now.plus_days(-91),
            to: self.now,
            opened_at: self.now.plus_days(-4),
            opened_by: person(1),
            items,
            decided: if number == 0 { items * 2 / 7 } else { items },
            signature,
        }
    }

    fn item(&self, place: u128, decided: bool) -> Item {
        let grant = grants().swap_remove(usize::try_from(place % 3).unwrap_or(0));
        let busy = place % 3 != 2;
        let week = |week: u32| {
            if busy {
                (week * 7 + u32::try_from(place).unwrap_or(0)) % 9
            } else {
                0
            }
        };
        Item {
            item: item_id(place),
            agent: agent(place),
            owner: person(place),
            privilege: grant.privilege,
            resource: grant.resource,
            until: self.now.plus_days(41),
            last_used: busy.then(|| self.now.plus_days(-1)),
            uses: if busy { 52 } else { 0 },
            touched: u32::from(busy),
            entitled: if busy { Some(1) } else { Some(41) },
            weeks: (0..13).map(week).collect(),
            signals: if busy {
                vec![]
            } else {
                vec!["never used".to_owned(), "covers 41 tables".to_owned()]
            },
            verdict: decided.then(|| ItemVerdict {
                verdict: if busy { Verdict::Keep } else { Verdict::Revoke },
                reason: if busy {
                    String::new()
                } else {
                    "Nobody used it in a quarter".to_owned()
                },
                person: person(1),
                at: self.now.plus_seconds(-600),
            }),
            hindrance: (place == 1)
                .then(|| "You own this agent, so somebody else decides.".to_owned()),
        }
    }
}

fn habit(number: u32) -> Habit {
    Habit {
        person: person(u128::from(number) + 1),
        votes: 40 - number * 30,
        approved: 40 - number * 33,
        median_seconds: 2.4 + f64::from(number) * 61.0,
    }
}
