//! Parameters of a request (RFC 6749 appendix B), each at most once.

use std::collections::BTreeMap;

use axum::{
    body::Bytes,
    extract::{FromRequest as _, Request},
};
use http::{HeaderMap, header};
use url::form_urlencoded;

use crate::services::GrantError;

/// The parameters of a request. Empty ones count as absent (RFC 6749 section 3.2).
pub struct Parameters(BTreeMap<String, String>);

impl Parameters {
    /// Reads the body.
    pub async fn of(request: Request) -> Result<Self, GrantError> {
        if !is_form(request.headers()) {
            return Err(GrantError::NotAForm);
        }
        let body = Bytes::from_request(request, &()).await;
        Self::read(&body.map_err(|_| GrantError::Unreadable)?)
    }

    /// Reads them as they are written in a body or in a query.
    pub fn read(body: &[u8]) -> Result<Self, GrantError> {
        let mut parameters = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            let before = parameters.insert(name.into_owned(), value.into_owned());
            if before.is_some() {
                return Err(GrantError::RepeatedParameter);
            }
        }
        parameters.retain(|_, value: &mut String| !value.is_empty());
        Ok(Self(parameters))
    }

    /// A parameter that may be absent.
    pub fn optional(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that has to be there.
    pub fn required(&self, name: &'static str) -> Result<&str, GrantError> {
        self.optional(name)
            .ok_or(GrantError::MissingParameter { name })
    }

    /// A parameter that has to be there with this value.
    pub fn expected(&self, name: &'static str, value: &str) -> Result<(), GrantError> {
        if self.required(name)? == value {
            Ok(())
        } else {
            Err(GrantError::BadParameter { name })
        }
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| {
        essence
            .trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}
