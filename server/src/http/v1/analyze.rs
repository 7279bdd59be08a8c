//! `/analyze`: what the analysis says, without submitting anything.

use axum::{Extension, Json, extract::State};

use super::wire::AnalyzeIn;
use crate::{
    context::Context,
    http::{json::JsonBody, problem::Problem},
    services::Services,
};

/// `POST /analyze`.
pub async fn analyze(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    JsonBody(body): JsonBody<AnalyzeIn>,
) -> Result<Json<analysis::Analysis>, Problem> {
    Ok(Json(services.analyse(&context, &body.sql)?))
}
