//! The desk for sessions.

use app::api::{
    AgentRef, PersonRef, UiError,
    sessions::{Session, SessionDesk, SessionFilter, SessionList, SessionRow},
};
use async_trait::async_trait;
use domain::{IntentState, RiskLevel, RunId};

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, ends_at, filled, person_ref, run_state},
};
use crate::services::RunView;

/// How many of the newest runs the list looks at, and how many it shows.
const RUNS_SEEN: u32 = 1000;
const RUNS_SHOWN: usize = 50;

#[async_trait]
impl SessionDesk for Desk {
    async fn sessions(&self, filter: SessionFilter) -> Result<SessionList, UiError> {
        let views = self
            .services
            .runs(&self.context, RUNS_SEEN)
            .await
            .map_err(shown)?;
        let agents = unique(
            views.iter().map(|view| agent_ref(&view.agent)),
            |a: &AgentRef| a.name.clone(),
        );
        let people = unique(
            views.iter().map(|view| person_ref(&view.initiator)),
            |person: &PersonRef| person.email.clone(),
        );
        let rows = views.iter().map(|view| self.session_row(view));
        let behind = rows.skip_while(|row| filter.before.is_some_and(|before| row.run >= before));
        let mut wanted: Vec<_> = behind
            .filter(|row| wanted(row, &filter))
            .take(RUNS_SHOWN + 1)
            .collect();
        let more = wanted.len() > RUNS_SHOWN;
        wanted.truncate(RUNS_SHOWN);
        Ok(SessionList {
            sessions: wanted,
            more,
            agents,
            people,
        })
    }

    async fn session(&self, run: RunId) -> Result<Session, UiError> {
        let view = self.services.run(&self.context, run).await.map_err(shown)?;
        Ok(Session {
            header: self.session_row(&view),
            scope: view.run.scope.powers().to_vec(),
            events: self.replay(run).await.map_err(shown)?,
        })
    }
}

impl Desk {
    pub(super) fn session_row(&self, view: &RunView) -> SessionRow {
        use IntentState::{Blocked, Denied, PendingApproval, Succeeded};
        SessionRow {
            run: view.run.id,
            agent: agent_ref(&view.agent),
            person: person_ref(&view.initiator),
            purpose: view.run.purpose.clone(),
            ticket: filled(&view.run.ticket),
            state: run_state(&view.run, &view.agent, self.context.now),
            opened_at: view.run.opened_at,
            ends_at: ends_at(&view.run),
            risk: gravest(view),
            asked: count(view.intents.len()),
            ran: count(view.count(&[Succeeded])),
            refused: count(view.count(&[Blocked, Denied])),
            waiting: count(view.count(&[PendingApproval])),
        }
    }
}

fn gravest(view: &RunView) -> Option<RiskLevel> {
    #[derive(serde::Deserialize)]
    struct Risk {
        risk: RiskLevel,
    }
    let analyses = view
        .intents
        .iter()
        .filter_map(|intent| intent.analysis.as_deref());
    let risks = analyses.filter_map(|json| serde_json::from_str::<Risk>(json).ok());
    risks.map(|found| found.risk).max()
}

fn wanted(row: &SessionRow, filter: &SessionFilter) -> bool {
    filter
        .agent
        .as_ref()
        .is_none_or(|agent| *agent == row.agent.name)
        && filter
            .person
            .as_ref()
            .is_none_or(|person| *person == row.person.email)
        && filter.state.is_none_or(|state| state == row.state)
}

fn unique<T>(all: impl Iterator<Item = T>, key: fn(&T) -> String) -> Vec<T> {
    let mut found: Vec<T> = all.collect();
    found.sort_by_key(key);
    found.dedup_by_key(|item| key(item));
    found
}
