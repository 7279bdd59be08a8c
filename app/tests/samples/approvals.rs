//! Sample requests for approval.

use app::api::{
    UiError,
    approvals::{
        ApprovalDesk, ApprovalPage, ApprovalStatus, DecidedRow, Execution, History, Inbox,
        InboxFilter, OutputColumn, PendingRow, Previous, SensitiveColumn, TouchedTable,
    },
};
use domain::{
    ApprovalId, Ballot, Finding, IntentState, MaskRule, RiskLevel, Severity, TableName, Tag,
    Timestamp,
};

use super::{Amount, agent, approval_id, cost, intent_id, person, policy, run_id, vote};

pub const ASKED: &str = "SELECT c.email,\n       COUNT(*) AS failed_orders -- second orders only\nFROM shop.customers AS c\nJOIN shop.orders AS o ON o.customer_id = c.id\nWHERE c.ssn LIKE '9%'\n  AND o.status = 'failed'\n  AND o.sequence = 2\nGROUP BY c.email\nHAVING COUNT(*) > 1\nORDER BY failed_orders DESC\nLIMIT 500";
const AS_RUN: &str = "SELECT c.email,\n       COUNT(*) AS failed_orders -- second orders only\nFROM (\n  SELECT id, country,\n         CONCAT('XXXXX@', SPLIT(email, '@')[SAFE_OFFSET(1)]) AS email,\n         '' AS ssn\n  FROM `demo.shop.customers`\n) AS c\nJOIN shop.orders AS o ON o.customer_id = c.id\nWHERE c.ssn LIKE '9%'\n  AND o.status = 'failed'\n  AND o.sequence = 2\nGROUP BY c.email\nHAVING COUNT(*) > 1\nORDER BY failed_orders DESC\nLIMIT 500";

/// Requests 0 to 2 wait, 2 being awkward in every way; 3 ran, 4 was denied, 5 is this
/// person's own.
pub struct SampleApprovals {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl ApprovalDesk for SampleApprovals {
    async fn inbox(&self, filter: InboxFilter) -> Result<Inbox, UiError> {
        let count = match self.amount {
            Amount::None => 0,
            Amount::Some => 3,
            Amount::Many => 1_000,
        };
        let waiting = (0..count).map(|number| self.pending(number));
        let decided = (0..count.min(40)).map(|number| self.decided(number));
        Ok(Inbox::filtered(
            waiting.collect(),
            decided.collect(),
            &filter,
        ))
    }

    async fn approval(&self, approval: ApprovalId) -> Result<ApprovalPage, UiError> {
        let number = (0..6)
            .find(|number| approval_id(*number) == approval)
            .ok_or(UiError::NotFound)?;
        let page = self.page(number);
        Ok(if number == 2 { awkward(page) } else { page })
    }

    async fn status(&self, approval: ApprovalId) -> Result<ApprovalStatus, UiError> {
        let page = self.approval(approval).await?;
        Ok(ApprovalStatus {
            state: page.state,
            votes: page.votes,
            needed: page.needed,
            execution: page.execution,
        })
    }

    async fn decide(
        &self,
        approval: ApprovalId,
        ballot: Ballot,
        comment: String,
        confirmation: String,
    ) -> Result<(), UiError> {
        let page = self.approval(approval).await?;
        if page.risk == RiskLevel::Critical && confirmation != page.agent.name {
            return Err(UiError::invalid(
                "confirmation",
                "This is critical: type the agent's name.",
            ));
        }
        if page.state != IntentState::PendingApproval {
            return Err(UiError::conflict(
                "already_decided",
                "Chen Wei has decided on this request already.",
            ));
        }
        if ballot == Ballot::Deny && comment.is_empty() {
            return Err(UiError::invalid(
                "comment",
                "Say why, so that the agent can do better.",
            ));
        }
        Ok(())
    }
}

impl SampleApprovals {
    fn pending(&self, number: u128) -> PendingRow {
        let risks = [RiskLevel::High, RiskLevel::Critical, RiskLevel::Moderate];
        let purposes = [
            "Find customers whose second order failed",
            "Unmask card numbers for the chargeback case of October",
            "Daily funnel by country",
        ];
        let place = usize::try_from(number).unwrap_or(0) % 3;
        let seconds = i64::try_from(number).unwrap_or(0);
        PendingRow {
            approval: approval_id(number),
            risk: risks[place],
            agent: agent(number),
            person: person(u128::from(place == 2)),
            purpose: purposes[place].to_owned(),
            tables: vec![
                TableName::new("demo.shop.customers"),
                TableName::new("demo.shop.orders"),
            ],
            tags: vec![Tag::new("pii.email"), Tag::new("pii.ssn")],
            cost: Some(cost()),
            asked_at: self.now.plus_seconds(-130 - seconds * 60),
            expires_at: self.now.plus_seconds(760 - 690 * i64::from(place == 1)),
            votes: u32::from(place == 1),
            needed: if place == 1 { 2 } else { 1 },
            hindrance: (place == 2).then(|| "You opened this run.".to_owned()),
        }
    }

    fn decided(&self, number: u128) -> DecidedRow {
        let states = [
            IntentState::Succeeded,
            IntentState::Denied,
            IntentState::Expired,
        ];
        let place = usize::try_from(number).unwrap_or(0) % 3;
        DecidedRow {
            approval: approval_id(3 + number % 2),
            risk: RiskLevel::High,
            agent: agent(number + 1),
            person: person(number + 2),
            purpose: "Revenue by week for the board".to_owned(),
            state: states[place],
            decided_by: if place == 2 { vec![] } else { vec![person(1)] },
            decided_at: self.now.plus_seconds(-4_000),
        }
    }

