//! Intents taken in; the same key again is the same intent.

use std::{collections::BTreeSet, time::Duration};

use domain::{ColumnName, IntentId, PersonId, RunId};
use serde::{Deserialize, Serialize};
use store::{AgentRecord, NewIntent, RunRecord, StoreError};
use tokio::time::timeout;

use super::{
    IntentView, ServiceError, Services, assessment::sha256, caps::require_turn, fresh_uuid,
};
use crate::{
    context::{Context, RunActor},
    failpoints::Failpoint,
    warehouse::Parameter,
};

/// The most columns that one intent may ask for unmasked: people have to weigh each.
const COLUMNS_UNMASKED: usize = 10;
/// How long a request waits for its turn to be judged.
const PATIENCE: Duration = Duration::from_secs(2);

/// A query parameter as an agent gives it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewParameter {
    /// None for a parameter by position.
    #[serde(default)]
    pub name: Option<String>,
    /// GoogleSQL's name of the type.
    #[serde(rename = "type")]
    pub data_type: String,
    /// A scalar, null, or an array of them.
    pub value: serde_json::Value,
}

impl From<NewParameter> for Parameter {
    fn from(new: NewParameter) -> Self {
        Self {
            name: new.name,
            data_type: new.data_type,
            value: new.value,
        }
    }
}

/// A request to run SQL.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The agent's key: the same key is the same request.
    pub idempotency_key: String,
    /// GoogleSQL.
    pub sql: String,
    /// All named, or all by position.
    pub parameters: Vec<NewParameter>,
    /// Why, in the agent's words; empty means the run's purpose.
    pub purpose: String,
    /// A cap below the configured one, in bytes.
    pub maximum_bytes_billed: Option<u64>,
    /// The dataset of the project in which short table names are looked up; none means the
    /// configured one.
    pub default_dataset: Option<String>,
    /// Columns to be read unmasked.
    pub unmask: BTreeSet<ColumnName>,
    /// Why they are needed unmasked.
    pub unmask_reason: String,
}

impl Services {
    /// Takes an intent in, judges it and decides on it. The same key again gives the same
    /// intent again.
    pub async fn submit_intent(
        &self,
        context: &Context,
        submission: Submission,
    ) -> Result<IntentView, ServiceError> {
        let run = acting_run(context)?.run;
        self.take_in(context, run, submission, None).await
    }

    /// Takes an intent of a run in, be it a new one or one that asks again.
    pub(super) async fn take_in(
        &self,
        context: &Context,
        run: RunId,
        submission: Submission,
        asks_again: Option<IntentId>,
    ) -> Result<IntentView, ServiceError> {
        let turn = timeout(PATIENCE, self.judging.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(ServiceError::Busy);
        };
        let run = self.existing_run(run).await?;
        let agent = self.existing_agent(run.agent).await?;
        let new = NewIntent {
            asks_again,
            ..self.new_intent(&run, &agent, submission)?
        };
        let mut tx = self.begin(context).await?;
        match tx.insert_intent(&new).await {
            Ok(()) => {
                require_turn(&mut tx, &agent).await?;
                tx.commit().await?;
                Failpoint::Received.reached();
            }
            Err(StoreError::AlreadyExists) => {
                drop(tx);
                return self.repeated_intent(&new).await;
            }
            Err(other) => return Err(other.into()),
        }
        // A crash from here on leaves a `received` intent, which the executor judges later.
        match self.judge(&context.as_system(), new.id).await {
            // Whoever judged it meanwhile counts.
            Ok(()) | Err(ServiceError::Conflict { .. }) => {}
            Err(other) => return Err(other),
        }
        self.view_intent(self.existing_intent(new.id).await?).await
    }

    /// What the analysis alone says of some SQL. Nothing is kept and nothing runs.
    pub fn analyse(
        &self,
        context: &Context,
        sql: &str,
    ) -> Result<analysis::Analysis, ServiceError> {
        acting_run(context)?;
        let catalog = self.catalog.current()?;
        Ok(analysis::analyse(sql, &catalog))
    }

    pub(super) fn new_intent(
        &self,
        run: &RunRecord,
        agent: &AgentRecord,
        submission: Submission,
    ) -> Result<NewIntent, ServiceError> {
        check_submission(&submission, self.parts.limits.sql_bytes)?;
        let cap = self.parts.warehouse_config.maximum_bytes_billed;
        let cap = cap.min(agent.caps.bytes_per_query);
        let maximum_bytes_billed = submission.maximum_bytes_billed.unwrap_or(cap).min(cap);
        let purpose = Some(submission.purpose)
            .filter(|purpose| !purpose.is_empty())
            .unwrap_or_else(|| run.purpose.clone());
        let configured = self.catalog.default_dataset();
        let mut new = NewIntent {
            id: IntentId::new(fresh_uuid()),
            run: run.id,
            idempotency_key: submission.idempotency_key,
            request_digest: String::new(),
            sql: submission.sql,
            parameters: serde_json::to_string(&submission.parameters)?,
            purpose,
            maximum_bytes_billed,
            default_dataset: submission
                .default_dataset
                .filter(|dataset| dataset != configured),
            unmask: submission.unmask,
            unmask_reason: submission.unmask_reason,
            asks_again: None,
        };
        new.request_digest = request_digest(&new)?;
        Ok(new)
    }

