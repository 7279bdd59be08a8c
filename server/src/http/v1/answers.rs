//! `/intents/{id}/answers`: what the agent says when an approver asks.

use axum::{Extension, Json, extract::State};
use domain::QuestionId;
use http::StatusCode;
use serde::Deserialize;

use super::{intents::IntentAt, wire::IntentOut};
use crate::{
    context::Context,
    http::{json::JsonBody, problem::Problem},
    services::Services,
};

/// The body of `POST /intents/{id}/answers`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerIn {
    /// Which question, as the intent names it.
    pub question: QuestionId,
    /// What to say, in at most 1,000 characters.
    pub answer: String,
}

/// `POST /intents/{id}/answers`: 201 with the intent, its questions and answers.
pub async fn answer(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    IntentAt(id): IntentAt,
    JsonBody(body): JsonBody<AnswerIn>,
) -> Result<(StatusCode, Json<IntentOut>), Problem> {
    services
        .answer_question(&context, id, body.question, &body.answer)
        .await?;
    let view = services.intent(&context, id).await?;
    let out = IntentOut::new(view, services.public_url());
    Ok((StatusCode::CREATED, Json(out)))
}
