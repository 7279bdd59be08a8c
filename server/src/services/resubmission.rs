//! Asking again for what was approved too long ago, or for something that changed since.

use domain::{IntentId, IntentState};

use super::{IntentView, ServiceError, Services, Submission};
use crate::context::{Actor, Context, Forbidden};

/// Whether an intent can be asked for again as it was.
const fn can_be_asked_again(state: IntentState) -> bool {
    matches!(state, IntentState::Stale | IntentState::Expired)
}

impl Services {
    /// A new intent that asks for the same as one that became stale or expired, by its run or
    /// the person in whose name it acts. It is decided anew. Asked twice, it is the same new one.
    pub async fn ask_again(
        &self,
        context: &Context,
        id: IntentId,
    ) -> Result<IntentView, ServiceError> {
        let view = self.intent(context, id).await?;
        if !is_own(context, &view) {
            return Err(Forbidden {
                needed: domain::Role::Initiator,
            }
            .into());
        }
        let state = view.intent.state;
        if !can_be_asked_again(state) {
            let detail = format!("an intent that is `{state}` need not be asked for again");
            return Err(ServiceError::conflict("not_stale", detail));
        }
        self.check_run(&view.run, context.now).await?;
        let old = view.intent;
        let submission = Submission {
            // One new intent for one old one, however often somebody presses the button.
            idempotency_key: format!("again:{id}"),
            sql: old.sql,
            parameters: serde_json::from_str(&old.parameters)?,
            purpose: old.purpose,
            maximum_bytes_billed: Some(old.maximum_bytes_billed),
            default_dataset: old.default_dataset,
            unmask: old.unmask,
            unmask_reason: old.unmask_reason,
        };
        self.take_in(context, old.run, submission, Some(id)).await
    }
}

/// Whether whoever looks may ask again for this intent.
#[must_use]
pub fn may_ask_again(context: &Context, view: &IntentView) -> bool {
    let state = view.intent.state;
    is_own(context, view) && can_be_asked_again(state) && view.run.is_active(context.now)
}

fn is_own(context: &Context, view: &IntentView) -> bool {
    match &context.actor {
        Actor::Run(actor) => actor.run == view.run.id,
        Actor::Person(person) => person.id == view.run.initiator,
        Actor::System | Actor::Anonymous => false,
    }
}