    fn page(&self, number: u128) -> ApprovalPage {
        let state = match number {
            3 => IntentState::Succeeded,
            4 => IntentState::Denied,
            _ => IntentState::PendingApproval,
        };
        let execution = (number == 3).then(|| Execution {
            job: "demo:EU.countersign_01934e5a".to_owned(),
            started_at: Some(self.now.plus_seconds(-100)),
            ended_at: Some(self.now.plus_seconds(-96)),
            rows: Some(412),
            masked_cells: Some(412),
            bytes: Some(1_234_000_000),
            failure: None,
        });
        let mut denial = vote(2, self.now.plus_seconds(-30));
        denial.ballot = Ballot::Deny;
        ApprovalPage {
            approval: approval_id(number),
            intent: intent_id(number),
            run: run_id(0),
            state,
            risk: if number == 1 {
                RiskLevel::Critical
            } else {
                RiskLevel::High
            },
            agent: agent(0),
            person: person(0),
            purpose: "Find customers whose second order failed".to_owned(),
            ticket: Some("TICKET-4211".to_owned()),
            asked_at: self.now.plus_seconds(-130),
            expires_at: self.now.plus_seconds(760),
            sql: ASKED.to_owned(),
            default_dataset: Some("crm".to_owned()),
            masked_sql: Some(AS_RUN.to_owned()),
            findings: findings(),
            tables: tables(),
            outputs: outputs(),
            cost: Some(cost()),
            policies: vec![policy()],
            votes: match number {
                1 | 3 => vec![vote(2, self.now.plus_seconds(-40))],
                4 => vec![denial],
                _ => vec![],
            },
            needed: if number == 1 { 2 } else { 1 },
            others: vec![person(2), person(3)],
            history: History {
                asked: 41,
                ran: 38,
                denied: 2,
                blocked: 1,
            },
            previous: Some(Previous {
                approval: approval_id(3),
                sql: ASKED.replace("WHERE c.ssn LIKE '9%'\n  AND", "WHERE"),
                decided_at: self.now.plus_days(-6),
            }),
            hindrance: (number == 5)
                .then(|| "You opened this run, so somebody else decides.".to_owned()),
            step_up: false,
            execution,
        }
    }
}

/// Many columns, one of them bare; no cost; a character that cannot be seen.
fn awkward(page: ApprovalPage) -> ApprovalPage {
    let outputs = (0..40).map(|place| OutputColumn {
        name: format!("contact_attribute_{place}"),
        data_type: "STRING".to_owned(),
        tags: vec![Tag::new("pii.email")],
        rule: None,
        masked: place != 3,
    });
    ApprovalPage {
        purpose: "Refresh the p\u{430}yroll\u{202e} contacts".to_owned(),
        sql: "SELECT * FROM shop.cont\u{430}cts WHERE name = 'a\u{202e}b\u{200b}' OR note IN ('a long literal that goes on and on and on', 'and another one that goes on for just as long as the first one did')".to_owned(),
        default_dataset: None,
        masked_sql: None,
        findings: vec![],
        outputs: outputs.collect(),
        cost: None,
        others: vec![],
        previous: None,
        policies: vec![],
        ..page
    }
}

fn findings() -> Vec<Finding> {
    let place = |text: &str| {
        let start = ASKED.find(text).unwrap_or(0);
        (start, start + text.len())
    };
    let (start, end) = place("c.ssn");
    let (first, last) = place("shop.customers");
    vec![
        Finding {
            code: "tagged_table".to_owned(),
            severity: Severity::Moderate,
            message: "shop.customers holds personal data (pii.email, pii.ssn)".to_owned(),
            hint: String::new(),
            start: first,
            end: last,
        },
        Finding {
            code: "sensitive_predicate".to_owned(),
            severity: Severity::High,
            message: "ssn (pii.ssn) decides which rows come back".to_owned(),
            hint: "Filter and join by columns without a tag.".to_owned(),
            start,
            end,
        },
    ]
}

fn tables() -> Vec<TouchedTable> {
    let sensitive = |path: &str, rule| SensitiveColumn {
        path: path.to_owned(),
        tag: Tag::new(format!("pii.{path}")),
        rule,
    };
    let table = |name: &str, used, columns, sensitive| TouchedTable {
        table: TableName::new(name),
        used,
        columns,
        sensitive,
        written: false,
    };
    let customers = vec![
        sensitive("email", Some(MaskRule::EmailMask)),
        sensitive("ssn", Some(MaskRule::Default)),
    ];
    vec![
        table("demo.shop.customers", 3, 9, customers),
        table("demo.shop.orders", 3, 5, vec![]),
    ]
}

fn outputs() -> Vec<OutputColumn> {
    vec![
        OutputColumn {
            name: "email".to_owned(),
            data_type: "STRING".to_owned(),
            tags: vec![Tag::new("pii.email")],
            rule: Some(MaskRule::EmailMask),
            masked: true,
        },
        OutputColumn {
            name: "failed_orders".to_owned(),
            data_type: "INT64".to_owned(),
            tags: vec![],
            rule: None,
            masked: false,
        },
    ]
}
