//! Sample agents.

use app::api::{
    UiError,
    agents::{
        AgentActions, AgentChange, AgentDesk, AgentPage, AgentRow, Deed, EffectivePower, Grant,
        NewAgent, USUAL_CAPS,
    },
};
use domain::{AgentId, AgentState, Timestamp};

use super::{Amount, agent, agent_id, grant_id, grants, person, sessions::row as session};

pub struct SampleAgents {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl AgentDesk for SampleAgents {
    async fn agents(&self) -> Result<Vec<AgentRow>, UiError> {
        let count = match self.amount {
            Amount::None => 0,
            Amount::Some => 4,
            Amount::Many => 1_000,
        };
        Ok((0..count).map(|number| self.row(number)).collect())
    }

    async fn agent(&self, agent: AgentId) -> Result<AgentPage, UiError> {
        let number = (0..4)
            .find(|number| agent_id(*number) == agent)
            .ok_or(UiError::NotFound)?;
        let header = self.row(number);
        let deed = |number, days, reason: &str| Deed {
            person: Some(person(number)),
            at: self.now.plus_days(days),
            reason: reason.to_owned(),
        };
        let confirmed = (header.state != AgentState::Proposed).then(|| deed(1, -39, ""));
        let revoked = (header.state == AgentState::Revoked)
            .then(|| deed(3, -2, "Replaced by support-copilot"));
        let grants = grants()
            .into_iter()
            .zip(0_i64..)
            .map(|(line, place)| Grant {
                grant: grant_id(u128::try_from(place).unwrap_or(0)),
                power: line,
                until: header.expires_at,
                last_used: (place < 2).then(|| self.now.plus_days(-place)),
                revoked: place == 2,
            });
        Ok(AgentPage {
            proposed_at: self.now.plus_days(-40),
            confirmed,
            suspended: None,
            revoked,
            caps: USUAL_CAPS,
            sponsors: vec!["everybody in analysts".to_owned()],
            workload: None,
            allows_bearer: true,
            service_account: None,
            grants: grants.collect(),
            runs: if number == 1 {
                vec![]
            } else {
                (0..3).map(|run| session(self.now, run)).collect()
            },
            may: AgentActions {
                open: header.state == AgentState::Active,
                confirm: header.state == AgentState::Proposed,
                suspend: header.state == AgentState::Active,
                resume: false,
                revoke: !header.state.is_final(),
            },
            header,
        })
    }

    async fn propose(&self, agent: NewAgent) -> Result<AgentId, UiError> {
        if agent.sponsors.iter().any(|name| name.contains("nobody")) {
            return Err(UiError::invalid(
                "sponsors",
                "Nobody with this address has signed in yet.",
            ));
        }
        Ok(agent_id(0))
    }

    async fn change(&self, _agent: AgentId, _change: AgentChange) -> Result<(), UiError> {
        Ok(())
    }
}

impl SampleAgents {
    fn row(&self, number: u128) -> AgentRow {
        let place = usize::try_from(number).unwrap_or(0) % 4;
        let states = [
            AgentState::Active,
            AgentState::Proposed,
            AgentState::Revoked,
            AgentState::Expired,
        ];
        AgentRow {
            agent: agent(number),
            owner: person(number),
            purpose: [
                "Trains the churn model from orders and support contacts",
                "Writes invoices once a month",
                "Answers questions of the support team",
                "Builds the reporting tables each night",
            ][place]
                .to_owned(),
            state: states[place],
            expires_at: self.now.plus_days([41, 3, 60, -2][place]),
            grants: 3,
            power: Some(EffectivePower {
                tables: 41,
                readable: 3,
                writable: 0,
                masked: 2,
                excluded: 0,
            }),
            runs: [12, 0, 3, 88][place],
            last_used: [Some(-3_000), None, Some(-400_000), Some(-9_000)][place]
                .map(|seconds| self.now.plus_seconds(seconds)),
        }
    }
}
