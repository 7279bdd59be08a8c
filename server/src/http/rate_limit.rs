//! How often somebody may try, in the memory of this replica.
//!
//! What is guarded here is also proved: the limit only makes guessing and flooding slow.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock as _, DefaultClock},
};
use http::{HeaderValue, StatusCode, header};

use super::{client_address::ClientAddress, problem::Problem};
use crate::context::Context;

/// Above so many keys, those that are back at rest are forgotten.
const KEYS_MAXIMUM: usize = 10_000;

/// So many tries a minute for each key; as many at once.
#[derive(Clone)]
pub struct RateLimit(Arc<DefaultKeyedRateLimiter<String>>);

impl RateLimit {
    /// A limit with nobody counted yet.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self(Arc::new(RateLimiter::keyed(Quota::per_minute(per_minute))))
    }

    /// Counts a try.
    ///
    /// # Errors
    /// A problem that says when to come back.
    pub fn check(&self, key: &str) -> Result<(), TooMany> {
        if self.0.len() > KEYS_MAXIMUM {
            self.0.retain_recent();
        }
        self.0
            .check_key(&key.to_owned())
            .map_err(|not_until| TooMany {
                wait: not_until.wait_time_from(DefaultClock::default().now()),
            })
    }
}

/// Tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// How long to wait.
    pub wait: Duration,
}

impl axum::response::IntoResponse for TooMany {
    /// RFC 6585 section 4.
    fn into_response(self) -> Response {
        let seconds = self.wait.as_secs() + 1;
        let mut response = Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            "Too many requests",
        )
        .detail(format!("Try again in {seconds} seconds."))
        .into_response();
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        response
    }
}

/// Middleware: so many requests from one address.
pub async fn by_address(State(limit): State<RateLimit>, request: Request, next: Next) -> Response {
    match limit.check(&address(&request)) {
        Ok(()) => next.run(request).await,
        Err(too_many) => too_many.into_response(),
    }
}

/// Middleware: so many requests of one person. Expects their [`Context`].
pub async fn by_person(State(limit): State<RateLimit>, request: Request, next: Next) -> Response {
    let actor = request.extensions().get::<Context>();
    let key = actor.map_or_else(String::new, |context| context.actor.name());
    match limit.check(&key) {
        Ok(()) => next.run(request).await,
        Err(too_many) => too_many.into_response(),
    }
}

/// Where the request comes from. Somebody with an IPv6 network has 2^64 addresses in it, so
/// the network counts.
fn address(request: &Request) -> String {
    match request.extensions().get() {
        Some(ClientAddress(IpAddr::V4(address))) => address.to_string(),
        Some(ClientAddress(IpAddr::V6(address))) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_so_many_tries_and_is_told_to_wait() {
        let limit = RateLimit::new(NonZeroU32::new(3).expect("three"));
        for _ in 0..3 {
            assert_eq!(limit.check("a"), Ok(()));
        }
        let refused = limit.check("a").expect_err("a fourth try");
        assert!(refused.wait <= Duration::from_secs(20), "{refused:?}");
        let response = refused.into_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(limit.check("b"), Ok(()));
    }
}
