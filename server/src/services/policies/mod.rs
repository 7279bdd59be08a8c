//! The policy in force: put there at the start or by the portal, read anew at every use.
//!
//! The database says which version is in force, so that one publication counts at once on
//! every replica; the parsed policies are kept until the version changes.

mod drafts;
mod simulation;

use std::sync::{Arc, RwLock};

use domain::{Digest, Role};
use store::{NewPublication, PersonRecord, PolicyOrigin, PublicationRecord};

use super::{ServiceError, Services};
use crate::{
    context::Context,
    policy::{PolicyError, PolicyFile, PolicySet},
};

pub use drafts::{DraftHindrance, DraftView};
pub use simulation::{Simulation, SimulationRow, compared};

/// The files that the configuration names.
#[derive(Debug, Clone)]
pub struct ConfiguredPolicy {
    /// A preset, or a folder.
    pub origin: PolicyOrigin,
    /// The preset's name, or the folder.
    pub source: String,
    /// What is in it, checked.
    pub files: Vec<PolicyFile>,
}

/// The policies that were in force when somebody last asked, parsed.
#[derive(Default)]
pub(super) struct PolicyCache(RwLock<Option<Arc<PolicySet>>>);

/// What was in force from when on, and who put it there.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Which version, from when on.
    pub record: PublicationRecord,
    /// Who wrote it and who published it.
    pub editors: Vec<PersonRecord>,
}

/// One version with its texts.
#[derive(Debug, Clone)]
pub struct PolicyVersion {
    /// Which one.
    pub digest: Digest,
    /// Its files.
    pub files: Vec<PolicyFile>,
    /// When it was put in force, the latest first.
    pub publications: Vec<Publication>,
    /// Whether it is in force.
    pub is_in_force: bool,
}

/// How many publications the history shows.
const HISTORY_ROWS: u32 = 100;

impl Services {
    /// Puts the configured files in force, unless they are already. What was published in the
    /// portal stays in force while a preset is configured.
    pub async fn adopt_policy(&self, context: &Context) -> Result<(), ServiceError> {
        let configured = &self.parts.policy;
        let policies = PolicySet::from_files(&configured.files)?;
        let mut tx = self.begin(context).await?;
        let stays = tx.policy_in_force().await?.is_some_and(|known| {
            let is_from_portal = known.origin == PolicyOrigin::Portal;
            let is_same = known.digest == policies.version() && known.origin == configured.origin;
            is_same || is_from_portal && configured.origin == PolicyOrigin::Preset
        });
        if stays {
            drop(tx);
        } else {
            let files = serde_json::to_string(&configured.files)?;
            tx.publish_policy(&NewPublication {
                digest: policies.version(),
                files: &files,
                origin: configured.origin,
                source: &configured.source,
                editors: &[],
            })
            .await?;
            tx.commit().await?;
        }
        self.policy().await.map(drop)
    }

    /// The policies in force.
    pub(super) async fn policy(&self) -> Result<Arc<PolicySet>, ServiceError> {
        let in_force = self.parts.store.policy_in_force().await?;
        let digest = in_force.ok_or(PolicyError::NoneInForce)?.digest;
        let cache = &self.policies.0;
        let kept = cache.read().ok().and_then(|kept| kept.clone());
        if let Some(kept) = kept.filter(|kept| kept.version() == digest) {
            return Ok(kept);
        }
        let policies = Arc::new(PolicySet::from_files(&self.files_of(digest).await?)?);
        if let Ok(mut kept) = cache.write() {
            *kept = Some(Arc::clone(&policies));
        }
        Ok(policies)
    }

    async fn files_of(&self, digest: Digest) -> Result<Vec<PolicyFile>, ServiceError> {
        let files = self.parts.store.policy_version(digest).await?;
        let files = files.ok_or(ServiceError::NotFound { what: "policy" })?;
        Ok(serde_json::from_str(&files)?)
    }

    /// What is and was in force, the latest first.
    pub async fn policy_history(
        &self,
        context: &Context,
    ) -> Result<Vec<Publication>, ServiceError> {
        context.authorise(&Role::ALL)?;
        let records = self.parts.store.policy_publications(HISTORY_ROWS).await?;
        self.publications(records).await
    }

    /// One version, as long as the program has kept it: for ever.
    pub async fn policy_version(
        &self,
        context: &Context,
        digest: Digest,
    ) -> Result<PolicyVersion, ServiceError> {
        context.authorise(&Role::ALL)?;
        let in_force = self.parts.store.policy_in_force().await?;
        let records = self.parts.store.publications_of(digest).await?;
        Ok(PolicyVersion {
            digest,
            files: self.files_of(digest).await?,
            publications: self.publications(records).await?,
            is_in_force: in_force.is_some_and(|in_force| in_force.digest == digest),
        })
    }

    async fn publications(
        &self,
        records: Vec<PublicationRecord>,
    ) -> Result<Vec<Publication>, ServiceError> {
        let mut publications = Vec::with_capacity(records.len());
        for record in records {
            let mut editors = Vec::new();
            for person in &record.editors {
                editors.push(self.existing_person(*person).await?);
            }
            publications.push(Publication { record, editors });
        }
        Ok(publications)
    }

    /// Whether policies come from a folder, and the portal only shows them.
    #[must_use]
    pub fn policy_is_in_files(&self) -> bool {
        self.parts.policy.origin == PolicyOrigin::Directory
    }
}
