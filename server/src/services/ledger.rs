//! The ledger as people read it.

use domain::{Role, RunId};
use store::{EntryRecord, Verification};

use super::{ServiceError, Services};
use crate::context::Context;

/// Roles that may read the ledger.
const READERS: [Role; 4] = [
    Role::Auditor,
    Role::Reviewer,
    Role::Approver,
    Role::Administrator,
];

impl Services {
    /// Entries from the newest at or below `from` downwards.
    pub async fn ledger_entries(
        &self,
        context: &Context,
        from: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EntryRecord>, ServiceError> {
        context.authorise(&READERS)?;
        Ok(self.parts.store.entries_down_from(from, limit).await?)
    }

    /// Checks the whole chain.
    pub async fn verify_ledger(&self, context: &Context) -> Result<Verification, ServiceError> {
        context.authorise(&READERS)?;
        Ok(self.parts.store.verify_ledger().await?)
    }

    /// Everything on record about one run, in order; to people who may see the run.
    pub async fn entries_of_run(
        &self,
        context: &Context,
        run: RunId,
    ) -> Result<Vec<EntryRecord>, ServiceError> {
        self.visible_run(context, run).await?;
        Ok(self.parts.store.entries_of_run(run).await?)
    }

    /// What to call an actor of the ledger: a name for people, else the id.
    pub async fn actor_name(&self, actor: &str) -> Result<String, ServiceError> {
        if let Ok(person) = actor.parse() {
            return Ok(self.existing_person(person).await?.email);
        }
        if let Ok(agent) = actor.parse() {
            return Ok(self.existing_agent(agent).await?.name);
        }
        Ok(match actor {
            "system" => "countersign".to_owned(),
            other => other.to_owned(),
        })
    }
}
