//! Tells what happened within a run, event by event, from the ledger.

use std::collections::BTreeMap;

use app::api::{
    LedgerRef, Vote,
    sessions::{Detail, EventKind, Fact, RowColumn, RowTable, SessionEvent},
};
use domain::{Door, EventName, IntentId, RunId, Scope};
use serde::Deserialize;
use serde_json::Value;
use store::{EntryRecord, RunEvidence};

use super::{
    Desk,
    ledger::hash,
    names::{person_ref, policies, statistics},
    notes,
    runs::evidence_facts,
};
use crate::services::{IntentView, ResultColumn, ServiceError};

/// Rows that a replay shows of each result.
const ROWS_SHOWN: usize = 50;

/// What an event says.
struct Told {
    kind: EventKind,
    title: String,
    detail: Vec<Detail>,
}

impl Told {
    fn new(kind: EventKind, title: impl Into<String>) -> Self {
        Self {
            kind,
            title: title.into(),
            detail: Vec::new(),
        }
    }

    fn with(mut self, detail: impl IntoIterator<Item = Detail>) -> Self {
        self.detail.extend(detail);
        self
    }
}

/// The intents of a run, by every id under which the ledger speaks of them.
struct Index(BTreeMap<String, IntentView>);

impl Index {
    fn new(views: Vec<IntentView>) -> Self {
        let mut index = BTreeMap::new();
        for view in views {
            if let Some(approval) = &view.approval {
                index.insert(approval.id.to_string(), view.clone());
            }
            if let Some(execution) = &view.execution {
                index.insert(execution.id.to_string(), view.clone());
            }
            index.insert(view.intent.id.to_string(), view);
        }
        Self(index)
    }
}

impl Desk {
    /// The events of a run, in order.
    pub(super) async fn replay(&self, run: RunId) -> Result<Vec<SessionEvent>, ServiceError> {
        let index = Index::new(self.services.intents_of_run(&self.context, run).await?);
        let mut events = Vec::new();
        for entry in self.services.entries_of_run(&self.context, run).await? {
            let view = index.0.get(&entry.subject);
            for told in self.tell(&entry, view).await? {
                let place = u32::try_from(events.len() + 1).unwrap_or(u32::MAX);
                events.push(event(&entry, view.map(|view| view.intent.id), place, told));
            }
        }
        Ok(events)
    }

    async fn tell(
        &self,
        entry: &EntryRecord,
        view: Option<&IntentView>,
    ) -> Result<Vec<Told>, ServiceError> {
        let payload: Value = serde_json::from_str(&entry.payload)?;
        let Some(name) = EventName::from_name(&entry.event) else {
            return Ok(vec![Told::new(EventKind::Note, entry.event.clone())]);
        };
        let told = match (name, view) {
            (EventName::RunOpened, _) => vec![opened(&payload)?],
            (EventName::TokenRenewed, _) => {
                vec![Told::new(EventKind::Note, "The token was renewed")]
            }
            (EventName::CredentialsIssued, _) => vec![Told::new(
                EventKind::Note,
                "A file of credentials was handed out",
            )],
            (EventName::CredentialsExchanged, _) => vec![Told::new(
                EventKind::Note,
                "A client exchanged the credentials for a token",
            )],
            (EventName::JobStopped, _) => {
                vec![Told::new(
                    EventKind::Job,
                    "BigQuery was asked to stop the job",
                )]
            }
            (EventName::RunRevoked, _) => {
                vec![Told::new(EventKind::Revoked, "The run was ended").with(reason(&payload))]
            }
            (EventName::IntentReceived, Some(view)) => vec![received(view)],
            (EventName::IntentAssessed, Some(view)) => assessed(view),
            (EventName::IntentDecided, Some(view)) => vec![decided(view)],
            (EventName::IntentMoved, Some(view)) => moved(&payload, view).into_iter().collect(),
            (EventName::VoteCast, Some(view)) => {
                self.vote_cast(entry, view).await?.into_iter().collect()
            }
            (EventName::ResultSealed, Some(view)) => vec![self.sealed(view).await?],
            (EventName::ResultReleased, Some(_)) => {
                vec![
                    Told::new(EventKind::Released, "The result was handed out")
                        .with(count(&payload)),
                ]
            }
            (EventName::RequestRefused, _) => vec![refused("A request was refused", &payload)],
            (EventName::VoteRefused, _) => vec![refused("A vote was refused", &payload)],
            (name, _) => {
                let said = notes::said(name, &payload).map(|text| Detail::Text { text });
                vec![Told::new(EventKind::Note, notes::title(name)).with(said)]
            }
        };
        Ok(told)
    }

