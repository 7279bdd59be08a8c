//! The provider from outside, by its router.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use url::Url;
use url::form_urlencoded::Serializer;

use super::{Client, Settings, router};

const ISSUER: &str = "http://127.0.0.1:9060";
const CALLBACK: &str = "http://127.0.0.1:8080/auth/callback";
const HOME: &str = "http://127.0.0.1:8080/";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0";

fn provider() -> Router {
    let client = Client {
        id: "countersign".into(),
        secret: "top secret: 100%".into(),
        redirect_uris: vec![CALLBACK.into()],
        post_logout_redirect_uris: vec![HOME.into()],
    };
    router(Settings {
        issuer: ISSUER.into(),
        client,
    })
    .unwrap()
}

struct Answer {
    status: StatusCode,
    location: Option<Url>,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// A field of the query string that the browser is sent back with.
    fn returned(&self, field: &str) -> Option<String> {
        let location = self.location.as_ref().expect("a redirect");
        location
            .query_pairs()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.into_owned())
    }
}

async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let location = response.headers().get(header::LOCATION);
    let location = location.map(|value| Url::parse(value.to_str().unwrap()).unwrap());
    let status = response.status();
    let body = axum::body::to_bytes(response.into_body(), 1 << 20)
        .await
        .unwrap();
    Answer {
        status,
        location,
        body: String::from_utf8(body.to_vec()).unwrap(),
    }
}

async fn get(router: &Router, path: &str) -> Answer {
    send(router, Request::get(path).body(Body::empty()).unwrap()).await
}

fn encoded(fields: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(encoded(fields)))
        .unwrap()
}

/// The parameters of a good authorization request, with some replaced; an empty value removes.
fn authorization(replaced: &[(&str, &str)]) -> String {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    let mut fields = vec![
        ("client_id", "countersign"),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile email groups"),
        ("state", "the-state"),
        ("nonce", "the-nonce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in replaced {
        fields.retain(|(field, _)| field != name);
        if !value.is_empty() {
            fields.push((name, value));
        }
    }
    format!("/authorize?{}", encoded(&fields))
}

fn request_name(page: &str) -> &str {
    let (_, rest) = page
        .split_once("name=\"request\" value=\"")
        .expect("the hidden field");
    rest.split_once('"').unwrap().0
}

async fn code_for(router: &Router, person: &str) -> String {
    let page = get(router, &authorization(&[])).await;
    let fields = [("request", request_name(&page.body)), ("person", person)];
    send(router, form("/authorize/choose", &fields))
        .await
        .returned("code")
        .unwrap()
}

/// Exchanges a code with some fields replaced.
async fn exchange(router: &Router, code: &str, replaced: &[(&str, &str)]) -> Answer {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
        ("client_id", "countersign"),
        ("client_secret", "top secret: 100%"),
    ];
    for (name, value) in replaced {
        fields.retain(|(field, _)| field != name);
        fields.push((name, value));
    }
    send(router, form("/token", &fields)).await
}

async fn verified_claims(router: &Router, id_token: &str) -> Value {
    let keys: JwkSet = serde_json::from_str(&get(router, "/jwks").await.body).unwrap();
    let name = jsonwebtoken::decode_header(id_token).unwrap().kid.unwrap();
    let key = DecodingKey::from_jwk(keys.find(&name).unwrap()).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&["countersign"]);
    jsonwebtoken::decode(id_token, &key, &validation)
        .unwrap()
        .claims
}

