//! Sample runs.

use app::api::{
    UiError,
    runs::{IntentRow, OwnRun, RunChoice, RunDesk, RunForm, RunPage, RunTerms},
    sessions::Fact,
};
use domain::{AgentId, IntentState, RiskLevel, RunId, Timestamp};

use super::{Amount, agent, approval_id, grants, intent_id, run_id, sessions::row};

pub struct SampleRuns {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl RunDesk for SampleRuns {
    async fn form(&self) -> Result<RunForm, UiError> {
        let count = if self.amount == Amount::None { 0 } else { 2 };
        let agents = (0..count).map(|number| RunChoice {
            agent: agent(number),
            purpose: "Trains the churn model from orders and support contacts".to_owned(),
            grants: grants(),
        });
        Ok(RunForm {
            agents: agents.collect(),
            usual_minutes: 60,
            longest_minutes: 480,
        })
    }

    async fn own(&self) -> Result<Vec<OwnRun>, UiError> {
        let count = if self.amount == Amount::None { 0 } else { 3 };
        let own = |number| OwnRun {
            header: row(self.now, number),
            scope: grants(),
            token_ends_at: self.now.plus_seconds(600),
        };
        Ok((0..count).map(own).collect())
    }

    async fn open(&self, _: AgentId, terms: RunTerms) -> Result<RunId, UiError> {
        if terms.minutes > 480 {
            return Err(UiError::invalid(
                "minutes",
                "A run lives for at most 480 minutes.",
            ));
        }
        Ok(run_id(0))
    }

    /// Run 0 was opened just now: its token is shown.
    async fn run(&self, run: RunId) -> Result<RunPage, UiError> {
        let number = (0..8)
            .find(|number| run_id(*number) == run)
            .ok_or(UiError::NotFound)?;
        let states = [
            IntentState::PendingApproval,
            IntentState::Succeeded,
            IntentState::Blocked,
        ];
        let intents = (0..9_u128).map(|place| IntentRow {
            intent: intent_id(place),
            state: states[usize::try_from(place).unwrap_or(0) % 3],
            risk: Some(RiskLevel::High),
            purpose: "Find customers whose second order failed".to_owned(),
            asked_at: self.now.plus_seconds(-100),
            approval: place.is_multiple_of(3).then(|| approval_id(0)),
            rows: (place % 3 == 1).then_some(412),
        });
        Ok(RunPage {
            header: row(self.now, number),
            scope: grants(),
            token: (number == 0).then(|| "cst_EXAMPLE-not-a-token-EXAMPLE".to_owned()),
            token_ends_at: self.now.plus_seconds(600),
            evidence: vec![Fact {
                name: "Identity provider".to_owned(),
                value: "https://accounts.example.com".to_owned(),
            }],
            api_url: "http://127.0.0.1:8080".to_owned(),
            project: "demo".to_owned(),
            may_hand_out: number == 0,
            intents: if number == 0 {
                vec![]
            } else {
                intents.collect()
            },
            may_revoke: true,
        })
    }

    async fn revoke(&self, _run: RunId, _reason: String) -> Result<(), UiError> {
        Ok(())
    }
}
