//! Turns what services say into what pages show.

use app::api::UiError;

use crate::services::ServiceError;

/// The error as a page shows it; what is ours to mend is logged here.
pub fn shown(error: ServiceError) -> UiError {
    match error {
        ServiceError::Forbidden(forbidden) => {
            let needed = forbidden.needed.as_str();
            UiError::forbidden(format!("This needs the role {needed}."))
        }
        ServiceError::Refused { detail, .. } => UiError::forbidden(sentence(&detail)),
        ServiceError::NotFound { .. } => UiError::NotFound,
        ServiceError::Conflict { code, detail } | ServiceError::TooMany { code, detail } => {
            UiError::conflict(code, sentence(&detail))
        }
        ServiceError::Token { code, detail } => UiError::conflict(code, sentence(detail)),
        ServiceError::Invalid { field, detail } => UiError::invalid(field, sentence(&detail)),
        ServiceError::Store(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the store failed");
            UiError::Unavailable
        }
        ServiceError::Warehouse(error) => {
            tracing::warn!(%error, "the warehouse did not do it");
            UiError::Unavailable
        }
        ServiceError::Busy | ServiceError::NoCatalog => UiError::Unavailable,
        ServiceError::Policy(error) => {
            tracing::error!(%error, "the policies in force cannot be used");
            UiError::Unavailable
        }
        ServiceError::Unreadable(error) => {
            tracing::error!(%error, "stored facts cannot be read");
            UiError::Unavailable
        }
    }
}

/// Services speak in lower case without a full stop; pages in sentences.
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    let rest = letters.as_str();
    let stop = if text.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{first}{rest}{stop}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_becomes_a_sentence() {
        assert_eq!(sentence("choose a day"), "Choose a day.");
        assert_eq!(sentence("It is over."), "It is over.");
    }
}
