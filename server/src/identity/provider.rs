//! The OpenID provider, from our side: discovery, the way there, and the proof it gives.
//!
//! Code flow with PKCE, state and nonce (`OpenID` Connect Core 1.0, RFC 7636, RFC 9207,
//! RFC 9700).

use std::{sync::Arc, time::Duration};

use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, SignatureVerificationError, TokenResponse as _,
    core::CoreAuthenticationFlow,
};
use secrecy::ExposeSecret as _;
use tokio::{sync::RwLock, time::Instant};
use url::Url;

use super::{
    claims::{IdClaims, Identified, Metadata, RelyingParty, Tokens, UserInfo, is_incomplete},
    error::{SetUpError, SignInError},
    return_to::ReturnTo,
    session::UnderWay,
    sign_in::CALLBACK,
    sign_out::SIGNED_OUT,
};
use crate::{config::Config, context::Clock};

/// No answer of the provider takes longer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// For so long what was discovered is believed; a withdrawn key counts no longer than this.
const FRESH: Duration = Duration::from_mins(15);
/// An ID token is used right away; older ones were not made for this sign-in.
const TOKEN_AGE_SECONDS: i64 = 600;
/// How far the provider's clock may be ahead of ours.
const CLOCK_SKEW_SECONDS: i64 = 60;

/// The provider and what we need to talk to it.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    callback: RedirectUrl,
    after_sign_out: String,
    scopes: Vec<Scope>,
    groups_claim: String,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    known: RwLock<Option<Arc<Discovered>>>,
}

/// What the provider says of itself, with its keys.
struct Discovered {
    relying_party: RelyingParty,
    end_session: Option<Url>,
    names_itself: bool,
    at: Instant,
}

impl Provider {
    /// Prepares; calls nobody yet.
    pub(super) fn new(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, SetUpError> {
        let identity = &config.identity;
        let secret = identity.client_secret.as_ref();
        Ok(Self {
            issuer: IssuerUrl::new(identity.issuer.clone())?,
            client_id: ClientId::new(identity.client_id.clone()),
            client_secret: secret
                .map(|secret| ClientSecret::new(secret.expose_secret().to_owned())),
            callback: RedirectUrl::new(config.server.page(CALLBACK))?,
            after_sign_out: config.server.page(SIGNED_OUT),
            scopes: identity.scopes.iter().cloned().map(Scope::new).collect(),
            groups_claim: identity.groups_claim.clone(),
            // A redirect could lead the secret, or our requests, to somebody else.
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TIMEOUT)
                .build()?,
            clock,
            known: RwLock::new(None),
        })
    }

