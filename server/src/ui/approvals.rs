//! The desk for approvals.

use app::api::{
    UiError,
    approvals::{
        ApprovalDesk, ApprovalPage, ApprovalStatus, DecidedRow, History, Inbox, InboxFilter,
        OutputColumn, PendingRow, Previous, SensitiveColumn, TouchedTable,
    },
};
use async_trait::async_trait;
use domain::{ApprovalId, Ballot, IntentState, TableName};

use super::{
    Desk, count,
    errors::shown,
    names::{agent_ref, cost, execution, filled, person_ref, policies, vote},
};
use crate::services::{self, ApprovalView, CastVote, Hindrance, output_columns};

#[async_trait]
impl ApprovalDesk for Desk {
    async fn inbox(&self, filter: InboxFilter) -> Result<Inbox, UiError> {
        let (open, closed) = self.services.inbox(&self.context).await.map_err(shown)?;
        let waiting = open.iter().map(|view| self.pending_row(view)).collect();
        let decided = closed.iter().map(decided_row).collect();
        Ok(Inbox::filtered(waiting, decided, &filter))
    }

    async fn approval(&self, approval: ApprovalId) -> Result<ApprovalPage, UiError> {
        let view = self.services.approval(&self.context, approval).await;
        let view = view.map_err(shown)?;
        let noted = self.services.note_seen(&self.context, &view).await;
        noted.map_err(shown)?;
        let asked = self
            .services
            .history_of(view.agent.id)
            .await
            .map_err(shown)?;
        let tables = self.services.touched_tables(&view.intent).map_err(shown)?;
        let precedent = self.services.precedent(&view).await.map_err(shown)?;
        Ok(ApprovalPage {
            history: history(&asked),
            tables: tables.into_iter().map(touched_table).collect(),
            previous: precedent.map(|precedent| Previous {
                approval: precedent.approval,
                sql: precedent.sql,
                decided_at: precedent.decided_at,
            }),
            ..self.page(&view)
        })
    }

    async fn status(&self, approval: ApprovalId) -> Result<ApprovalStatus, UiError> {
        let view = self.services.approval(&self.context, approval).await;
        let view = view.map_err(shown)?;
        Ok(ApprovalStatus {
            state: view.intent.intent.state,
            votes: view.votes.iter().map(vote).collect(),
            needed: count(view.approval.needed),
            execution: execution(&view.intent),
        })
    }

    async fn decide(
        &self,
        approval: ApprovalId,
        ballot: Ballot,
        comment: String,
        confirmation: String,
    ) -> Result<(), UiError> {
        let cast = CastVote {
            ballot,
            comment: comment.trim(),
            confirmation: &confirmation,
        };
        let voted = self.services.vote(&self.context, approval, cast);
        voted.await.map(drop).map_err(shown)
    }
}

impl Desk {
    fn pending_row(&self, view: &ApprovalView) -> PendingRow {
        PendingRow {
            approval: view.approval.id,
            risk: view.risk(),
            agent: agent_ref(&view.agent),
            person: person_ref(&view.initiator),
            purpose: view.intent.intent.purpose.clone(),
            tables: tables(view),
            tags: view
                .intent
                .analysis
                .as_ref()
                .map(|analysis| analysis.tags().into_iter().cloned().collect())
                .unwrap_or_default(),
            cost: cost(&view.intent, &self.services),
            asked_at: view.approval.created_at,
            expires_at: view.approval.expires_at,
            votes: count(view.votes.len()),
            needed: count(view.approval.needed),
            hindrance: lasting_hindrance(view),
        }
    }

    fn page(&self, view: &ApprovalView) -> ApprovalPage {
        let intent = &view.intent.intent;
        let analysis = view.intent.analysis.as_ref();
        ApprovalPage {
            approval: view.approval.id,
            intent: intent.id,
            run: intent.run,
            state: intent.state,
            risk: view.risk(),
            agent: agent_ref(&view.agent),
            person: person_ref(&view.initiator),
            purpose: intent.purpose.clone(),
            ticket: filled(&view.intent.run.ticket),
            asked_at: view.approval.created_at,
            expires_at: view.approval.expires_at,
            sql: intent.sql.clone(),
            default_dataset: intent.default_dataset.clone(),
            masked_sql: analysis
                .and_then(|analysis| analysis.masked_sql.clone())
                .filter(|masked| *masked != intent.sql),
            findings: analysis
                .map(|analysis| analysis.findings().cloned().collect())
                .unwrap_or_default(),
            tables: Vec::new(),
            outputs: outputs(view),
            cost: cost(&view.intent, &self.services),
            policies: policies(&view.intent),
            votes: view.votes.iter().map(vote).collect(),
            needed: count(view.approval.needed),
            others: view.others.iter().map(person_ref).collect(),
            history: History::default(),
            previous: None,
            hindrance: lasting_hindrance(view),
            step_up: view.hindrance == Some(Hindrance::StepUp),
            execution: execution(&view.intent),
        }
    }
}

/// Why this person may not decide, whatever they do now.
fn lasting_hindrance(view: &ApprovalView) -> Option<String> {
    let lasting = view.hindrance.filter(|why| !why.can_be_overcome());
    lasting.map(|why| why.sentence().to_owned())
}

fn tables(view: &ApprovalView) -> Vec<TableName> {
    let Some(analysis) = &view.intent.analysis else {
        return Vec::new();
    };
    let tables = analysis.reads().into_iter().chain(analysis.writes());
    tables.cloned().collect()
}

fn outputs(view: &ApprovalView) -> Vec<OutputColumn> {
    let (Some(analysis), Some(dry_run)) = (&view.intent.analysis, &view.intent.dry_run) else {
        return Vec::new();
    };
    let columns = output_columns(analysis, &dry_run.schema).into_iter();
    columns
        .map(|column| OutputColumn {
            name: column.name,
            data_type: column.data_type,
            tags: column.tags,
            rule: column.rule,
            masked: column.masked,
        })
        .collect()
}

fn touched_table(table: services::TouchedTable) -> TouchedTable {
    let sensitive = table.sensitive.into_iter().map(|column| SensitiveColumn {
        path: column.path,
        tag: column.tag,
        rule: column.rule,
    });
    TouchedTable {
        table: table.name,
        used: count(table.used),
        columns: count(table.columns),
        sensitive: sensitive.collect(),
        written: table.written,
    }
}

fn history(counts: &[(IntentState, u64)]) -> History {
    let sum = |states: &[IntentState]| {
        let counted = counts.iter().filter(|(state, _)| states.contains(state));
        count(counted.map(|(_, number)| number).sum::<u64>())
    };
    History {
        asked: sum(&IntentState::ALL),
        ran: sum(&[IntentState::Succeeded]),
        denied: sum(&[IntentState::Denied]),
        blocked: sum(&[IntentState::Blocked]),
    }
}

fn decided_row(view: &ApprovalView) -> DecidedRow {
    DecidedRow {
        approval: view.approval.id,
        risk: view.risk(),
        agent: agent_ref(&view.agent),
        person: person_ref(&view.initiator),
        purpose: view.intent.intent.purpose.clone(),
        state: view.intent.intent.state,
        decided_by: view
            .votes
            .iter()
            .map(|(_, person)| person_ref(person))
            .collect(),
        decided_at: view
            .approval
            .closed_at
            .unwrap_or(view.intent.intent.changed_at),
    }
}
