//! Turns what services say into problem details, in one place.

use http::StatusCode;

use super::problem::Problem;
use crate::services::ServiceError;

/// When to come back where others need a moment, in seconds.
const MOMENT: u32 = 1;

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let code = error.code();
        let detail = error.to_string();
        match error {
            ServiceError::Forbidden(_) => {
                Self::new(StatusCode::FORBIDDEN, code, "You may not do this").detail(detail)
            }
            ServiceError::Refused { .. } => {
                Self::new(StatusCode::FORBIDDEN, code, "This was refused").detail(detail)
            }
            ServiceError::NotFound { what } => Self::not_found(what),
            ServiceError::Conflict { .. } => {
                Self::new(StatusCode::CONFLICT, code, "This cannot be done now").detail(detail)
            }
            ServiceError::TooMany { .. } => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                code,
                "Too much is going on already",
            )
            .detail(detail)
            .retry_after(Some(MOMENT)),
            ServiceError::Busy => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, code, "Countersign is busy")
                    .detail(detail)
                    .retry_after(Some(MOMENT))
            }
            ServiceError::Invalid { field, detail } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                code,
                "A field of the request is wrong",
            )
            .field(field, detail),
            ServiceError::Token { .. } => Self::new(
                StatusCode::UNAUTHORIZED,
                code,
                "The run token does not count",
            )
            .detail(detail),
            ServiceError::Warehouse(error) => {
                tracing::warn!(%error, "the warehouse did not do it");
                Self::new(
                    StatusCode::BAD_GATEWAY,
                    code,
                    "BigQuery cannot be reached or refused",
                )
                .detail(error.to_string())
            }
            ServiceError::Store(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
                Self::unavailable()
            }
            ServiceError::NoCatalog => {
                tracing::error!("the catalog has not been read yet");
                Self::unavailable()
            }
            ServiceError::Policy(error) => {
                tracing::error!(%error, "the policies in force cannot be used");
                Self::unavailable()
            }
            ServiceError::Unreadable(error) => {
                tracing::error!(%error, "stored facts cannot be read");
                Self::internal()
            }
        }
    }
}
