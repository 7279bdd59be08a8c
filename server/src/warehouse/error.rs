//! What can go wrong between this program and the warehouse.

use super::message::{self, Moment};

/// Why the warehouse gave no answer that can be used.
///
/// No variant carries SQL, a literal, a value from the data, an address or a credential.
/// For the same reason none wraps the error of the HTTP client or the JSON decoder: both
/// quote what they choke on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WarehouseError {
    /// BigQuery understood the request and said no.
    #[error("the warehouse refused ({reason}): {message}")]
    Rejected {
        /// BigQuery's word for it, such as `invalidQuery` or `accessDenied`
        /// (<https://cloud.google.com/bigquery/docs/error-messages>).
        reason: String,
        /// BigQuery's sentence, if it is known to quote no value, else one of ours with a code.
        message: String,
    },
    /// The table, dataset or job does not exist.
    #[error("the warehouse does not have it: {message}")]
    NotFound {
        /// BigQuery's sentence, if it is known to quote no value, else one of ours with a code.
        message: String,
    },
    /// It did not answer in time, or not now; the same call may succeed later.
    #[error("the warehouse cannot be reached: {why}")]
    Unavailable {
        /// What stood in the way.
        why: &'static str,
    },
    /// It answered something that cannot be read as an answer to this call.
    #[error("the warehouse's answer cannot be read: {what}")]
    Undecodable {
        /// What was missing or malformed.
        what: &'static str,
    },
}

impl WarehouseError {
    /// A refusal, with BigQuery's own sentence made safe to show and to store.
    pub(super) fn rejected(reason: &str, message: &str) -> Self {
        Self::Rejected {
            reason: message::reason(reason),
            message: message::without_values(Moment::Request, reason, message),
        }
    }

    /// An absence, with BigQuery's own sentence made safe to show and to store.
    pub(super) fn not_found(message: &str) -> Self {
        Self::NotFound {
            message: message::without_values(Moment::Request, "notFound", message),
        }
    }
}
