//! The OpenID provider, from our side: discovery, the way there, and the proof it gives.
//!
//! Code flow with PKCE, state and nonce (`OpenID` Connect Core 1.0, RFC 7636, RFC 9207,
//! RFC 9700).

use std::{sync::Arc, time::Duration};

use domain::Timestamp;
use openidconnect::{
    AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl,
    Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope,
    core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreJsonWebKeySet},
};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use tokio::sync::RwLock;
use url::Url;

use super::{
    claims::{IdClaims, Identified, Metadata, RelyingParty, Tokens, UserInfo, is_incomplete},
    error::{SetUpError, SignInError},
    id_token::{self, Expected, IdTokenFault},
    provider_http::ProviderHttp,
    return_to::ReturnTo,
    session::UnderWay,
    sign_in::CALLBACK,
    sign_out::SIGNED_OUT,
};
use crate::{
    config::{Config, IdentityConfig},
    context::Clock,
    proof::{IssuerKeys, ProofFault, SignedToken},
};

/// For so long what was discovered is believed; a withdrawn key counts no longer than this.
const FRESH_SECONDS: i64 = 900;

/// The provider and what we need to talk to it.
pub(super) struct Provider {
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: Option<ClientSecret>,
    callback: RedirectUrl,
    after_sign_out: String,
    config: IdentityConfig,
    http: ProviderHttp,
    clock: Arc<dyn Clock>,
    keys: IssuerKeys,
    known: RwLock<Option<Arc<Discovered>>>,
}

/// What the provider says of itself.
struct Discovered {
    relying_party: RelyingParty,
    end_session: Option<Url>,
    names_itself: bool,
    at: Timestamp,
}

/// Somebody whom the provider has proved, and the trace of that proof.
pub(super) struct Proved {
    /// Who.
    pub identified: Identified,
    /// SHA-256 of the ID token, which itself is kept nowhere.
    pub token_digest: String,
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
            config: identity.clone(),
            http: ProviderHttp::new()?,
            clock,
            keys: IssuerKeys::new(&identity.issuer, None),
            known: RwLock::new(None),
        })
    }

    /// Begins a sign-in: the address to send the browser to, and what to remember.
    ///
    /// For a step-up the person has to prove anew, and strongly, who they are.
    pub(super) async fn begin(
        &self,
        return_to: ReturnTo,
        step_up: bool,
    ) -> Result<(Url, UnderWay), SignInError> {
        let discovered = self.discovered().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = discovered
            .relying_party
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_max_age(Duration::from_secs(
                self.maximum_age(step_up).unsigned_abs(),
            ))
            .set_pkce_challenge(challenge);
        if step_up {
            request = request.add_prompt(CoreAuthPrompt::Login);
            for acr in &self.config.step_up_acr_values {
                request =
                    request.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
            }
        }
        let (address, state, nonce) = request.url();
        let under_way = UnderWay {
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
            begun_at: self.clock.now(),
            return_to,
            step_up,
        };
        Ok((address, under_way))
    }

    /// How long ago the person may have authenticated, in seconds.
    fn maximum_age(&self, step_up: bool) -> i64 {
        if step_up {
            i64::from(self.config.step_up_minutes) * 60
        } else {
            i64::from(self.config.session_absolute_hours) * 3600
        }
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
    ) -> Result<Proved, SignInError> {
        let discovered = self.discovered().await?;
        let tokens = self.exchange(&discovered, code, under_way).await?;
        let text = tokens.extra_fields().id_token.as_ref();
        let text = text.ok_or(IdTokenFault::Missing)?.0.as_str();
        let claims = self.check(text, under_way).await?;
        let info = self.complete(&discovered, &tokens, &claims).await?;
        let groups_claim = &self.config.groups_claim;
        Ok(Proved {
            identified: Identified::new(&claims, info.as_ref(), groups_claim),
            token_digest: hex::encode(Sha256::digest(text)),
        })
    }

    async fn check(&self, text: &str, under_way: &UnderWay) -> Result<IdClaims, SignInError> {
        let token = SignedToken::read(text).map_err(IdTokenFault::from)?;
        let keys = self.keys_of(&token).await.map_err(|fault| match fault {
            ProofFault::KeysUnavailable => SignInError::ProviderUnavailable,
            fault => IdTokenFault::from(fault).into(),
        })?;
        let expected = Expected {
            issuer: &self.issuer,
            client_id: &self.client_id,
            nonce: &Nonce::new(under_way.nonce.clone()),
            maximum_age_seconds: self.maximum_age(under_way.step_up),
            now: self.clock.now(),
        };
        Ok(id_token::check(text, &token, &keys, &expected)?)
    }

    /// The keys among which that of the token should be.
    pub(super) async fn keys_of(
        &self,
        token: &SignedToken<'_>,
    ) -> Result<Arc<CoreJsonWebKeySet>, ProofFault> {
        let wanted = token.key_id()?;
        self.keys
            .with(wanted.as_ref(), self.http.client(), self.clock.now())
            .await
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
            .map_err(|error| SignInError::unavailable(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(under_way.verifier.clone()));
        request
            .request_async(&self.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(response) => {
                    tracing::warn!(error = %response.error(), "a code was refused");
                    SignInError::CodeRefused
                }
                // Nothing, or nothing that is an answer.
                RequestTokenError::Parse(..) | RequestTokenError::Other(_) => {
                    IdTokenFault::Missing.into()
                }
                error @ RequestTokenError::Request(_) => SignInError::unavailable(&error),
            })
    }

    /// Asks the userinfo endpoint for what the ID token leaves out. The answer has to be
    /// about the same subject.
    async fn complete(
        &self,
        discovered: &Discovered,
        tokens: &Tokens,
        claims: &IdClaims,
    ) -> Result<Option<UserInfo>, SignInError> {
        if !is_incomplete(claims, &self.config.groups_claim) {
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
        info.map(Some)
            .map_err(|error| SignInError::unavailable(&error))
    }

    /// What the provider says of itself, not too long ago.
    async fn discovered(&self) -> Result<Arc<Discovered>, SignInError> {
        let known = self.known.read().await.clone();
        let now = self.clock.now();
        match known {
            Some(known) if now < known.at.plus_seconds(FRESH_SECONDS) => Ok(known),
            _ => self.discover(now).await,
        }
    }

    async fn discover(&self, now: Timestamp) -> Result<Arc<Discovered>, SignInError> {
        let metadata = Metadata::discover_async(self.issuer.clone(), &self.http)
            .await
            .map_err(|error| SignInError::unavailable(&error))?;
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
            at: now,
        });
        *self.known.write().await = Some(Arc::clone(&discovered));
        Ok(discovered)
    }
}
