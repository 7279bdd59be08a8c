//! An intent as BigQuery's job
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/Job>).

use domain::IntentState;
use serde_json::{Value, json};

use crate::services::{IntentView, Services};

/// Where a job stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum JobState {
    Pending,
    Running,
    Done,
}

impl JobState {
    pub(super) const fn of(state: IntentState) -> Self {
        match state {
            IntentState::Received | IntentState::PendingApproval | IntentState::Approved => {
                Self::Pending
            }
            IntentState::Prepared | IntentState::Running => Self::Running,
            IntentState::Blocked
            | IntentState::Denied
            | IntentState::Expired
            | IntentState::Withdrawn
            | IntentState::Stale
            | IntentState::Succeeded
            | IntentState::Failed
            | IntentState::Cancelled => Self::Done,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Running => "RUNNING",
            Self::Done => "DONE",
        }
    }
}

impl JobState {
    /// A state as `stateFilter` writes it.
    pub(super) fn named(name: &str) -> Option<Self> {
        let states = [Self::Pending, Self::Running, Self::Done];
        states
            .into_iter()
            .find(|state| state.as_str().eq_ignore_ascii_case(name))
    }
}

/// Whether a client has nothing more to wait for.
pub(super) fn is_done(view: &IntentView) -> bool {
    JobState::of(view.intent.state) == JobState::Done
}

/// Why a job came to nothing, as clients show it.
pub(super) struct Failure {
    /// BigQuery's word.
    pub(super) reason: &'static str,
    /// Ours, finer and stable.
    pub(super) code: String,
    pub(super) message: String,
}

impl Failure {
    fn wire(&self) -> Value {
        let message = format!("{} [countersign: {}]", self.message, self.code);
        json!({"reason": self.reason, "message": message})
    }
}

/// Why the job failed; none while it has not, or when it succeeded.
pub(super) fn failure(view: &IntentView, public_url: &str) -> Option<Failure> {
    let understood = view
        .analysis
        .as_ref()
        .is_some_and(|analysis| analysis.understood);
    let reason = match view.intent.state {
        IntentState::Blocked if !understood => "invalidQuery",
        IntentState::Blocked | IntentState::Denied | IntentState::Expired | IntentState::Stale => {
            "accessDenied"
        }
        IntentState::Failed => "invalidQuery",
        IntentState::Withdrawn | IntentState::Cancelled => "stopped",
        _ => return None,
    };
    let state = view.intent.state;
    let (code, said) = match (&view.problem, state) {
        (Some(problem), _) => (problem.code.clone(), problem.detail.clone()),
        (None, IntentState::Denied) => {
            let said = format!("People denied it{}", comments(view));
            (state.to_string(), said)
        }
        (None, _) => (state.to_string(), format!("It is {state}")),
    };
    let page = page(view, public_url).map(|page| format!("; see {page}"));
    Some(Failure {
        reason,
        code,
        message: format!("{said}{}", page.unwrap_or_default()),
    })
}

fn comments(view: &IntentView) -> String {
    let comments = view.votes.iter().map(|vote| vote.comment.trim());
    let comments: Vec<_> = comments.filter(|comment| !comment.is_empty()).collect();
    match comments.as_slice() {
        [] => String::new(),
        said => format!(": {}", said.join("; ")),
    }
}

/// Where people decide on it, or did.
fn page(view: &IntentView, public_url: &str) -> Option<String> {
    let approval = view.approval.as_ref()?;
    Some(format!("{public_url}/approvals/{}", approval.id))
}

/// The resource of a job.
pub(super) fn job(view: &IntentView, id: &str, services: &Services) -> Value {
    let (project, location) = (services.project(), services.location());
    json!({
        "kind": "bigquery#job",
        "id": format!("{project}:{location}.{id}"),
        "selfLink": format!("{}/bigquery/v2/projects/{project}/jobs/{id}?location={location}", services.public_url()),
        "jobReference": reference(id, services),
        "configuration": configuration(view, services),
        "status": status(view, services.public_url()),
        "statistics": statistics(view),
    })
}

/// A job in a list of jobs: with its configuration and status only in full, and with its state
/// and its error beside them.
pub(super) fn listed(view: &IntentView, id: &str, is_full: bool, services: &Services) -> Value {
    let mut listed = job(view, id, services);
    listed["state"] = listed["status"]["state"].clone();
    if let Some(error) = listed["status"].get("errorResult").cloned() {
        listed["errorResult"] = error;
    }
    if let (false, Some(members)) = (is_full, listed.as_object_mut()) {
        members.retain(|name, _| name != "configuration" && name != "status");
    }
    listed
}

pub(super) fn reference(id: &str, services: &Services) -> Value {
    json!({"projectId": services.project(), "jobId": id, "location": services.location()})
}

fn configuration(view: &IntentView, services: &Services) -> Value {
    let mut labels = json!({"countersign_intent": view.intent.id.to_string()});
    if let Some(approval) = &view.approval {
        labels["countersign_approval"] = approval.id.to_string().into();
    }
    let mut query =
        json!({"query": view.intent.sql, "useLegacySql": false, "priority": "INTERACTIVE"});
    if let Some(dataset) = &view.intent.default_dataset {
        query["defaultDataset"] = json!({"projectId": services.project(), "datasetId": dataset});
    }
    json!({"jobType": "QUERY", "labels": labels, "query": query})
}

/// What waits names the page where it is decided: among the errors that do not end a job.
fn status(view: &IntentView, public_url: &str) -> Value {
    let mut status = json!({"state": JobState::of(view.intent.state).as_str()});
    if let Some(failure) = failure(view, public_url) {
        status["errorResult"] = failure.wire();
        status["errors"] = json!([failure.wire()]);
    } else if view.intent.state == IntentState::PendingApproval
        && let Some(page) = page(view, public_url)
    {
        let message = format!("People are asked; they decide at {page}");
        status["errors"] = json!([{"reason": "pendingApproval", "message": message}]);
    }
    status
}

fn statistics(view: &IntentView) -> Value {
    let milliseconds = |time: domain::Timestamp| (time.micros() / 1000).to_string();
    let mut statistics = json!({"creationTime": milliseconds(view.intent.received_at)});
    if JobState::of(view.intent.state) != JobState::Pending {
        statistics["startTime"] = milliseconds(view.intent.received_at).into();
    }
    if is_done(view) {
        statistics["endTime"] = milliseconds(view.intent.changed_at).into();
    }
    let mut query = json!({"cacheHit": false});
    if let Some(dry_run) = &view.dry_run {
        query["statementType"] = dry_run.statement_type.as_str().into();
    }
    if let Some(bytes) = view.processed_bytes() {
        statistics["totalBytesProcessed"] = bytes.to_string().into();
        query["totalBytesProcessed"] = bytes.to_string().into();
    }
    statistics["query"] = query;
    statistics
}