    async fn vote_cast(
        &self,
        entry: &EntryRecord,
        view: &IntentView,
    ) -> Result<Option<Told>, ServiceError> {
        let voter = |vote: &&store::VoteRecord| vote.person.to_string() == entry.actor;
        let Some(vote) = view.votes.iter().find(voter) else {
            return Ok(None);
        };
        let person = self.services.existing_person(vote.person).await?;
        let title = match vote.ballot {
            domain::Ballot::Approve => format!("{} approved", person.name),
            domain::Ballot::Deny => format!("{} denied", person.name),
        };
        let vote = Vote {
            person: person_ref(&person),
            ballot: vote.ballot,
            comment: vote.comment.clone(),
            at: vote.cast_at,
        };
        Ok(Some(
            Told::new(EventKind::Vote, title).with([Detail::Vote { vote }]),
        ))
    }

    async fn sealed(&self, view: &IntentView) -> Result<Told, ServiceError> {
        let sealed = self.services.sealed(&self.context, view.intent.id).await?;
        let values: Vec<Vec<Value>> = match sealed.execution.forgotten_at {
            Some(_) => Vec::new(),
            None => self.services.result_page(&sealed, 0).await?.rows()?,
        };
        let columns = sealed.columns.iter().map(|column| RowColumn {
            name: column.name.clone(),
            masked: column.masked,
            rule: column.rule.filter(|_| column.masked),
            unmasked: column.is_unmasked(),
        });
        let rows = values.iter().take(ROWS_SHOWN);
        let table = RowTable {
            columns: columns.collect(),
            rows: rows.map(|row| delivered(row, &sealed.columns)).collect(),
            total: sealed.row_count,
        };
        let mut facts = vec![
            fact("Rows", sealed.row_count.to_string()),
            fact(
                "Digest",
                sealed.digest().map(|d| d.to_string()).unwrap_or_default(),
            ),
        ];
        if let Some(rows) = sealed.execution.cut_to {
            let most = format!("an approver let {rows} rows out, and there were more");
            facts.push(fact("Cut", most));
        }
        if let Some(at) = sealed.execution.forgotten_at {
            let when = format!("deleted on {}, when their time was over", at.date());
            facts.push(fact("Rows now", when));
        }
        facts.extend(unmasked(view));
        let title = match sealed.row_count {
            1 => "1 row, masked and sealed".to_owned(),
            rows => format!("{rows} rows, masked and sealed"),
        };
        Ok(Told::new(EventKind::Result, title)
            .with([Detail::Rows { table }, Detail::Facts { facts }])
            .with(found_values(view)))
    }
}

fn event(entry: &EntryRecord, intent: Option<IntentId>, place: u32, told: Told) -> SessionEvent {
    SessionEvent {
        sequence: place,
        at: entry.at,
        kind: told.kind,
        title: told.title,
        intent,
        detail: told.detail,
        ledger: Some(LedgerRef {
            sequence: entry.sequence,
            hash: hash(&entry.hash),
        }),
    }
}

fn fact(name: &str, value: impl Into<String>) -> Fact {
    Fact {
        name: name.to_owned(),
        value: value.into(),
    }
}