    async fn repeated_intent(&self, new: &NewIntent) -> Result<IntentView, ServiceError> {
        let known = self
            .parts
            .store
            .intent_by_key(new.run, &new.idempotency_key)
            .await?
            .ok_or(ServiceError::NotFound { what: "intent" })?;
        if known.request_digest == new.request_digest {
            self.view_intent(known).await
        } else {
            Err(ServiceError::conflict(
                "idempotency_key_reused",
                "this Idempotency-Key came with another request before; use a new key",
            ))
        }
    }
}

/// Tells one request from another: of everything that is asked. What is not asked for adds
/// nothing, so that a digest says the same as before there was anything to ask.
fn request_digest(new: &NewIntent) -> Result<String, serde_json::Error> {
    let asked = (
        &new.sql,
        &new.parameters,
        &new.purpose,
        new.maximum_bytes_billed,
    );
    let unmask = (&new.unmask, &new.unmask_reason);
    let request = match &new.default_dataset {
        Some(dataset) => serde_json::to_vec(&(asked, unmask, dataset))?,
        None if !new.unmask.is_empty() => serde_json::to_vec(&(asked, unmask.0, unmask.1))?,
        None => serde_json::to_vec(&asked)?,
    };
    Ok(sha256(&request).to_string())
}

pub(super) fn acting_run(context: &Context) -> Result<&RunActor, ServiceError> {
    context.run().ok_or_else(|| {
        ServiceError::refused(
            "run_token_needed",
            "this is for an agent with its run's token",
        )
    })
}

fn check_submission(submission: &Submission, sql_bytes: usize) -> Result<(), ServiceError> {
    let key = &submission.idempotency_key;
    if key.is_empty() || key.len() > 255 || !key.chars().all(|c| c.is_ascii_graphic()) {
        return Err(ServiceError::invalid(
            "Idempotency-Key",
            "send a header Idempotency-Key with 1 to 255 printable ASCII characters",
        ));
    }
    if submission.sql.trim().is_empty() {
        return Err(ServiceError::invalid("sql", "give the SQL to run"));
    }
    if submission.sql.len() > sql_bytes {
        let detail = format!("shorten the SQL to at most {sql_bytes} bytes");
        return Err(ServiceError::invalid("sql", detail));
    }
    if submission.purpose.len() > 1000 {
        return Err(ServiceError::invalid("purpose", "use at most 1000 bytes"));
    }
    let texts = [
        ("sql", &submission.sql),
        ("purpose", &submission.purpose),
        ("unmask_reason", &submission.unmask_reason),
    ];
    // PostgreSQL's texts do not have it, and no query needs it.
    if let Some((field, _)) = texts.into_iter().find(|(_, text)| text.contains('\0')) {
        return Err(ServiceError::invalid(
            field,
            "leave the character U+0000 out",
        ));
    }
    check_unmasking(submission)?;
    let reserved = |name: &String| name.eq_ignore_ascii_case(analysis::SALT_PARAMETER);
    let mut names = submission.parameters.iter().filter_map(|p| p.name.as_ref());
    if names.any(reserved) {
        let detail = "give the parameter another name: this one is kept for masks";
        return Err(ServiceError::invalid("parameters", detail));
    }
    // <https://cloud.google.com/bigquery/docs/datasets#dataset-naming>
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let is_dataset =
        |name: &String| (1..=1024).contains(&name.len()) && name.chars().all(is_allowed);
    if !submission.default_dataset.iter().all(is_dataset) {
        let detail = "name a dataset of the project: letters, digits and `_`";
        return Err(ServiceError::invalid("default_dataset", detail));
    }
    if submission.maximum_bytes_billed == Some(0) {
        let detail = "give at least 1, or leave it out";
        return Err(ServiceError::invalid("maximum_bytes_billed", detail));
    }
    Ok(())
}

/// What is to be read unmasked needs a purpose of its own.
fn check_unmasking(submission: &Submission) -> Result<(), ServiceError> {
    let reason = submission.unmask_reason.trim();
    if submission.unmask.len() > COLUMNS_UNMASKED {
        let detail = format!("ask for at most {COLUMNS_UNMASKED} columns unmasked");
        return Err(ServiceError::invalid("unmask", detail));
    }
    if reason.is_empty() != submission.unmask.is_empty() {
        let detail = "say why the columns in `unmask` are needed unmasked, and only then";
        return Err(ServiceError::invalid("unmask_reason", detail));
    }
    if reason.len() > 1000 {
        return Err(ServiceError::invalid(
            "unmask_reason",
            "use at most 1000 bytes",
        ));
    }
    Ok(())
}

/// Whether this person asked: they can then not be among those who approve.
pub(super) fn is_asker(person: PersonId, run: &RunRecord, owner: PersonId) -> bool {
    person == run.initiator || person == owner
}
