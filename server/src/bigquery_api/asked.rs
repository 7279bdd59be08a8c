//! What stands behind the question mark of an address.

use axum::extract::{FromRequestParts, Query};
use http::{StatusCode, request::Parts};
use serde::{Deserialize as _, Deserializer, de::DeserializeOwned};

use crate::http::problem::Problem;

/// The parameters that count; what else is there only shapes an answer, and is passed over.
pub(super) struct Asked<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let read = Query::try_from_uri(&parts.uri);
        let Query(asked) = read.map_err(|_| {
            let title = "A parameter of the address cannot be read";
            Problem::new(StatusCode::BAD_REQUEST, "invalid_parameter", title)
                .detail("Send numbers in digits, and `true` or `false`.")
        })?;
        Ok(Self(asked))
    }
}

/// A yes or no, which Python's clients write with a capital letter.
pub(super) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<bool>, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "true" | "True" => Ok(Some(true)),
        "false" | "False" => Ok(Some(false)),
        _ => Err(serde::de::Error::custom("neither true nor false")),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    struct Wish {
        rows: Option<u64>,
        #[serde(default, deserialize_with = "flag")]
        whole: Option<bool>,
    }

    async fn wish(query: &str) -> Option<(Option<u64>, Option<bool>)> {
        let request = http::Request::get(format!("/?{query}")).body(());
        let (mut parts, ()) = request.expect("a request").into_parts();
        let read = Asked::<Wish>::from_request_parts(&mut parts, &()).await;
        read.ok().map(|Asked(wish)| (wish.rows, wish.whole))
    }

    #[tokio::test]
    async fn flags_are_read_as_any_client_writes_them() {
        assert_eq!(wish("").await, Some((None, None)));
        assert_eq!(wish("rows=5&whole=True").await, Some((Some(5), Some(true))));
        assert_eq!(wish("whole=false&more=x").await, Some((None, Some(false))));
        assert_eq!(wish("whole=yes").await, None);
        assert_eq!(wish("rows=-1").await, None);
    }
}