fn text(payload: &Value, key: &str) -> String {
    payload
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn reason(payload: &Value) -> Option<Detail> {
    let text = text(payload, "reason");
    (!text.is_empty()).then_some(Detail::Text { text })
}

fn count(payload: &Value) -> Option<Detail> {
    let rows = payload.get("rows")?.as_u64()?;
    Some(Detail::Facts {
        facts: vec![fact("Rows", rows.to_string())],
    })
}

/// What of a run's first entry is shown.
#[derive(Deserialize)]
struct Opened {
    purpose: String,
    ticket: String,
    scope: Scope,
    #[serde(default)]
    evidence: Option<RunEvidence>,
    #[serde(default)]
    door: Option<Door>,
}

fn opened(payload: &Value) -> Result<Told, ServiceError> {
    let opened = Opened::deserialize(payload)?;
    let scope: Vec<_> = opened
        .scope
        .powers()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut facts = vec![
        fact("Purpose", opened.purpose),
        fact("Scope", scope.join("; ")),
    ];
    if !opened.ticket.is_empty() {
        facts.push(fact("Ticket", opened.ticket));
    }
    if let (Some(evidence), Some(door)) = (&opened.evidence, opened.door) {
        facts.extend(evidence_facts(evidence, door));
    }
    Ok(Told::new(EventKind::Opened, "The run was opened").with([Detail::Facts { facts }]))
}

fn received(view: &IntentView) -> Told {
    let asked = Detail::Sql {
        label: "As asked".to_owned(),
        sql: view.intent.sql.clone(),
        findings: Vec::new(),
    };
    let purpose = Detail::Text {
        text: view.intent.purpose.clone(),
    };
    let dataset = view.intent.default_dataset.as_ref();
    let dataset = dataset.map(|dataset| Detail::Facts {
        facts: vec![fact("Short names mean tables of", dataset.clone())],
    });
    let facts = unmasked(view).map(|columns| Detail::Facts {
        facts: vec![
            columns,
            fact("Unmasked for", view.intent.unmask_reason.clone()),
        ],
    });
    Told::new(EventKind::Intent, "The agent asked to run SQL")
        .with([purpose, asked])
        .with(dataset)
        .with(facts)
}

/// The analysis, and the dry run when there was one.
fn assessed(view: &IntentView) -> Vec<Told> {
    let Some(analysis) = &view.analysis else {
        return Vec::new();
    };
    let findings: Vec<_> = analysis.findings().cloned().collect();
    let title = match (analysis.understood, findings.len()) {
        (false, _) => "The SQL was not understood".to_owned(),
        (true, 0) => format!("Analysed: {} risk, nothing found", analysis.risk.as_str()),
        (true, 1) => format!("Analysed: {} risk, 1 finding", analysis.risk.as_str()),
        (true, many) => format!("Analysed: {} risk, {many} findings", analysis.risk.as_str()),
    };
    let as_asked = Detail::Sql {
        label: "As asked".to_owned(),
        sql: view.intent.sql.clone(),
        findings,
    };
    let masked = analysis.masked_sql.clone();
    let as_run = masked
        .filter(|masked| *masked != view.intent.sql)
        .map(|sql| Detail::Sql {
            label: "As run".to_owned(),
            sql,
            findings: Vec::new(),
        });
    let mut told = vec![
        Told::new(EventKind::Analysis, title)
            .with([as_asked])
            .with(as_run),
    ];
    if let Some(facts) = &view.dry_run {
        let tables: Vec<_> = facts
            .referenced_tables
            .iter()
            .map(domain::TableName::as_str)
            .collect();
        let facts = vec![
            fact("Statement", facts.statement_type.clone()),
            fact("Bytes", facts.bytes.to_string()),
            fact("Tables", tables.join(", ")),
            fact("Columns", facts.schema.len().to_string()),
        ];
        let title = "BigQuery's dry run agrees";
        told.push(Told::new(EventKind::DryRun, title).with([Detail::Facts { facts }]));
    }
    told
}

fn decided(view: &IntentView) -> Told {
    let title = match view.decision.as_ref().map(|decision| decision.route) {
        Some(domain::Route::Run) => "The policy lets it run",
        Some(domain::Route::Approve) => "The policy asks for approval",
        Some(domain::Route::Block) | None => "The policy blocks it",
    };
    Told::new(EventKind::Decision, title).with([Detail::Policies {
        policies: policies(view),
    }])
}

/// Moves that other events tell already are not told twice.
fn moved(payload: &Value, view: &IntentView) -> Option<Told> {
    let job = || {
        let job = view
            .execution
            .as_ref()
            .map(|execution| execution.job_id.clone());
        Detail::Facts {
            facts: vec![fact("Job", job.unwrap_or_default())],
        }
    };
    let problem = view.problem.as_ref().map(|problem| Detail::Text {
        text: problem.detail.clone(),
    });
    let told = match text(payload, "to").as_str() {
        "prepared" => Told::new(EventKind::Job, "The job id was fixed").with([job()]),
        "running" => Told::new(EventKind::Job, "The job was started").with([job()]),
        "succeeded" => Told::new(EventKind::Job, "The job succeeded").with([job_facts(view)]),
        "failed" => Told::new(EventKind::Refused, "It failed").with(problem),
        "blocked" => Told::new(EventKind::Refused, "It was blocked").with(problem),
        "denied" => Told::new(EventKind::Refused, "It was denied"),
        "expired" => Told::new(EventKind::Refused, "Its time was over").with(problem),
        "stale" => Told::new(EventKind::Refused, "The approval was stale").with(problem),
        "withdrawn" => Told::new(EventKind::Revoked, "It was withdrawn"),
        "cancelled" => Told::new(EventKind::Revoked, "It was cancelled").with(problem),
        _ => return None,
    };
    Some(told)
}

fn job_facts(view: &IntentView) -> Detail {
    let statistics = statistics(view);
    let mut facts = Vec::new();
    let number = |value: Option<u64>| value.map(|value| value.to_string());
    let times = [
        (
            "Started",
            statistics.started_at.map(domain::Timestamp::to_rfc3339),
        ),
        (
            "Ended",
            statistics.ended_at.map(domain::Timestamp::to_rfc3339),
        ),
        ("Bytes processed", number(statistics.bytes_processed)),
        ("Bytes billed", number(statistics.bytes_billed)),
        ("Slot milliseconds", number(statistics.slot_milliseconds)),
    ];
    for (name, value) in times {
        facts.extend(value.map(|value| fact(name, value)));
    }
    Detail::Facts { facts }
}

fn refused(title: &str, payload: &Value) -> Told {
    let code = text(payload, "code");
    Told::new(EventKind::Refused, title).with([Detail::Facts {
        facts: vec![fact("Code", code)],
    }])
}

/// What the scan of rows found in untagged columns.
fn found_values(view: &IntentView) -> Option<Detail> {
    let findings = view.found_values();
    (!findings.is_empty()).then_some(Detail::Findings { findings })
}

/// A row as it was delivered. What people let out unmasked was let out to its agent, not to
/// everybody who may look at the session.
fn delivered(row: &[Value], columns: &[ResultColumn]) -> Vec<Option<String>> {
    let cells = row.iter().zip(columns);
    let cells = cells.map(|(value, column)| {
        if column.is_unmasked() {
            Some("delivered unmasked, not shown here".to_owned())
        } else {
            shown(value)
        }
    });
    cells.collect()
}

/// The columns that were asked for unmasked.
fn unmasked(view: &IntentView) -> Option<Fact> {
    let columns: Vec<_> = view.intent.unmask.iter().map(ToString::to_string).collect();
    (!columns.is_empty()).then(|| fact("Unmasked", columns.join(", ")))
}

/// A cell as it was delivered; NULL is none.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
