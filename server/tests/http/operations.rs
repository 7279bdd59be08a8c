//! What whoever starts and watches the program asks.

use axum::body::Body;
use http::{Request, StatusCode};

use crate::support::TestPortal;

#[tokio::test]
async fn it_lives_and_is_ready_and_asks_nobody_who_they_are() {
    let portal = TestPortal::new().await;
    for path in ["/healthz", "/readyz"] {
        let request = Request::get(path).body(Body::empty());
        let answer = portal.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
    }
    portal.finish().await;
}
