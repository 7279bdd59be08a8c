//! What keeps other people's pages out: the origin guard and the headers of every answer.
//!
//! The guard belongs on every route that a cookie opens. Agents' routes need none: no
//! browser adds their token by itself.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::Nonce;
use url::Url;

use super::problem::Problem;
use crate::{config::Config, services::LoopbackRedirect};

/// The further address to which this page's form may lead, on the person's own machine.
#[derive(Debug, Clone)]
pub struct FormTarget(pub LoopbackRedirect);

impl FormTarget {
    /// As a source of the content security policy, which has no way to write an address of IPv6.
    fn source(&self) -> String {
        let origin = self.0.origin();
        if origin.contains('[') {
            "http:".to_owned()
        } else {
            origin
        }
    }
}

/// What the browser may be told and whom it may obey; the same for all answers but for the
/// nonce.
#[derive(Debug, Clone)]
pub struct BrowserRules {
    origin: Arc<str>,
    form_targets: Arc<str>,
    https: bool,
}

impl BrowserRules {
    /// The rules that follow from our address and the identity provider's.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let origin = config.server.origin();
        // Browsers hold the redirects after a form against `form-action` too: signing out
        // leads to the identity provider, and so does a form sent after the session's end.
        let form_targets = match Url::parse(&config.identity.issuer) {
            Ok(issuer) => format!("'self' {}", issuer.origin().ascii_serialization()),
            Err(_) => "'self'".to_owned(),
        };
        Self {
            origin: origin.into(),
            form_targets: form_targets.into(),
            https: config.server.is_https(),
        }
    }

    /// The content security policy (CSP level 3) of one answer.
    fn content_security_policy(&self, nonce: &Nonce, further: Option<&FormTarget>) -> String {
        let further = further.map_or_else(String::new, |target| format!(" {}", target.source()));
        format!(
            "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
             style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
             manifest-src 'self'; object-src 'none'; form-action {}{further}; base-uri 'none'; \
             frame-ancestors 'none'",
            self.form_targets
        )
    }
}

/// Headers that every answer carries, whatever it is.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// Middleware: puts the headers on the answer. The nonce of the content security policy is
/// a request extension, from where the portal takes it for its scripts.
pub async fn with_security_headers(
    State(rules): State<BrowserRules>,
    mut request: Request,
    next: Next,
) -> Response {
    let nonce = Nonce::new();
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let further = response.extensions_mut().remove::<FormTarget>();
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Ok(policy) =
        HeaderValue::from_str(&rules.content_security_policy(&nonce, further.as_ref()))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    if rules.https {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    // Pages hold what only this person may see; assets say otherwise for themselves.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Middleware: refuses whatever changes something and does not come from our own pages.
pub async fn refuse_cross_site(
    State(rules): State<BrowserRules>,
    request: Request,
    next: Next,
) -> Response {
    if is_safe(request.method()) || is_ours(request.headers(), &rules.origin) {
        return next.run(request).await;
    }
    tracing::warn!("a request from another site was refused");
    Problem::new(
        StatusCode::FORBIDDEN,
        "cross_site_request",
        "This did not come from our own pages",
    )
    .detail(format!(
        "Open {} and do it there. Agents use /api with their token.",
        rules.origin
    ))
    .into_response()
}

/// Whether the method changes nothing: RFC 9110 section 9.2.1, as far as our routes answer them.
#[must_use]
pub fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers say where a request comes from (Fetch Metadata); where one does not, or the
/// connection is plain HTTP to another machine, the origin has to be ours. Either is set by
/// the browser and by no page.
fn is_ours(headers: &HeaderMap, origin: &str) -> bool {
    let text = |name: HeaderName| headers.get(name).map(HeaderValue::as_bytes);
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == b"same-origin",
        None => text(header::ORIGIN) == Some(origin.as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        Extension, Router,
        body::Body,
        middleware::from_fn_with_state,
        routing::{get, post},
    };
    use tower::ServiceExt as _;

    use super::*;

    fn app(https: bool) -> Router {
        let rules = BrowserRules {
            origin: "https://gate.example.com".into(),
            form_targets: "'self' https://login.example.com".into(),
            https,
        };
        Router::new()
            .route("/", post(async || "done").get(async || "read"))
            .route(
                "/nonce",
                get(async |Extension(nonce): Extension<Nonce>| nonce.to_string()),
            )
            .layer(from_fn_with_state(rules.clone(), refuse_cross_site))
            .layer(from_fn_with_state(rules, with_security_headers))
    }

    async fn post_with(headers: &[(&str, &str)]) -> u16 {
        let mut request = Request::post("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).expect("a request");
        let response = app(true).oneshot(request).await.expect("an answer");
        response.status().as_u16()
    }

    #[tokio::test]
    async fn changes_come_from_our_own_pages_only() {
        let ours = ("origin", "https://gate.example.com");
        assert_eq!(post_with(&[ours]).await, 200);
        assert_eq!(
            post_with(&[ours, ("sec-fetch-site", "same-origin")]).await,
            200
        );
        // Without a referrer, browsers send the origin `null` with forms of our own.
        assert_eq!(
            post_with(&[("origin", "null"), ("sec-fetch-site", "same-origin")]).await,
            200
        );
        let refused: [&[(&str, &str)]; 8] = [
            &[],
            &[("origin", "https://evil.example.com")],
            &[("origin", "http://gate.example.com")],
            &[("origin", "https://gate.example.com.evil.example")],
            &[("origin", "null")],
            &[ours, ("sec-fetch-site", "same-site")],
            &[ours, ("sec-fetch-site", "cross-site")],
            &[("referer", "https://gate.example.com/approvals?x=1")],
        ];
        for headers in refused {
            assert_eq!(post_with(headers).await, 403, "{headers:?}");
        }
    }

    async fn get_page(path: &str, https: bool) -> (HeaderMap, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = app(https).oneshot(request).await.expect("an answer");
        let headers = response.headers().clone();
        let body = axum::body::to_bytes(response.into_body(), 1000)
            .await
            .expect("a body");
        (headers, String::from_utf8(body.to_vec()).expect("UTF-8"))
    }

    #[tokio::test]
    async fn every_answer_carries_the_headers() {
        let (headers, body) = get_page("/", true).await;
        assert_eq!(body, "read");
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        let (headers, _) = get_page("/", false).await;
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn the_policy_names_the_nonce_that_the_page_gets() {
        let (headers, nonce) = get_page("/nonce", true).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY]
            .to_str()
            .expect("text");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(policy.contains(&format!("'nonce-{nonce}'")), "{policy}");
        assert!(!policy.contains("unsafe-inline"), "{policy}");
        assert!(
            policy.contains("form-action 'self' https://login.example.com;"),
            "{policy}"
        );
        assert_ne!(nonce, get_page("/nonce", true).await.1);
    }
}
