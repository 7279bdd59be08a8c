//! Approvals whose time is over.

use domain::{IntentId, IntentState};
use store::{Notification, NotificationKind};

use super::{
    super::{Notice, Problem, ServiceError, Services},
    INBOX_ROWS,
};
use crate::context::Context;

impl Services {
    /// Ends every approval whose time is over. Votes check the time themselves; this is for
    /// those who wait.
    pub async fn expire_approvals(&self, context: &Context) -> Result<(), ServiceError> {
        let open = self.parts.store.open_approvals(INBOX_ROWS).await?;
        for approval in open.iter().filter(|open| open.expires_at <= context.now) {
            match self.expire(context, approval.intent).await {
                // Decided at this very moment: that counts.
                Ok(()) | Err(ServiceError::Conflict { .. }) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn expire(&self, context: &Context, id: IntentId) -> Result<(), ServiceError> {
        let intent = self.existing_intent(id).await?;
        let detail = "nobody decided in time; submit it again";
        let problem = serde_json::to_string(&Problem::new("approval_expired", detail))?;
        let mut tx = self
            .parts
            .store
            .begin(&context.actor.name(), context.now)
            .await?;
        tx.move_intent(
            (id, intent.run),
            IntentState::PendingApproval,
            IntentState::Expired,
            Some(&problem),
        )
        .await?;
        tx.close_approval(id).await?;
        tx.notify(&Notification::new(NotificationKind::ApprovalDecided).about(id))
            .await?;
        tx.commit().await?;
        self.announce(Notice::Intent(id));
        self.announce(Notice::Inbox);
        Ok(())
    }
}
