//! One call of a client: whose key it proves, what it is answered, and the entry of what is
//! refused.

use axum::{
    Json,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use domain::EventName;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::Serialize;

use crate::{
    context::{Actor, Context},
    http::{key_header, problem::Problem, request_id::RequestId},
    services::{GrantError, Refusal, Services},
};

/// A call, without its body.
pub struct Call {
    /// Nobody in particular: clients prove themselves within the call.
    pub context: Context,
    method: Method,
    path: String,
    headers: HeaderMap,
}

/// RFC 6749 section 5.2.
#[derive(Serialize)]
struct ErrorBody {
    error: &'static str,
    error_description: String,
    /// Finer than `error`, and stable.
    code: String,
}

impl Call {
    /// Takes note of the call before its body is read.
    pub fn begin(services: &Services, request: &Request) -> Self {
        let request_id = request.extensions().get::<RequestId>();
        Self {
            context: Context {
                actor: Actor::Anonymous,
                request_id: request_id.map(|id| id.0.clone()).unwrap_or_default(),
                now: services.now(),
            },
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            headers: request.headers().clone(),
        }
    }

    /// The thumbprint of the key that the call proves; none when it proves none.
    pub async fn key(&self, services: &Services) -> Result<Option<String>, GrantError> {
        let place = key_header::Place {
            method: &self.method,
            path: &self.path,
            headers: &self.headers,
        };
        key_header::prove(services, &place, self.context.now).await
    }

    /// The answer; what is refused goes to the ledger first.
    pub async fn end(
        &self,
        services: &Services,
        outcome: Result<impl Serialize, GrantError>,
    ) -> Response {
        match outcome {
            Ok(body) => Json(body).into_response(),
            Err(GrantError::Service(error)) => Problem::from(error).into_response(),
            Err(error) => match self.record(services, &error).await {
                Ok(()) => refused(&error),
                Err(unavailable) => unavailable.into_response(),
            },
        }
    }

    async fn record(&self, services: &Services, error: &GrantError) -> Result<(), Problem> {
        if !error.is_refusal() {
            return Ok(());
        }
        let refusal = Refusal {
            event: EventName::GrantRefused,
            code: &error.code(),
            run: None,
            subject: &self.path,
            details: serde_json::json!({ "error": error.error() }),
        };
        let recorded = services.record_refusal(&self.context, refusal).await;
        recorded.map_err(Problem::from)
    }
}

fn refused(error: &GrantError) -> Response {
    let status = match error.error() {
        "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    };
    let body = ErrorBody {
        error: error.error(),
        error_description: printable(&error.to_string()),
        code: error.code(),
    };
    let mut response = (status, Json(body)).into_response();
    // RFC 9470 section 3.
    if let GrantError::AuthenticationTooOld { maximum_seconds } = error {
        let challenge =
            format!("DPoP error=\"insufficient_user_authentication\", max_age={maximum_seconds}");
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    response
}

/// In the letters that RFC 6749 section 5.2 allows.
fn printable(text: &str) -> String {
    let allowed = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    text.chars()
        .map(|c| if allowed(c) { c } else { '?' })
        .collect()
}
