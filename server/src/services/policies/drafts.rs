//! Drafts: administrators write them together, another administrator publishes.

use domain::{EventName, PersonId, PolicyDraftId, Role};
use store::{DraftRecord, DraftState, NewPublication, PersonRecord, PolicyOrigin};

use super::super::{ServiceError, Services, fresh_uuid};
use crate::{
    context::Context,
    policy::{PolicyError, PolicyFile, PolicySet},
};

/// Who may write and publish.
const WRITERS: [Role; 1] = [Role::Administrator];
/// Who may see drafts.
const READERS: [Role; 2] = [Role::Administrator, Role::Auditor];
const TITLE_MAXIMUM: usize = 200;
/// All files of a draft together.
const TEXT_MAXIMUM: usize = 256 * 1024;

/// Why a person may not publish a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DraftHindrance {
    /// They lack the role.
    NotAdministrator,
    /// Policies come from a folder.
    InFiles,
    /// It was published or given up.
    Closed,
    /// Its authors still work on it.
    NotProposed,
    /// It cannot be used as it is.
    Faulty,
    /// They wrote some of it.
    Author,
}

impl DraftHindrance {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAdministrator => "not_an_administrator",
            Self::InFiles => "policy_in_files",
            Self::Closed => "draft_closed",
            Self::NotProposed => "draft_not_proposed",
            Self::Faulty => "draft_faulty",
            Self::Author => "own_draft",
        }
    }

    /// The sentence for a person.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotAdministrator => "Only administrators publish policies.",
            Self::InFiles => {
                "The policy comes from the files that `[policy] directory` names: change them \
                 there, and start the program anew."
            }
            Self::Closed => "This draft was published or given up already.",
            Self::NotProposed => "Its authors have not proposed it yet.",
            Self::Faulty => "It cannot be used as it is: see what is wrong in its files.",
            Self::Author => "You wrote some of it: another administrator publishes it.",
        }
    }
}

/// A draft with everything that its page shows.
#[derive(Debug, Clone)]
pub struct DraftView {
    /// The draft.
    pub draft: DraftRecord,
    /// Its files.
    pub files: Vec<PolicyFile>,
    /// Everybody who edited it.
    pub authors: Vec<PersonRecord>,
    /// Why it cannot be used as it is.
    pub error: Option<PolicyError>,
    /// Why the person who looks may not publish it.
    pub hindrance: Option<DraftHindrance>,
}

impl Services {
    /// Drafts that are neither published nor given up.
    pub async fn policy_drafts(&self, context: &Context) -> Result<Vec<DraftView>, ServiceError> {
        context.authorise(&READERS)?;
        let mut views = Vec::new();
        for draft in self.parts.store.open_policy_drafts().await? {
            views.push(self.view_draft(context, draft).await?);
        }
        Ok(views)
    }

    /// One draft.
    pub async fn policy_draft(
        &self,
        context: &Context,
        id: PolicyDraftId,
    ) -> Result<DraftView, ServiceError> {
        context.authorise(&READERS)?;
        let found = self.parts.store.policy_draft(id).await?;
        let draft = found.ok_or(ServiceError::NotFound { what: "draft" })?;
        self.view_draft(context, draft).await
    }

    async fn view_draft(
        &self,
        context: &Context,
        draft: DraftRecord,
    ) -> Result<DraftView, ServiceError> {
        let files: Vec<PolicyFile> = serde_json::from_str(&draft.files)?;
        let error = PolicySet::from_files(&files).err();
        let mut authors = Vec::new();
        for author in &draft.authors {
            authors.push(self.existing_person(*author).await?);
        }
        let hindrance = self.draft_hindrance(context, &draft, error.is_some());
        Ok(DraftView {
            draft,
            files,
            authors,
            error,
            hindrance,
        })
    }

    fn draft_hindrance(
        &self,
        context: &Context,
        draft: &DraftRecord,
        is_faulty: bool,
    ) -> Option<DraftHindrance> {
        let Ok(person) = context.authorise(&WRITERS) else {
            return Some(DraftHindrance::NotAdministrator);
        };
        if self.policy_is_in_files() {
            return Some(DraftHindrance::InFiles);
        }
        match draft.state {
            DraftState::Published | DraftState::Discarded => Some(DraftHindrance::Closed),
            DraftState::Editing => Some(DraftHindrance::NotProposed),
            DraftState::Proposed if is_faulty => Some(DraftHindrance::Faulty),
            DraftState::Proposed if draft.authors.contains(&person.id) => {
                Some(DraftHindrance::Author)
            }
            DraftState::Proposed => None,
        }
    }

    /// Begins a draft with the files that are in force.
    pub async fn begin_draft(
        &self,
        context: &Context,
        title: &str,
    ) -> Result<PolicyDraftId, ServiceError> {
        let author = context.authorise(&WRITERS)?.id;
        if self.policy_is_in_files() {
            return Err(refused(DraftHindrance::InFiles));
        }
        let in_force = self.policy().await?.version();
        let draft = DraftRecord {
            id: PolicyDraftId::new(fresh_uuid()),
            title: checked_title(title)?,
            files: serde_json::to_string(&self.files_of(in_force).await?)?,
            state: DraftState::Editing,
            authors: vec![author],
            revision: 1,
            created_at: context.now,
            changed_at: context.now,
        };
        let mut tx = self.begin(context).await?;
        tx.insert_draft(&draft, in_force).await?;
        tx.commit().await?;
        Ok(draft.id)
    }

