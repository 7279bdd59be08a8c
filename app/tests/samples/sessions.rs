//! Sample sessions.

use app::api::{
    LedgerRef, RunState, UiError,
    sessions::{
        Detail, EventKind, Fact, RowColumn, RowTable, Session, SessionDesk, SessionEvent,
        SessionFilter, SessionList, SessionRow,
    },
};
use domain::{Finding, MaskRule, RiskLevel, RunId, Severity, Timestamp};

use super::{
    Amount, agent, approvals::ASKED, grants, hash, intent_id, person, policy, run_id, vote,
};

pub struct SampleSessions {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl SessionDesk for SampleSessions {
    async fn sessions(&self, filter: SessionFilter) -> Result<SessionList, UiError> {
        let count = match self.amount {
            Amount::None => 0,
            Amount::Some => 8,
            Amount::Many => 1_000,
        };
        let sessions = (0..count).map(|number| row(self.now, number));
        let sessions = sessions.filter(|row| {
            filter
                .agent
                .as_ref()
                .is_none_or(|name| row.agent.name == *name)
        });
        Ok(SessionList {
            sessions: sessions.collect(),
            more: self.amount == Amount::Many,
            agents: (0..4).map(agent).collect(),
            people: (0..4).map(person).collect(),
        })
    }

    async fn session(&self, run: RunId) -> Result<Session, UiError> {
        let number = (0..8)
            .find(|number| run_id(*number) == run)
            .ok_or(UiError::NotFound)?;
        let events = match self.amount {
            Amount::None => vec![],
            Amount::Some => events(self.now.plus_seconds(-3_600)),
            Amount::Many => (0..60)
                .flat_map(|_| events(self.now))
                .zip(1..)
                .map(renumbered)
                .collect(),
        };
        Ok(Session {
            header: row(self.now, number),
            scope: grants(),
            events,
        })
    }
}

fn renumbered((mut event, sequence): (SessionEvent, u32)) -> SessionEvent {
    event.sequence = sequence;
    event
}

pub fn row(now: Timestamp, number: u128) -> SessionRow {
    let place = usize::try_from(number).unwrap_or(0);
    let states = [
        RunState::Open,
        RunState::Ended,
        RunState::Expired,
        RunState::Revoked,
    ];
    let risks = [
        Some(RiskLevel::High),
        None,
        Some(RiskLevel::Low),
        Some(RiskLevel::Moderate),
    ];
    let opened_at = now.plus_seconds(-3_600 * i64::try_from(number + 1).unwrap_or(1));
    SessionRow {
        run: run_id(number),
        agent: agent(number),
        person: person(number % 3),
        purpose: [
            "Find customers whose second order failed",
            "Monthly invoices of the north region",
            "Answer questions of support about late parcels",
        ][place % 3]
            .to_owned(),
        ticket: number
            .is_multiple_of(2)
            .then(|| format!("TICKET-{}", 4_211 + number)),
        state: states[place % 4],
        opened_at,
        ends_at: if place == 0 {
            now.plus_seconds(3_000)
        } else {
            opened_at.plus_seconds(3_600)
        },
        risk: risks[place % 4],
        asked: u32::try_from(number * 5 % 13).unwrap_or(0),
        ran: u32::try_from(number * 5 % 13)
            .unwrap_or(0)
            .saturating_sub(3),
        refused: u32::from(number.is_multiple_of(3)),
        waiting: u32::from(number == 0),
    }
}

fn events(from: Timestamp) -> Vec<SessionEvent> {
    let steps: [(i64, EventKind, &str, Vec<Detail>); 10] = [
        (
            0,
            EventKind::Opened,
            "Alice Ng opened the run for an hour",
            vec![text("Scope: three tables, read only.")],
        ),
        (
            4,
            EventKind::Intent,
            "churn-model asked",
            vec![sql("As asked", ASKED)],
        ),
        (
            4,
            EventKind::Analysis,
            "Understood: one SELECT over two tables",
            vec![text("Two findings, the gravest is high.")],
        ),
        (
            5,
            EventKind::DryRun,
            "The dry run says 1.2 GB",
            vec![facts(&[
                ("Bytes", "1.2 GB"),
                ("Cap", "10 GB"),
                ("Statement", "SELECT"),
            ])],
        ),
        (
            5,
            EventKind::Decision,
            "Policy asks for a human",
            vec![Detail::Policies {
                policies: vec![policy()],
            }],
        ),
        (
            310,
            EventKind::Vote,
            "Chen Wei approved",
            vec![Detail::Vote {
                vote: vote(2, from.plus_seconds(310)),
            }],
        ),
        (
            311,
            EventKind::Job,
            "The job ran for 4 s",
            vec![facts(&[
                ("Job", "demo:EU.countersign_01934e5a"),
                ("Bytes billed", "1.2 GB"),
                ("Slot time", "12 s"),
                ("Cache", "not used"),
            ])],
        ),
        (
            316,
            EventKind::Result,
            "The result was sealed: 412 rows",
            vec![text("412 cells masked in one column.")],
        ),
        (
            318,
            EventKind::Released,
            "Rows went to churn-model",
            vec![
                Detail::Rows { table: delivered() },
                Detail::Findings {
                    findings: vec![found()],
                },
            ],
        ),
        (
            400,
            EventKind::Refused,
            "A query was blocked: it writes outside the scope",
            vec![sql("As asked", "DELETE FROM shop.orders WHERE TRUE")],
        ),
    ];
    let numbered = steps.into_iter().zip(1_u32..);
    numbered
        .map(|((second, kind, title, detail), sequence)| SessionEvent {
            sequence,
            at: from.plus_seconds(second),
            kind,
            title: title.to_owned(),
            intent: (second > 0).then(|| intent_id(u128::from(second > 399))),
            detail,
            ledger: Some(LedgerRef {
                sequence: 1_200 + u64::from(sequence),
                hash: hash(u64::from(sequence)),
            }),
        })
        .collect()
}

fn text(text: &str) -> Detail {
    Detail::Text {
        text: text.to_owned(),
    }
}

fn sql(label: &str, sql: &str) -> Detail {
    Detail::Sql {
        label: label.to_owned(),
        sql: sql.to_owned(),
        findings: vec![],
    }
}

fn facts(facts: &[(&str, &str)]) -> Detail {
    let fact = |(name, value): &(&str, &str)| Fact {
        name: (*name).to_owned(),
        value: (*value).to_owned(),
    };
    Detail::Facts {
        facts: facts.iter().map(fact).collect(),
    }
}

fn found() -> Finding {
    Finding {
        code: "sensitive_value_found".to_owned(),
        severity: Severity::Moderate,
        message: "412 values of `contact` look like `pii.email`; they were masked.".to_owned(),
        hint: "Have an administrator tag the column that they come from.".to_owned(),
        start: 0,
        end: 0,
    }
}

fn delivered() -> RowTable {
    let column = |name: &str, rule: Option<MaskRule>| RowColumn {
        name: name.to_owned(),
        masked: rule.is_some(),
        rule,
        unmasked: false,
    };
    let row = |number: u32| {
        let email = (number != 3).then(|| "XXXXX@example.com".to_owned());
        vec![email, Some((9 - number).to_string()), Some("NO".to_owned())]
    };
    RowTable {
        columns: vec![
            column("email", Some(MaskRule::EmailMask)),
            column("failed_orders", None),
            column("country", None),
        ],
        rows: (0..8).map(row).collect(),
        total: 412,
    }
}
