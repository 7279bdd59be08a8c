//! The authorization endpoint: checks the request, shows the people, sends the browser back
//! with a code (`OpenID` Connect Core section 3.1.2, PKCE by RFC 7636, `iss` by RFC 9207).

use std::sync::Arc;
use std::time::Instant;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use time::OffsetDateTime;
use url::Url;

use super::Provider;
use super::error::PageError;
use super::grants::{Request, SignIn, random_name};
use super::{page, people};

/// The authentication contexts that can be asked for: one factor, or several. The sandbox
/// plays along with whichever the relying party wants, so that a step-up can be tried.
pub(super) const ACR_VALUES: [&str; 2] = [SINGLE_FACTOR, "https://refeds.org/profile/mfa"];
/// The default: one factor.
const SINGLE_FACTOR: &str = "https://refeds.org/profile/sfa";

/// What the relying party asks.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    client_id: String,
    redirect_uri: String,
    response_type: String,
    response_mode: Option<String>,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
    code_challenge_method: String,
    prompt: String,
    max_age: Option<String>,
    acr_values: String,
    request: Option<String>,
    request_uri: Option<String>,
}

/// Which person answers which request.
#[derive(Debug, Deserialize)]
pub(super) struct Choice {
    request: String,
    person: String,
}

/// An error that the relying party hears of (RFC 6749 section 4.1.2.1).
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    code: &'static str,
    description: &'static str,
}

/// `GET /authorize`
pub(super) async fn by_query(
    State(provider): State<Arc<Provider>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, PageError> {
    let Query(parameters) = parameters.map_err(|_| malformed())?;
    ask(&provider, parameters)
}

/// `POST /authorize`
pub(super) async fn by_form(
    State(provider): State<Arc<Provider>>,
    parameters: Result<Form<Parameters>, FormRejection>,
) -> Result<Response, PageError> {
    let Form(parameters) = parameters.map_err(|_| malformed())?;
    ask(&provider, parameters)
}

/// `POST /authorize/choose`
pub(super) async fn choose(
    State(provider): State<Arc<Provider>>,
    choice: Result<Form<Choice>, FormRejection>,
) -> Result<Response, PageError> {
    let Form(choice) = choice.map_err(|_| malformed())?;
    let person =
        people::by_key(&choice.person).ok_or(PageError::Request("There is no such person."))?;
    let mut grants = provider.grants();
    let request = grants.take_request(&choice.request, Instant::now()).ok_or(
        PageError::Request(
            "This sign-in has been used or is too old. Start again from the page you came from.",
        ),
    )?;
    let sign_in = SignIn {
        person,
        at: OffsetDateTime::now_utc(),
        session: random_name()?,
        request: request.clone(),
    };
    let code = grants.issue_code(sign_in, Instant::now())?;
    send_back(
        &provider,
        &request.redirect_uri,
        &request.state,
        &[("code", &code)],
    )
}

/// Shows the sign-in page, or says why not: to the relying party where its address is known to
/// be its own, else to the person.
fn ask(provider: &Provider, parameters: Parameters) -> Result<Response, PageError> {
    let client = &provider.settings.client;
    if parameters.client_id != client.id {
        return Err(PageError::Request(
            "No application is registered under this client_id.",
        ));
    }
    if !client.redirect_uris.contains(&parameters.redirect_uri) {
        return Err(PageError::Request(
            "The redirect_uri is not registered for this application.",
        ));
    }
    if let Err(refusal) = check(&parameters) {
        let fields = [
            ("error", refusal.code),
            ("error_description", refusal.description),
        ];
        return send_back(
            provider,
            &parameters.redirect_uri,
            &parameters.state,
            &fields,
        );
    }
    let return_address = parameters.redirect_uri.clone();
    let request = Request {
        acr: acr(&parameters.acr_values),
        redirect_uri: parameters.redirect_uri,
        state: parameters.state,
        nonce: parameters.nonce,
        code_challenge: parameters.code_challenge,
        scope: parameters.scope,
    };
    let name = provider.grants().await_person(request, Instant::now())?;
    Ok(page::choose_person(&name, &return_address).into_response())
}

fn check(parameters: &Parameters) -> Result<(), Refusal> {
    let refuse = |code, description| Err(Refusal { code, description });
    if parameters.request.is_some() {
        return refuse("request_not_supported", "request objects are not supported");
    }
    if parameters.request_uri.is_some() {
        return refuse(
            "request_uri_not_supported",
            "request objects are not supported",
        );
    }
    if parameters.response_type != "code" {
        return refuse("unsupported_response_type", "response_type must be code");
    }
    if parameters
        .response_mode
        .as_deref()
        .is_some_and(|mode| mode != "query")
    {
        return refuse("invalid_request", "response_mode must be query");
    }
    if !parameters.scope.split(' ').any(|scope| scope == "openid") {
        return refuse("invalid_scope", "scope must contain openid");
    }
    if parameters.state.is_empty() || parameters.nonce.is_empty() {
        return refuse("invalid_request", "state and nonce are required");
    }
    if parameters.code_challenge_method != "S256" || !is_sha256(&parameters.code_challenge) {
        return refuse("invalid_request", "PKCE with S256 is required");
    }
    // Every sign-in asks anew, so any max_age holds; it only has to be a number of seconds.
    if parameters
        .max_age
        .as_deref()
        .is_some_and(|age| age.parse::<u32>().is_err())
    {
        return refuse("invalid_request", "max_age must be a number of seconds");
    }
    check_prompt(&parameters.prompt)
}

/// `OpenID` Connect Core section 3.1.2.1: `none` stands alone, and cannot be had here.
fn check_prompt(prompt: &str) -> Result<(), Refusal> {
    let mut prompts = prompt.split(' ').filter(|value| !value.is_empty());
    if prompt == "none" {
        return Err(Refusal {
            code: "login_required",
            description: "there is no session to go by",
        });
    }
    if prompts.all(|value| ["login", "select_account", "consent"].contains(&value)) {
        return Ok(());
    }
    Err(Refusal {
        code: "invalid_request",
        description: "prompt is not understood",
    })
}

/// Whether the text is the base64url form of 32 bytes.
fn is_sha256(text: &str) -> bool {
    URL_SAFE_NO_PAD
        .decode(text)
        .is_ok_and(|bytes| bytes.len() == 32)
}

/// The first known authentication context of those asked for, in order of preference.
fn acr(asked: &str) -> &'static str {
    asked
        .split(' ')
        .find_map(|value| ACR_VALUES.into_iter().find(|known| *known == value))
        .unwrap_or(SINGLE_FACTOR)
}

fn send_back(
    provider: &Provider,
    redirect_uri: &str,
    state: &str,
    fields: &[(&str, &str)],
) -> Result<Response, PageError> {
    let mut address = Url::parse(redirect_uri).map_err(|_| malformed())?;
    {
        let mut query = address.query_pairs_mut();
        query.extend_pairs(fields);
        if !state.is_empty() {
            query.append_pair("state", state);
        }
        query.append_pair("iss", &provider.settings.issuer);
    }
    Ok(Redirect::to(address.as_str()).into_response())
}

fn malformed() -> PageError {
    PageError::Request("The request could not be read.")
}
