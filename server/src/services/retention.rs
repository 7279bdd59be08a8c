//! Rows are kept for a time; digest, counts and what was found in them stay.

use super::{ServiceError, Services};
use crate::context::Context;

/// Results forgotten in one go.
const AT_ONCE: u32 = 100;

impl Services {
    /// Deletes the rows of results whose time is over, each deletion on record, and what crashes
    /// left behind.
    pub async fn forget_old_results(&self, context: &Context) -> Result<(), ServiceError> {
        let store = &self.parts.store;
        let days = i64::from(self.parts.limits.results_days);
        let before = context.now.plus_days(-days);
        for result in store.results_before(before, AT_ONCE).await? {
            let mut tx = self.begin(context).await?;
            tx.forget_rows(result).await?;
            tx.commit().await?;
        }
        let pages = store.delete_abandoned_pages().await?;
        if pages > 0 {
            tracing::info!(pages, "pages that a crash left behind have been deleted");
        }
        Ok(())
    }
}
