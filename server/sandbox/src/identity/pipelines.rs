//! Stands in for GitHub Actions' provider of ID tokens, for one sample pipeline.
//!
//! It speaks GitHub's protocol: a job asks `ACTIONS_ID_TOKEN_REQUEST_URL` for a token for an
//! audience, and verifiers find the keys by discovery. What it leaves out is proof that it is
//! the job that asks: whoever reaches it is the sample pipeline.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::routing::get;
use axum::{Json, Router};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::Provider;
use super::error::TokenError;

/// How long a token is good for, as GitHub's are.
const LIFETIME: Duration = Duration::minutes(5);

/// What a job asks for.
#[derive(Deserialize)]
struct Wanted {
    /// For whom the token is to be.
    audience: String,
}

/// The routes of the pipelines' own issuer.
pub(super) fn router() -> Router<Arc<Provider>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(metadata))
        .route("/jwks", get(keys))
        .route("/token", get(token))
}

fn issuer(provider: &Provider) -> String {
    format!("{}/pipelines", provider.settings.issuer)
}

/// `GET /pipelines/.well-known/openid-configuration`
async fn metadata(State(provider): State<Arc<Provider>>) -> Json<Value> {
    let issuer = issuer(&provider);
    Json(json!({
        "issuer": issuer,
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// `GET /pipelines/jwks`
async fn keys(State(provider): State<Arc<Provider>>) -> Json<JwkSet> {
    Json(provider.key.public_keys())
}

/// `GET /pipelines/token?audience=…`: claims as GitHub documents them ("About security
/// hardening with `OpenID` Connect"), of a scheduled job of the main branch.
async fn token(
    State(provider): State<Arc<Provider>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Value>, TokenError> {
    let now = OffsetDateTime::now_utc();
    let workflow = "acme/churn/.github/workflows/nightly.yml@refs/heads/main";
    let claims = json!({
        "iss": issuer(&provider),
        "aud": wanted.audience,
        "sub": "repo:acme/churn:ref:refs/heads/main",
        "jti": Uuid::new_v4(),
        "iat": now.unix_timestamp(),
        "nbf": (now - LIFETIME).unix_timestamp(),
        "exp": (now + LIFETIME).unix_timestamp(),
        "repository": "acme/churn",
        "repository_id": "471100815",
        "repository_owner": "acme",
        "repository_owner_id": "4242",
        "workflow": "nightly",
        "workflow_ref": workflow,
        "job_workflow_ref": workflow,
        "ref": "refs/heads/main",
        "ref_type": "branch",
        "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "actor": "alice-ng",
        "event_name": "schedule",
        "run_id": "1187",
        "run_attempt": "1",
        "runner_environment": "github-hosted",
    });
    let value = provider.key.sign(&claims)?;
    Ok(Json(json!({ "value": value })))
}
