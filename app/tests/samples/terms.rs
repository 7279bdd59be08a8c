//! Sample terms and exceptions.

use app::api::{
    UiError,
    approvals::OutputColumn,
    exceptions::{ExceptionDesk, ExceptionRow},
    terms::{Broken, ConditionsPage, Glass, NextPage, Restricted, Terms, TermsDesk},
};
use domain::{
    ApprovalId, ColumnName, Conditions, ExceptionId, ExceptionVerdict, IntentState, RiskLevel,
    Timestamp,
};

use super::{Amount, agent, approval_id, person, uuid};

/// Request 1 asks for a column unmasked; 4 became stale; to all others anything can be added.
pub struct SampleTerms {
    pub now: Timestamp,
    pub amount: Amount,
}

fn column(name: &str) -> ColumnName {
    format!("demo.shop.customers.{name}")
        .parse()
        .expect("a column")
}

impl SampleTerms {
    fn broken(&self) -> Broken {
        Broken {
            person: person(2),
            reason: "Checkout is down and nobody answers".to_owned(),
            ticket: "INC-7".to_owned(),
            at: self.now.plus_seconds(-600),
        }
    }
}

#[async_trait::async_trait]
impl TermsDesk for SampleTerms {
    async fn terms(&self, approval: ApprovalId) -> Result<Terms, UiError> {
        let (unmasks, is_stale) = (approval == approval_id(1), approval == approval_id(4));
        let stale = "It did not run, because the table demo.shop.customers changed.";
        Ok(Terms {
            approval,
            state: if is_stale {
                IntentState::Stale
            } else {
                IntentState::PendingApproval
            },
            unmask: Vec::from_iter(unmasks.then(|| column("ssn"))),
            unmask_reason: "The bank asks for it".to_owned(),
            conditions: Conditions::default().with_row_cap(500),
            maskable: vec![column("country")],
            not_aggregates: Some("`email` groups by a tagged column".to_owned()),
            may_restrict: !is_stale,
            ended: is_stale.then(|| stale.to_owned()),
            may_ask_again: is_stale,
            glass: Glass {
                broken: Vec::from_iter(unmasks.then(|| self.broken())),
                may: !is_stale,
                step_up: false,
            },
        })
    }

    async fn preview(
        &self,
        approval: ApprovalId,
        own: Conditions,
    ) -> Result<ConditionsPage, UiError> {
        Ok(ConditionsPage {
            approval,
            agent: agent(0),
            purpose: "Find customers whose second order failed".to_owned(),
            risk: RiskLevel::Critical,
            together: own.clone(),
            own,
            before: "SELECT country FROM shop.customers".to_owned(),
            masked_sql: "SELECT '' AS country FROM shop.customers".to_owned(),
            outputs: vec![OutputColumn {
                name: "country".to_owned(),
                data_type: "STRING".to_owned(),
                tags: Vec::new(),
                rule: None,
                masked: true,
            }],
            digest: "sha256:00".to_owned(),
            step_up: false,
        })
    }

    async fn approve(&self, _: ApprovalId, with: Restricted) -> Result<(), UiError> {
        match with.digest.as_str() {
            "sha256:00" => Ok(()),
            _ => Err(UiError::conflict("conditions_changed", "It changed.")),
        }
    }

    async fn ask_again(&self, _: ApprovalId) -> Result<NextPage, UiError> {
        Ok(NextPage::Approval(approval_id(0)))
    }

    async fn break_glass(&self, _: ApprovalId, reason: String, _: String) -> Result<(), UiError> {
        match reason.len() {
            0..20 => Err(UiError::invalid("reason", "Say more.")),
            _ => Ok(()),
        }
    }
}

#[async_trait::async_trait]
impl ExceptionDesk for SampleTerms {
    async fn exceptions(&self) -> Result<Vec<ExceptionRow>, UiError> {
        if self.amount == Amount::None {
            return Ok(Vec::new());
        }
        Ok(vec![ExceptionRow {
            exception: ExceptionId::new(uuid(1)),
            approval: approval_id(3),
            agent: agent(0),
            purpose: "Restore the shop".to_owned(),
            opened_at: self.now.plus_seconds(-600),
            broken: vec![self.broken()],
            verdict: None,
            hindrance: None,
        }])
    }

    async fn judge(&self, _: ExceptionId, _: ExceptionVerdict, _: String) -> Result<(), UiError> {
        Ok(())
    }
}