    /// Keeps new texts. Whoever does is an author, and a proposal is one no longer.
    pub async fn save_draft(
        &self,
        context: &Context,
        (id, revision): (PolicyDraftId, u64),
        files: Vec<PolicyFile>,
    ) -> Result<(), ServiceError> {
        let author = context.authorise(&WRITERS)?.id;
        check_size(&files)?;
        self.change_draft(context, (id, revision), |draft| {
            draft.files = serde_json::to_string(&files)?;
            draft.state = DraftState::Editing;
            add_author(draft, author);
            Ok(())
        })
        .await
    }

    /// Asks the other administrators to publish it.
    pub async fn propose_draft(
        &self,
        context: &Context,
        (id, revision): (PolicyDraftId, u64),
    ) -> Result<(), ServiceError> {
        let author = context.authorise(&WRITERS)?.id;
        self.change_draft(context, (id, revision), |draft| {
            let files: Vec<PolicyFile> = serde_json::from_str(&draft.files)?;
            PolicySet::from_files(&files).map_err(|_| refused(DraftHindrance::Faulty))?;
            draft.state = DraftState::Proposed;
            add_author(draft, author);
            Ok(())
        })
        .await
    }

    /// Gives it up.
    pub async fn discard_draft(
        &self,
        context: &Context,
        (id, revision): (PolicyDraftId, u64),
    ) -> Result<(), ServiceError> {
        context.authorise(&WRITERS)?;
        self.change_draft(context, (id, revision), |draft| {
            draft.state = DraftState::Discarded;
            Ok(())
        })
        .await
    }

    /// Puts exactly the proposed revision in force: at once, and everywhere.
    pub async fn publish_draft(
        &self,
        context: &Context,
        (id, revision): (PolicyDraftId, u64),
    ) -> Result<(), ServiceError> {
        let view = self.policy_draft(context, id).await?;
        if let Some(hindrance) = view.hindrance {
            self.record_refused_publication(context, &view.draft, hindrance)
                .await?;
            return Err(refused(hindrance));
        }
        let publisher = context.authorise(&WRITERS)?.id;
        let policies = PolicySet::from_files(&view.files)?;
        let mut editors = view.draft.authors.clone();
        editors.push(publisher);
        let after = DraftRecord {
            state: DraftState::Published,
            revision: revision + 1,
            ..view.draft
        };
        let mut tx = self.begin(context).await?;
        // Compare-and-swap: what was read meanwhile by nobody is never put in force.
        tx.change_draft(&after, policies.version()).await?;
        tx.publish_policy(&NewPublication {
            digest: policies.version(),
            files: &after.files,
            origin: PolicyOrigin::Portal,
            source: &after.title,
            editors: &editors,
        })
        .await?;
        Ok(tx.commit().await?)
    }

    async fn record_refused_publication(
        &self,
        context: &Context,
        draft: &DraftRecord,
        hindrance: DraftHindrance,
    ) -> Result<(), ServiceError> {
        let mut tx = self.begin(context).await?;
        let payload = serde_json::json!({ "code": hindrance.code() });
        let subject = draft.id.to_string();
        tx.record(EventName::PublicationRefused, &subject, None, &payload)
            .await?;
        Ok(tx.commit().await?)
    }

    async fn change_draft(
        &self,
        context: &Context,
        (id, revision): (PolicyDraftId, u64),
        change: impl FnOnce(&mut DraftRecord) -> Result<(), ServiceError>,
    ) -> Result<(), ServiceError> {
        if self.policy_is_in_files() {
            return Err(refused(DraftHindrance::InFiles));
        }
        let found = self.parts.store.policy_draft(id).await?;
        let mut draft = found.ok_or(ServiceError::NotFound { what: "draft" })?;
        if matches!(draft.state, DraftState::Published | DraftState::Discarded) {
            return Err(refused(DraftHindrance::Closed));
        }
        change(&mut draft)?;
        draft.revision = revision + 1;
        let digest = super::super::assessment::sha256(draft.files.as_bytes());
        let mut tx = self.begin(context).await?;
        tx.change_draft(&draft, digest).await?;
        Ok(tx.commit().await?)
    }
}

fn refused(hindrance: DraftHindrance) -> ServiceError {
    ServiceError::conflict(hindrance.code(), hindrance.sentence())
}

fn add_author(draft: &mut DraftRecord, author: PersonId) {
    if !draft.authors.contains(&author) {
        draft.authors.push(author);
    }
}

fn checked_title(title: &str) -> Result<String, ServiceError> {
    let title = title.trim();
    if title.is_empty() || title.chars().count() > TITLE_MAXIMUM {
        return Err(ServiceError::invalid(
            "title",
            "say in a few words what this policy changes",
        ));
    }
    Ok(title.to_owned())
}

fn check_size(files: &[PolicyFile]) -> Result<(), ServiceError> {
    let is_name = |name: &str| {
        name.strip_suffix(".cedar").is_some_and(|stem| {
            let mut letters = stem.chars();
            !stem.is_empty() && letters.all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
        })
    };
    if !files.iter().all(|file| is_name(&file.name)) {
        let detail = "a file's name ends in `.cedar`, after letters, digits and dashes";
        return Err(ServiceError::invalid("name", detail));
    }
    let mut names: Vec<_> = files.iter().map(|file| &file.name).collect();
    names.sort();
    names.dedup();
    if names.len() != files.len() {
        return Err(ServiceError::invalid(
            "name",
            "two files have the same name",
        ));
    }
    if files.iter().map(|file| file.text.len()).sum::<usize>() > TEXT_MAXIMUM {
        let detail = "all files together are at most 256 KiB";
        return Err(ServiceError::invalid("text", detail));
    }
    Ok(())
}
