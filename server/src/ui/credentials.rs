//! A run's file of credentials for BigQuery's own clients.

use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use domain::RunId;
use http::header;

use crate::{
    context::Context,
    http::{oauth::credentials_file, problem::Problem},
    services::Services,
};

/// `POST /runs/{id}/credentials`: the file, whose secret is shown nowhere else.
pub async fn hand_out(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let run: RunId = id.parse().map_err(|_| Problem::not_found("run"))?;
    let credentials = services.issue_run_credentials(&context, run).await?;
    let file = credentials_file(services.public_url(), run, &credentials);
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"countersign-{}.json\"", run.short()),
        ),
    ];
    Ok((headers, format!("{file:#}\n")).into_response())
}
