//! The end of a session, here and at the provider (`OpenID` Connect RP-Initiated Logout 1.0).

use axum::{
    extract::State,
    response::{AppendHeaders, IntoResponse as _, Redirect, Response},
};
use http::header;
use tower_sessions::Session;

use super::{Identity, error::SignInError, notice};

/// Where the provider sends the browser afterwards.
pub(super) const SIGNED_OUT: &str = "/signed-out";

/// `POST /signout`
pub(super) async fn sign_out(State(identity): State<Identity>, session: Session) -> Response {
    match end(&identity, &session).await {
        Ok(()) => {
            let address = identity.0.provider.end_session().await;
            let address = address.as_ref().map_or(SIGNED_OUT, url::Url::as_str);
            let cookie = [(header::SET_COOKIE, identity.cookie_removal())];
            (AppendHeaders(cookie), Redirect::to(address)).into_response()
        }
        Err(error) => notice::refusal(&identity, error).await,
    }
}

/// `GET /signed-out`
pub(super) async fn signed_out(State(identity): State<Identity>) -> Response {
    notice::signed_out(&identity)
}

/// The session goes first: if the ledger cannot write, the person is out all the same.
async fn end(identity: &Identity, session: &Session) -> Result<(), SignInError> {
    let signed_in = identity.current(session).await?;
    session.flush().await?;
    if let Some(signed_in) = signed_in {
        identity.0.services.record_sign_out(signed_in.id).await?;
    }
    Ok(())
}
