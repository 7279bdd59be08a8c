//! Jobs that went around the gateway: what BigQuery ran, held against what we wrote down.

use domain::{Digest, EventName, IntentId, Timestamp};
use serde::Serialize;

use super::{ServiceError, Services, assessment::sha256};
use crate::{context::Context, warehouse::PastJob};

/// The label by which our jobs name their intent.
const INTENT_LABEL: &str = "countersign_intent";

/// What came of a comparison.
#[derive(Debug, Clone, Serialize)]
pub struct Reconciliation {
    /// How far it looked back.
    pub since: Timestamp,
    /// How many jobs BigQuery ran.
    pub jobs: usize,
    /// Those that are not what we wrote down, the newest first.
    pub around: Vec<Stray>,
}

/// A job that went around the gateway. Its text is not shown: it may hold anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stray {
    /// Its id at BigQuery, by which its text can be looked up there.
    pub job: String,
    /// Why it counts as one.
    pub because: Because,
    /// In whose name it ran.
    pub account: String,
    /// `QUERY`, `LOAD`, `EXTRACT` or `COPY`.
    pub kind: String,
    /// `SELECT`, `INSERT` …, of a query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement_type: Option<String>,
    /// When it was started.
    pub created_at: String,
    /// The intent that it claims to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub claims: Option<String>,
}

/// Why a job went around the gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// It is none of ours, and does not say that it is.
    NotOurs,
    /// It names an intent that there never was.
    UnknownIntent,
    /// It names an intent whose job is another one.
    OtherJob,
    /// It has the id of a job of ours, and not the labels that we gave it.
    OtherLabels,
    /// It has the id of a job of ours, and ran another text.
    OtherText,
}

impl Because {
    /// One sentence.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotOurs => "it did not come through Countersign",
            Self::UnknownIntent => "it names an intent that there never was",
            Self::OtherJob => "it names an intent whose job is another one",
            Self::OtherLabels => "it is a job of ours with other labels",
            Self::OtherText => "it is a job of ours with another text",
        }
    }
}

impl Services {
    /// Compares the jobs that were started since with the executions on record. The outcome is
    /// an entry of the ledger too.
    pub async fn reconcile(
        &self,
        context: &Context,
        since: Timestamp,
    ) -> Result<Reconciliation, ServiceError> {
        let jobs = self.parts.warehouse.jobs_since(since).await?;
        let mut around = Vec::new();
        for job in &jobs {
            if let Some(because) = self.stray(job).await? {
                around.push(stray(job, because));
            }
        }
        let found = Reconciliation {
            since,
            jobs: jobs.len(),
            around,
        };
        let mut tx = self.begin(context).await?;
        let ids: Vec<&str> = found
            .around
            .iter()
            .map(|stray| stray.job.as_str())
            .collect();
        let payload = serde_json::json!({
            "since": since.to_rfc3339(), "jobs": found.jobs, "around": ids,
        });
        tx.record(EventName::JobsReconciled, "warehouse", None, &payload)
            .await?;
        tx.commit().await?;
        Ok(found)
    }

    /// Why a job is not what we wrote down, if it is not.
    async fn stray(&self, job: &PastJob) -> Result<Option<Because>, ServiceError> {
        let named = job.labels.get(INTENT_LABEL);
        let store = &self.parts.store;
        let Some(execution) = store.execution_of_job(&job.id).await? else {
            let Some(named) = named else {
                return Ok(Some(Because::NotOurs));
            };
            let known = match named.parse::<IntentId>() {
                Ok(intent) => store.intent(intent).await?.is_some(),
                Err(_) => false,
            };
            return Ok(Some(if known {
                Because::OtherJob
            } else {
                Because::UnknownIntent
            }));
        };
        if named != Some(&execution.intent.to_string()) {
            return Ok(Some(Because::OtherLabels));
        }
        let ours = self.text_digest(execution.intent).await?;
        let is_ours = job.text_digest.is_some() && job.text_digest == ours;
        Ok((!is_ours).then_some(Because::OtherText))
    }

    /// SHA-256 of the text that was sent to BigQuery for an intent.
    async fn text_digest(&self, intent: IntentId) -> Result<Option<Digest>, ServiceError> {
        let view = self
            .view_intent(self.existing_intent(intent).await?)
            .await?;
        let sent = view.analysis.and_then(|analysis| analysis.masked_sql);
        Ok(sent.map(|text| sha256(text.as_bytes())))
    }
}

fn stray(job: &PastJob, because: Because) -> Stray {
    Stray {
        job: job.id.clone(),
        because,
        account: job.account.clone(),
        kind: job.kind.clone(),
        statement_type: job.statement_type.clone(),
        created_at: job.created_at.to_rfc3339(),
        claims: job.labels.get(INTENT_LABEL).cloned(),
    }
}