    /// Begins a sign-in: the address to send the browser to, and what to remember.
    pub(super) async fn begin(&self, return_to: ReturnTo) -> Result<(Url, UnderWay), SignInError> {
        let discovered = self.discovered().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (address, state, nonce) = discovered
            .relying_party
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.scopes.iter().cloned())
            .set_pkce_challenge(challenge)
            .url();
        let under_way = UnderWay {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            return_to,
        };
        Ok((address, under_way))
    }

    /// Whether the answer names the provider that was asked (RFC 9207 section 2.4).
    pub(super) async fn check_issuer(&self, named: Option<&str>) -> Result<(), SignInError> {
        match named {
            Some(named) if named == self.issuer.as_str() => Ok(()),
            Some(_) => Err(SignInError::WrongIssuer),
            None if self.discovered().await?.names_itself => Err(SignInError::WrongIssuer),
            None => Ok(()),
        }
    }

    /// Exchanges the code, and checks the proof that comes back.
    pub(super) async fn identify(
        &self,
        code: String,
        under_way: &UnderWay,
    ) -> Result<Identified, SignInError> {
        let discovered = self.discovered().await?;
        let tokens = self.exchange(&discovered, code, under_way).await?;
        let nonce = Nonce::new(under_way.nonce.clone());
        let claims = match self.check(&discovered, &tokens, &nonce) {
            // The provider may have begun to sign with a new key.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey,
            )) => {
                let discovered = self.discover().await?;
                self.check(&discovered, &tokens, &nonce)
            }
            checked => checked,
        };
        let claims = claims.map_err(|error| {
            tracing::warn!(%error, "an ID token was refused");
            SignInError::InvalidProof
        })?;
        let info = self.complete(&discovered, &tokens, &claims).await?;
        Ok(Identified::new(&claims, info.as_ref(), &self.groups_claim))
    }

    /// Where to end the session at the provider, if it can be ended. No `id_token_hint`:
    /// tokens do not belong in addresses.
    pub(super) async fn end_session(&self) -> Option<Url> {
        let mut address = self.discovered().await.ok()?.end_session.clone()?;
        address
            .query_pairs_mut()
            .append_pair("client_id", &self.client_id)
            .append_pair("post_logout_redirect_uri", &self.after_sign_out);
        Some(address)
    }

    async fn exchange(
        &self,
        discovered: &Discovered,
        code: String,
        under_way: &UnderWay,
    ) -> Result<Tokens, SignInError> {
        let request = discovered
            .relying_party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| unavailable(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(under_way.verifier.clone()));
        request
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(response) => {
                    tracing::warn!(error = %response.error(), "a code was refused");
                    SignInError::CodeRefused
                }
                error => unavailable(&error),
            })
    }

    /// `OpenID` Connect Core section 3.1.3.7, in full.
    fn check(
        &self,
        discovered: &Discovered,
        tokens: &Tokens,
        nonce: &Nonce,
    ) -> Result<IdClaims, ClaimsVerificationError> {
        let invalid = |message: &str| ClaimsVerificationError::Other(message.to_owned());
        let now = self.clock.now().micros() / 1_000_000;
        let verifier = discovered
            .relying_party
            .id_token_verifier()
            // Others may be named beside us; `azp` then has to say that it is for us.
            .set_other_audience_verifier_fn(|_| true)
            .set_issue_time_verifier_fn(move |issued| {
                let age = now - issued.timestamp();
                if (-CLOCK_SKEW_SECONDS..=TOKEN_AGE_SECONDS).contains(&age) {
                    Ok(())
                } else {
                    Err("issued at another time".to_owned())
                }
            });
        let token = tokens.id_token().ok_or_else(|| invalid("no ID token"))?;
        let claims = token.claims(&verifier, nonce)?;
        match claims.authorized_party() {
            Some(party) if *party == self.client_id => Ok(claims.clone()),
            None if claims.audiences().len() == 1 => Ok(claims.clone()),
            _ => Err(invalid("made for another client")),
        }
    }

    /// Asks the userinfo endpoint for what the ID token leaves out. The answer has to be
    /// about the same subject.
    async fn complete(
        &self,
        discovered: &Discovered,
        tokens: &Tokens,
        claims: &IdClaims,
    ) -> Result<Option<UserInfo>, SignInError> {
        if !is_incomplete(claims, &self.groups_claim) {
            return Ok(None);
        }
        let request = discovered.relying_party.user_info(
            tokens.access_token().clone(),
            Some(claims.subject().clone()),
        );
        // Not every provider has the endpoint.
        let Ok(request) = request else {
            return Ok(None);
        };
        let info = request.request_async(&self.http).await;
        info.map(Some).map_err(|error| unavailable(&error))
    }

    /// What the provider says of itself, at most [`FRESH`] old.
    async fn discovered(&self) -> Result<Arc<Discovered>, SignInError> {
        let known = self.known.read().await.clone();
        match known {
            Some(known) if known.at.elapsed() < FRESH => Ok(known),
            _ => self.discover().await,
        }
    }

    async fn discover(&self) -> Result<Arc<Discovered>, SignInError> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| unavailable(&error))?;
        let other = metadata.additional_metadata().clone();
        let relying_party = RelyingParty::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            self.client_secret.clone(),
        )
        .set_redirect_uri(self.callback.clone());
        let discovered = Arc::new(Discovered {
            relying_party,
            end_session: other.end_session_endpoint,
            names_itself: other.authorization_response_iss_parameter_supported,
            at: Instant::now(),
        });
        *self.known.write().await = Some(Arc::clone(&discovered));
        Ok(discovered)
    }
}

/// Logs what went wrong; the error's own text holds no token.
fn unavailable(error: &dyn std::error::Error) -> SignInError {
    tracing::error!(%error, "the identity provider cannot be used");
    SignInError::ProviderUnavailable
}
