//! Sample standing approvals: one that counts, one that is used up, one that was revoked.

use app::api::{
    UiError,
    standing_approvals::{
        Kind, PastQuery, Proposal, Revoked, SimilarPage, StandingDesk, StandingRow, Wish,
    },
};
use domain::{
    ApprovalId, DayTime, Hours, IntentState, StandingApprovalId, StandingTerms, TableName,
    TimeWindow, Timestamp, Weekday,
};

use super::{Amount, agent, approval_id, intent_id, person, run_id, uuid};

pub struct SampleStanding {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl StandingDesk for SampleStanding {
    async fn similar(
        &self,
        approval: ApprovalId,
        terms: Option<StandingTerms>,
    ) -> Result<SimilarPage, UiError> {
        let proposal = (approval == approval_id(1)).then(|| Proposal {
            standing: StandingApprovalId::new(uuid(7)),
            agreed: vec![person(2)],
        });
        let past = (0..4).map(|number| PastQuery {
            intent: intent_id(number),
            run: run_id(number),
            at: self.now.plus_days(-1 - i64::try_from(number).unwrap_or(0)),
            state: IntentState::Succeeded,
            bytes: 1_200_000_000,
            covered: number != 2,
        });
        Ok(SimilarPage {
            approval,
            agent: agent(0),
            purpose: "Churn by country".to_owned(),
            sql: "SELECT country, COUNT(*) FROM demo.shop.customers WHERE joined > '2026-01-01' GROUP BY 1".to_owned(),
            kind: kind(),
            bytes: 1_234_000_000,
            bytes_maximum: 2_468_000_000,
            latest_end: self.now.plus_days(30),
            terms: proposal.as_ref().map(|_| self.terms()).or(terms),
            proposal,
            past: past.collect(),
            looked_at: 120,
            days: 30,
            needed: 2,
            hindrance: None,
            step_up: false,
        })
    }

    async fn approve_similar(&self, _: ApprovalId, _: String, _: Wish) -> Result<(), UiError> {
        Ok(())
    }

    async fn standing_approvals(&self) -> Result<Vec<StandingRow>, UiError> {
        let count = if self.amount == Amount::None { 0 } else { 3 };
        Ok((0..count).map(|number| self.row(number)).collect())
    }

    async fn revoke(&self, _: StandingApprovalId, _: String) -> Result<(), UiError> {
        Ok(())
    }
}

impl SampleStanding {
    fn terms(&self) -> StandingTerms {
        StandingTerms {
            uses: 20,
            bytes: 2_468_000_000,
            until: self.now.plus_days(14),
            window: Some(TimeWindow {
                zone: "Europe/Berlin".to_owned(),
                weekdays: [Weekday::Monday, Weekday::Friday].into(),
                hours: night().map(|(from, to)| Hours { from, to }),
                first_day: None,
                last_day: None,
            }),
        }
    }

    fn row(&self, number: u128) -> StandingRow {
        let is_used_up = number == 1;
        StandingRow {
            standing: StandingApprovalId::new(uuid(number)),
            approval: approval_id(number),
            agent: agent(number),
            kind: kind(),
            terms: self.terms(),
            uses: if is_used_up { 20 } else { 3 },
            last_used: Some(self.now.plus_seconds(-7200)),
            agreed: vec![person(1), person(2)],
            granted_at: self.now.plus_days(-2),
            gap: is_used_up.then(|| "The standing approval is used up.".to_owned()),
            revoked: (number == 2).then(|| Revoked {
                person: person(3),
                at: self.now.plus_seconds(-600),
                reason: "The report moved to another team".to_owned(),
            }),
            may_revoke: number != 2,
        }
    }
}

fn night() -> Option<(DayTime, DayTime)> {
    DayTime::new(22, 0).zip(DayTime::new(6, 0))
}

fn kind() -> Kind {
    Kind {
        tables: vec![TableName::new("demo.shop.customers")],
        columns: vec![
            "demo.shop.customers.country".to_owned(),
            "demo.shop.customers.email".to_owned(),
        ],
        masked: vec!["email".to_owned()],
        findings: vec!["sensitive_projection".to_owned()],
    }
}
