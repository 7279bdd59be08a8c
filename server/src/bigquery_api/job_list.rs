//! `jobs.list`: the jobs of this run, the newest first, page by page
//! (<https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs/list>).

use axum::{
    Extension, Json,
    extract::{Path, State},
};
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::{
    job_request::job_of_key,
    job_resource::{JobState, listed},
    jobs::in_our_project,
};
use crate::{
    context::Context,
    http::problem::Problem,
    services::{IntentView, Services},
};

/// Jobs of a page where the client asks for no number, and the most of one.
const JOBS: usize = 1000;

/// What is wanted of the list. `allUsers` widens nothing: a run sees its own jobs.
struct ListAsked {
    most: usize,
    after: Option<String>,
    /// None for jobs in any state.
    states: Option<Vec<JobState>>,
    /// When they were created, in milliseconds since 1970.
    created: (i64, i64),
    is_full: bool,
    /// Whether it is the parts of a script that are wanted. There are none here.
    of_parent: bool,
}

/// `GET /projects/{project}/jobs`.
pub(super) async fn list(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(project): Path<String>,
    uri: Uri,
) -> Result<Json<Value>, Problem> {
    in_our_project(&services, &project)?;
    let asked = ListAsked::of(&uri)?;
    let mut views = match context.run() {
        Some(actor) if !asked.of_parent => services.intents_of_run(&context, actor.run).await?,
        _ => Vec::new(),
    };
    views.reverse();
    let first = asked.first(&views)?;
    let mut fitting = views[first..].iter().filter(|view| asked.fits(view));
    let page: Vec<_> = fitting.by_ref().take(asked.most).collect();
    let jobs = page.iter().filter_map(|view| {
        let id = job_of_key(&view.intent.idempotency_key)?;
        Some(listed(view, id, asked.is_full, &services))
    });
    let mut answer = json!({"kind": "bigquery#jobList", "jobs": jobs.collect::<Vec<_>>()});
    if let (Some(last), Some(_)) = (page.last(), fitting.next()) {
        answer["nextPageToken"] = last.intent.id.to_string().into();
    }
    Ok(Json(answer))
}

impl ListAsked {
    fn of(uri: &Uri) -> Result<Self, Box<Problem>> {
        let mut asked = Self {
            most: JOBS,
            after: None,
            states: None,
            created: (i64::MIN, i64::MAX),
            is_full: false,
            of_parent: false,
        };
        let query = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let wrong = || wrong(&name);
            match &*name {
                "maxResults" => {
                    let most: usize = value.parse().map_err(|_| wrong())?;
                    asked.most = most.clamp(1, JOBS);
                }
                "pageToken" => asked.after = Some(value.into_owned()),
                // It may come several times.
                "stateFilter" => {
                    let state = JobState::named(&value).ok_or_else(wrong)?;
                    asked.states.get_or_insert_default().push(state);
                }
                "minCreationTime" => asked.created.0 = value.parse().map_err(|_| wrong())?,
                "maxCreationTime" => asked.created.1 = value.parse().map_err(|_| wrong())?,
                "projection" if value.eq_ignore_ascii_case("full") => asked.is_full = true,
                "projection" if value.eq_ignore_ascii_case("minimal") => asked.is_full = false,
                "projection" => return Err(wrong()),
                "parentJobId" => asked.of_parent = !value.is_empty(),
                _ => {}
            }
        }
        Ok(asked)
    }

    /// Where the page begins: behind the last of the page before, however many came since.
    fn first(&self, views: &[IntentView]) -> Result<usize, Box<Problem>> {
        let Some(after) = &self.after else {
            return Ok(0);
        };
        let mut views = views.iter();
        let last = views.position(|view| view.intent.id.to_string() == *after);
        last.map(|last| last + 1).ok_or_else(|| wrong("pageToken"))
    }

    fn fits(&self, view: &IntentView) -> bool {
        let created = view.intent.received_at.micros() / 1000;
        let state = JobState::of(view.intent.state);
        job_of_key(&view.intent.idempotency_key).is_some()
            && (self.created.0..=self.created.1).contains(&created)
            && self
                .states
                .as_ref()
                .is_none_or(|states| states.contains(&state))
    }
}

fn wrong(name: &str) -> Box<Problem> {
    let title = "A parameter of the address cannot be read";
    let problem = Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", title);
    Box::new(problem.detail(format!(
        "Send `{name}` as BigQuery's reference of `jobs.list` writes it."
    )))
}
