//! The end of a session (`OpenID` Connect RP-Initiated Logout 1.0). There is no session here to
//! end: the browser is only sent back to where the relying party may send it.

use std::sync::Arc;

use axum::extract::rejection::{FormRejection, QueryRejection};
use axum::extract::{Form, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use url::Url;

use super::error::PageError;
use super::{Provider, page};

/// What the relying party asks. It has no use for an `id_token_hint`: there is one client.
#[derive(Debug, Deserialize)]
pub(super) struct Parameters {
    client_id: Option<String>,
    post_logout_redirect_uri: Option<String>,
    state: Option<String>,
}

/// `GET /end_session`
pub(super) async fn by_query(
    State(provider): State<Arc<Provider>>,
    parameters: Result<Query<Parameters>, QueryRejection>,
) -> Result<Response, PageError> {
    let Query(parameters) = parameters.map_err(|_| malformed())?;
    sign_out(&provider, &parameters)
}

/// `POST /end_session`
pub(super) async fn by_form(
    State(provider): State<Arc<Provider>>,
    parameters: Result<Form<Parameters>, FormRejection>,
) -> Result<Response, PageError> {
    let Form(parameters) = parameters.map_err(|_| malformed())?;
    sign_out(&provider, &parameters)
}

fn sign_out(provider: &Provider, parameters: &Parameters) -> Result<Response, PageError> {
    let client = &provider.settings.client;
    if parameters
        .client_id
        .as_ref()
        .is_some_and(|id| *id != client.id)
    {
        return Err(PageError::Request(
            "No application is registered under this client_id.",
        ));
    }
    let Some(address) = &parameters.post_logout_redirect_uri else {
        return Ok(page::message("Signed out", "You can close this page.").into_response());
    };
    if !client.post_logout_redirect_uris.contains(address) {
        return Err(PageError::Request(
            "The post_logout_redirect_uri is not registered for this application.",
        ));
    }
    let mut address = Url::parse(address).map_err(|_| malformed())?;
    if let Some(state) = &parameters.state {
        address.query_pairs_mut().append_pair("state", state);
    }
    Ok(Redirect::to(address.as_str()).into_response())
}

fn malformed() -> PageError {
    PageError::Request("The request could not be read.")
}
