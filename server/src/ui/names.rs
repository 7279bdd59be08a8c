//! The small shapes that several pages share.

use app::api::{AgentRef, Cost, PersonRef, PolicyReason, RunState, Vote, approvals::Execution};
use domain::{RunEnd, Timestamp};
use store::{AgentRecord, PersonRecord, RunRecord, VoteRecord};

use crate::services::{IntentView, Services, Statistics};

pub fn person_ref(person: &PersonRecord) -> PersonRef {
    PersonRef {
        id: person.id,
        name: person.name.clone(),
        email: person.email.clone(),
    }
}

pub fn agent_ref(agent: &AgentRecord) -> AgentRef {
    AgentRef {
        id: agent.id,
        name: agent.name.clone(),
    }
}

pub fn vote((vote, person): &(VoteRecord, PersonRecord)) -> Vote {
    Vote {
        person: person_ref(person),
        ballot: vote.ballot,
        comment: vote.comment.clone(),
        at: vote.cast_at,
    }
}

/// None for an empty text.
pub fn filled(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}

pub fn run_state(run: &RunRecord, agent: &AgentRecord, now: Timestamp) -> RunState {
    match run.ended_because {
        Some(RunEnd::GivenBack) => RunState::Ended,
        Some(_) => RunState::Revoked,
        None if now >= run.expires_at => RunState::Expired,
        None if !agent.is_active(now) => RunState::Revoked,
        None => RunState::Open,
    }
}

/// When the run ended, or will.
pub fn ends_at(run: &RunRecord) -> Timestamp {
    run.revoked_at.unwrap_or(run.expires_at)
}

pub fn policies(view: &IntentView) -> Vec<PolicyReason> {
    let Some(decision) = &view.decision else {
        return Vec::new();
    };
    let reason = |reason: &crate::policy::Reason| PolicyReason {
        policy: reason.policy.clone(),
        version: decision.policy_version,
        sentence: reason.says.clone(),
    };
    decision.reasons.iter().map(reason).collect()
}

pub fn cost(view: &IntentView, services: &Services) -> Option<Cost> {
    let bytes = view.dry_run.as_ref()?.bytes;
    Some(Cost {
        bytes,
        cap: view.intent.maximum_bytes_billed,
        micro_dollars: services.micro_dollars(bytes),
    })
}

pub fn execution(view: &IntentView) -> Option<Execution> {
    let execution = view.execution.as_ref()?;
    let statistics = statistics(view);
    Some(Execution {
        job: execution.job_id.clone(),
        started_at: statistics.started_at,
        ended_at: statistics.ended_at.or(execution.finished_at),
        rows: execution.row_count,
        masked_cells: masked_cells(view),
        bytes: statistics.bytes_processed,
        failure: view.problem.as_ref().map(|problem| problem.detail.clone()),
    })
}

pub fn statistics(view: &IntentView) -> Statistics {
    let json = view
        .execution
        .as_ref()
        .and_then(|e| e.statistics.as_deref());
    json.and_then(|json| serde_json::from_str(json).ok())
        .unwrap_or_default()
}

/// Cells in masked columns, and cells that the last scan changed.
fn masked_cells(view: &IntentView) -> Option<u64> {
    let execution = view.execution.as_ref()?;
    let rows = execution.row_count?;
    let columns: Vec<crate::services::ResultColumn> =
        serde_json::from_str(execution.columns.as_deref()?).ok()?;
    let report = view.scan_report()?;
    let by_rule = columns.iter().filter(|column| column.masked).count() as u64 * rows;
    let by_scan: u64 = report
        .detected
        .iter()
        .map(|detection| detection.cells)
        .sum();
    Some(by_rule + by_scan)
}
