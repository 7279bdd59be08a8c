//! What happens while nobody decides: those who can are reminded, then others may, too.
//!
//! From when on others may is worked out whenever an approval is looked at. The jobs here only
//! tell people.

use domain::{EventName, Timestamp};
use store::{ApprovalRecord, Notification, NotificationKind};

use super::{ServiceError, Services};
use crate::{
    context::Context,
    policy::{Decision, Escalation},
};

/// The last reminder comes so long before the end, in seconds.
const LAST_CALL_SECONDS: i64 = 15 * 60;
/// How many open approvals are looked at.
const APPROVALS: u32 = 1000;

/// The approval as it is now: behind its time, whom the policy names next may decide wherever
/// those could whom it asked first.
pub(super) fn escalated(
    mut approval: ApprovalRecord,
    decision: Option<&Decision>,
    now: Timestamp,
) -> ApprovalRecord {
    let escalation = decision.and_then(|decision| decision.escalation.as_ref());
    let Some(escalation) = escalation.filter(|next| now >= begins(next, &approval)) else {
        return approval;
    };
    let asked = approval.requirements.iter_mut().map(|r| &mut r.approvers);
    for groups in asked.chain([&mut approval.approvers]) {
        for group in &escalation.approvers {
            if !groups.contains(group) {
                groups.push(group.clone());
            }
        }
    }
    approval
}

fn begins(escalation: &Escalation, approval: &ApprovalRecord) -> Timestamp {
    approval.created_at.plus_seconds(escalation.after_seconds)
}

/// Which reminder is due: at half of the time, and shortly before the end.
fn reminder(approval: &ApprovalRecord, now: Timestamp) -> Option<&'static str> {
    let seconds = approval.expires_at.seconds_since(approval.created_at);
    let half = approval.created_at.plus_seconds(seconds / 2);
    let last_call = approval.expires_at.plus_seconds(-LAST_CALL_SECONDS);
    if now < half || now >= approval.expires_at {
        None
    } else if now >= last_call {
        Some("last")
    } else {
        Some("half")
    }
}

impl Services {
    /// Reminds those who can decide, and tells those who may from now on.
    pub async fn follow_up_approvals(&self, context: &Context) -> Result<(), ServiceError> {
        let now = context.now;
        for approval in self.parts.store.open_approvals(APPROVALS).await? {
            if let Some(which) = reminder(&approval, now) {
                let key = format!("reminder:{which}:{}", approval.id);
                let reminder = NotificationKind::ApprovalReminder;
                self.follow_up(context, &approval, reminder, key).await?;
            }
            let view = self.view_intent(self.existing_intent(approval.intent).await?);
            let decision = view.await?.decision;
            let escalation = decision.and_then(|decision| decision.escalation);
            let is_due = |next: &Escalation| now >= begins(next, &approval);
            if now < approval.expires_at && escalation.as_ref().is_some_and(is_due) {
                let key = format!("escalation:{}", approval.id);
                let escalated = NotificationKind::ApprovalEscalated;
                self.follow_up(context, &approval, escalated, key).await?;
            }
        }
        Ok(())
    }

    /// Tells it once.
    async fn follow_up(
        &self,
        context: &Context,
        approval: &ApprovalRecord,
        kind: NotificationKind,
        key: String,
    ) -> Result<(), ServiceError> {
        if self.parts.store.was_notified(&key).await? {
            return Ok(());
        }
        let mut tx = self.begin(&context.as_system()).await?;
        let notification = Notification::new(kind).about(approval.intent).once(key);
        if tx.notify(&notification).await? {
            let event = match kind {
                NotificationKind::ApprovalEscalated => EventName::ApprovalEscalated,
                _ => EventName::ApproversReminded,
            };
            let payload = serde_json::json!({ "intent": approval.intent });
            let subject = approval.id.to_string();
            tx.record(event, &subject, None, &payload).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use domain::{ApprovalId, Conditions, Digest, Ground, IntentId, Requirement, Route};
    use uuid::Uuid;

    use super::*;

    const START: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    fn approval(minutes: i64) -> ApprovalRecord {
        ApprovalRecord {
            id: ApprovalId::new(Uuid::from_u128(1)),
            intent: IntentId::new(Uuid::from_u128(2)),
            intent_digest: String::new(),
            requirements: vec![Requirement {
                policy: "stewards".to_owned(),
                approvers: vec!["stewards".to_owned()],
                count: 1,
            }],
            needed: 1,
            approvers: vec!["stewards".to_owned()],
            created_at: START,
            expires_at: START.plus_seconds(60 * minutes),
            closed_at: None,
            ground: Ground::Votes,
            conditions: Conditions::default(),
        }
    }

    #[test]
    fn reminders_come_at_half_of_the_time_and_a_quarter_of_an_hour_before_the_end() {
        let four_hours = approval(240);
        let after = |minutes: i64| reminder(&four_hours, START.plus_seconds(60 * minutes));
        assert_eq!(
            [0, 119, 120, 224, 225, 239, 240].map(after),
            [
                None,
                None,
                Some("half"),
                Some("half"),
                Some("last"),
                Some("last"),
                None
            ]
        );
        // Who has ten minutes is reminded at five, and not at once.
        let short = approval(10);
        let after = |minutes: i64| reminder(&short, START.plus_seconds(60 * minutes));
        assert_eq!([0, 4, 5].map(after), [None, None, Some("last")]);
    }

    #[test]
    fn others_may_decide_from_the_second_on_that_the_policy_says() {
        let decision = Decision {
            route: Route::Approve,
            reasons: Vec::new(),
            requirements: Vec::new(),
            expires_after_seconds: 3600,
            step_up: false,
            escalation: Some(Escalation {
                after_seconds: 600,
                approvers: vec!["leads".to_owned(), "stewards".to_owned()],
            }),
            policy_version: Digest::from_bytes([0; 32]),
        };
        let asked = |seconds| {
            let now = START.plus_seconds(seconds);
            let approval = escalated(approval(60), Some(&decision), now);
            assert_eq!(approval.requirements[0].approvers, approval.approvers);
            approval.approvers
        };
        assert_eq!(asked(599), ["stewards"]);
        assert_eq!(asked(600), ["stewards", "leads"]);
    }
}