#[tokio::test]
async fn a_sign_in_gives_a_verifiable_id_token() {
    let router = provider();
    let page = get(&router, &authorization(&[])).await;
    assert_eq!(page.status, StatusCode::OK);
    for name in [
        "Alice Ng",
        "Bo Lindqvist",
        "Chen Wei",
        "Dana Okafor",
        "Eli Navarro",
    ] {
        assert!(page.body.contains(name), "{name} can be chosen");
    }

    let fields = [("request", request_name(&page.body)), ("person", "bo")];
    let back = send(&router, form("/authorize/choose", &fields)).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    assert_eq!(back.returned("state").as_deref(), Some("the-state"));
    assert_eq!(back.returned("iss").as_deref(), Some(ISSUER));

    let tokens = exchange(&router, &back.returned("code").unwrap(), &[]).await;
    assert_eq!(tokens.status, StatusCode::OK);
    let claims = verified_claims(&router, tokens.json()["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["name"], "Bo Lindqvist");
    assert_eq!(claims["email"], "bo@example.com");
    assert_eq!(
        claims["groups"],
        serde_json::json!(["data-stewards", "platform-admins"])
    );
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["azp"], "countersign");
    assert!(claims["auth_time"].is_i64() && claims["sid"].is_string());
}

#[tokio::test]
async fn the_access_token_gives_the_same_person() {
    let router = provider();
    let code = code_for(&router, "dana").await;
    let tokens = exchange(&router, &code, &[]).await.json();
    let authorized = Request::get("/userinfo")
        .header(
            header::AUTHORIZATION,
            format!("Bearer {}", tokens["access_token"].as_str().unwrap()),
        )
        .body(Body::empty())
        .unwrap();

    let claims = verified_claims(&router, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(send(&router, authorized).await.json()["sub"], claims["sub"]);
    assert_eq!(
        get(&router, "/userinfo").await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_stranger_is_never_redirected() {
    let router = provider();
    for wrong in [
        ("client_id", "someone-else"),
        ("redirect_uri", "http://127.0.0.1:8080/auth/callback/"),
        ("redirect_uri", "https://evil.example/"),
        ("redirect_uri", ""),
    ] {
        let answer = get(&router, &authorization(&[wrong])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong:?}");
        assert_eq!(answer.location, None, "{wrong:?}");
    }
}

#[tokio::test]
async fn a_faulty_request_is_told_to_the_client() {
    let router = provider();
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("response_mode", "fragment", "invalid_request"),
        ("scope", "profile", "invalid_scope"),
        ("nonce", "", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "too-short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge_method", "", "invalid_request"),
        ("prompt", "none", "login_required"),
        ("prompt", "none login", "invalid_request"),
        ("max_age", "soon", "invalid_request"),
        ("request", "a.b.c", "request_not_supported"),
    ] {
        let answer = get(&router, &authorization(&[(name, value)])).await;
        assert_eq!(
            answer.returned("error").as_deref(),
            Some(error),
            "{name}={value}"
        );
        assert_eq!(
            answer.returned("state").as_deref(),
            Some("the-state"),
            "{name}={value}"
        );
        assert_eq!(answer.returned("code"), None, "{name}={value}");
    }
}

#[tokio::test]
async fn the_asked_authentication_context_is_answered() {
    let router = provider();
    let mfa = [
        ("acr_values", "urn:unknown https://refeds.org/profile/mfa"),
        ("max_age", "0"),
        ("prompt", "login"),
    ];
    let page = get(&router, &authorization(&mfa)).await;
    let fields = [("request", request_name(&page.body)), ("person", "chen")];
    let code = send(&router, form("/authorize/choose", &fields))
        .await
        .returned("code")
        .unwrap();

    let tokens = exchange(&router, &code, &[]).await.json();
    let claims = verified_claims(&router, tokens["id_token"].as_str().unwrap()).await;
    assert_eq!(claims["acr"], "https://refeds.org/profile/mfa");
    assert!(claims["amr"].as_array().unwrap().contains(&"mfa".into()));
}

#[tokio::test]
async fn a_request_is_answered_once_and_by_a_known_person() {
    let router = provider();
    let page = get(&router, &authorization(&[])).await;
    let request = request_name(&page.body);

    let unknown = send(
        &router,
        form(
            "/authorize/choose",
            &[("request", request), ("person", "mallory")],
        ),
    )
    .await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
    let first = send(
        &router,
        form(
            "/authorize/choose",
            &[("request", request), ("person", "alice")],
        ),
    )
    .await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let second = send(
        &router,
        form(
            "/authorize/choose",
            &[("request", request), ("person", "alice")],
        ),
    )
    .await;
    assert_eq!(second.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let router = provider();
    let code = code_for(&router, "alice").await;

    assert_eq!(exchange(&router, &code, &[]).await.status, StatusCode::OK);
    let again = exchange(&router, &code, &[]).await;
    assert_eq!(again.status, StatusCode::BAD_REQUEST);
    assert_eq!(again.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn a_wrong_exchange_fails_and_spends_the_code() {
    let router = provider();
    for wrong in [
        (
            "code_verifier",
            "another-verifier-of-at-least-forty-three-chars",
        ),
        ("code_verifier", ""),
        ("redirect_uri", HOME),
    ] {
        let code = code_for(&router, "alice").await;
        assert_eq!(
            exchange(&router, &code, &[wrong]).await.json()["error"],
            "invalid_grant",
            "{wrong:?}"
        );
        assert_eq!(
            exchange(&router, &code, &[]).await.json()["error"],
            "invalid_grant",
            "{wrong:?}"
        );
    }
}

#[tokio::test]
async fn a_client_must_prove_itself() {
    let router = provider();
    let code = code_for(&router, "alice").await;
    for wrong in [("client_secret", "guess"), ("client_id", "someone-else")] {
        let answer = exchange(&router, &code, &[wrong]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{wrong:?}");
        assert_eq!(answer.json()["error"], "invalid_client", "{wrong:?}");
    }
    let answer = exchange(&router, &code, &[("grant_type", "password")]).await;
    assert_eq!(answer.json()["error"], "unsupported_grant_type");
}

#[tokio::test]
async fn a_client_may_prove_itself_by_header() {
    let router = provider();
    let code = code_for(&router, "alice").await;
    let credentials = STANDARD.encode("countersign:top+secret%3A+100%25");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let mut request = form("/token", &fields);
    request.headers_mut().insert(
        header::AUTHORIZATION,
        format!("Basic {credentials}").parse().unwrap(),
    );

    assert_eq!(send(&router, request).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_sign_out_returns_only_to_a_registered_address() {
    let router = provider();
    let path = |address| {
        format!(
            "/end_session?{}",
            encoded(&[("post_logout_redirect_uri", address), ("state", "s")])
        )
    };

    let back = get(&router, &path(HOME)).await;
    assert_eq!(
        back.location.unwrap().as_str(),
        "http://127.0.0.1:8080/?state=s"
    );
    let stranger = get(&router, &path("https://evil.example/")).await;
    assert_eq!(
        (stranger.status, stranger.location),
        (StatusCode::BAD_REQUEST, None)
    );
    assert_eq!(get(&router, "/end_session").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_metadata_names_the_endpoints_that_exist() {
    let router = provider();
    let metadata = get(&router, "/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(metadata["issuer"], ISSUER);
    for endpoint in [
        "authorization_endpoint",
        "token_endpoint",
        "userinfo_endpoint",
        "jwks_uri",
        "end_session_endpoint",
    ] {
        let path = metadata[endpoint]
            .as_str()
            .unwrap()
            .strip_prefix(ISSUER)
            .unwrap();
        let answer = get(&router, path).await;
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{endpoint}");
    }
}

#[tokio::test]
async fn a_pipeline_gets_a_token_of_its_own_issuer() {
    let router = provider();
    let metadata = get(&router, "/pipelines/.well-known/openid-configuration").await;
    let metadata: Value = serde_json::from_str(&metadata.body).unwrap();
    let issuer = format!("{ISSUER}/pipelines");
    assert_eq!(metadata["issuer"], issuer);
    assert_eq!(metadata["jwks_uri"], format!("{issuer}/jwks"));

    let answer = get(
        &router,
        "/pipelines/token?audience=https://gate.example.com",
    )
    .await;
    let answer: Value = serde_json::from_str(&answer.body).unwrap();
    let keys: JwkSet = serde_json::from_str(&get(&router, "/pipelines/jwks").await.body).unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&["https://gate.example.com"]);
    let key = DecodingKey::from_jwk(&keys.keys[0]).unwrap();
    let token = answer["value"].as_str().unwrap();
    let claims = jsonwebtoken::decode::<Value>(token, &key, &validation).unwrap();
    assert_eq!(claims.claims["repository_id"], "471100815");
}
