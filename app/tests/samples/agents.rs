//! Sample agents.

use app::api::{
    UiError,
    agents::{AgentDesk, AgentPage, AgentRow, AgentState, Grant, NewAgent, Revocation},
};
use domain::{AgentId, Timestamp};

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
        let revocation = (header.state == AgentState::Revoked).then(|| Revocation {
            person: person(3),
            at: self.now.plus_days(-2),
            reason: "Replaced by support-copilot".to_owned(),
        });
        let grants = grants()
            .into_iter()
            .zip(0_i64..)
            .map(|(line, place)| Grant {
                grant: grant_id(u128::try_from(place).unwrap_or(0)),
                privilege: line.privilege,
                resource: line.resource,
                until: header.expires_at,
                last_used: (place < 2).then(|| self.now.plus_days(-place)),
                revoked: place == 2,
            });
        Ok(AgentPage {
            registered_at: self.now.plus_days(-40),
            revocation,
            grants: grants.collect(),
            runs: if number == 1 {
                vec![]
            } else {
                (0..3).map(|run| session(self.now, run)).collect()
            },
            may_revoke: true,
            may_open: header.state == AgentState::Active,
            header,
        })
    }

    async fn register(&self, agent: NewAgent) -> Result<AgentId, UiError> {
        if agent.owner.contains("nobody") {
            return Err(UiError::invalid(
                "owner",
                "Nobody with this address has signed in yet.",
            ));
        }
        Ok(agent_id(0))
    }

    async fn revoke(&self, _agent: AgentId, _reason: String) -> Result<(), UiError> {
        Ok(())
    }
}

impl SampleAgents {
    fn row(&self, number: u128) -> AgentRow {
        let place = usize::try_from(number).unwrap_or(0) % 4;
        let states = [
            AgentState::Active,
            AgentState::Active,
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
            runs: [12, 0, 3, 88][place],
            last_used: [Some(-3_000), None, Some(-400_000), Some(-9_000)][place]
                .map(|seconds| self.now.plus_seconds(seconds)),
        }
    }
}
