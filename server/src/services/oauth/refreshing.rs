//! Refresh tokens (OAuth 2.1 section 4.3): a client to which a person opened a run goes on in it
//! without asking them every ten minutes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Audience;
use secrecy::{ExposeSecret as _, SecretString};
use store::{RunRecord, StoreError};

use super::{GrantError, codes::hash};
use crate::{
    context::Context,
    services::{OpenedRun, RunToken, ServiceError, Services, run_opening::TOKEN_SECONDS},
};

/// Lets secret scanners find them.
const PREFIX: &str = "csr_";

/// By which a client gets its run's next token, once: `csr_` and 256 random bits in base64url
/// (RFC 4648 section 5). The store holds its SHA-256.
#[derive(Debug)]
pub struct RefreshToken(SecretString);

impl RefreshToken {
    pub(in crate::services) fn generate() -> Self {
        let random = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self(format!("{PREFIX}{random}").into())
    }

    /// The text to hand out once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    pub(in crate::services) fn hash(&self) -> String {
        hash(self.reveal())
    }
}

/// A client that brings its refresh token.
pub struct Refreshing<'a> {
    /// Which agent it is.
    pub client_id: &'a str,
    /// Its refresh token.
    pub refresh_token: &'a str,
    /// The door that it names.
    pub audience: Audience,
    /// The thumbprint of the key that it proved.
    pub key: Option<String>,
}

impl Services {
    /// Replaces the tokens of a run: those before count no longer.
    pub async fn refresh_tokens(
        &self,
        context: &Context,
        refreshing: Refreshing<'_>,
    ) -> Result<OpenedRun, GrantError> {
        let store = &self.parts.store;
        let known = store.refresh_token(&hash(refreshing.refresh_token)).await?;
        let known = known.ok_or(GrantError::UnknownRefreshToken)?;
        let run = self.existing_run(known.run).await?;
        let agent = self.acting_agent(refreshing.client_id, context.now).await?;
        if agent.id != run.agent || run.key_thumbprint != refreshing.key {
            return Err(GrantError::UnknownRefreshToken);
        }
        if run.audience != Some(refreshing.audience) {
            return Err(GrantError::Target);
        }
        match self.check_run(&run, context.now).await {
            Ok(()) => self.replace_tokens(context, run, &known.beside).await,
            Err(error @ ServiceError::Token { .. }) => {
                Err(GrantError::opening(error, "invalid_grant"))
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn replace_tokens(
        &self,
        context: &Context,
        run: RunRecord,
        beside: &str,
    ) -> Result<OpenedRun, GrantError> {
        let by_run = context.as_run((&run).into());
        let (token, refresh_token) = (RunToken::generate(), RefreshToken::generate());
        let token_expires_at = run.expires_at.min(context.now.plus_seconds(TOKEN_SECONDS));
        let mut tx = self.begin(&by_run).await?;
        let hashes = (beside, token.hash());
        match tx
            .renew_token(run.id, (hashes.0, &hashes.1), token_expires_at)
            .await
        {
            Ok(()) => {}
            // Of two who bring the same one has taken it (OAuth 2.1 section 4.3.1).
            Err(StoreError::RunEnded) => {
                drop(tx);
                let reason = "its refresh token was used again";
                self.end_by_token(context, &run, reason).await?;
                return Err(GrantError::RefreshTokenUsed);
            }
            Err(error) => return Err(error.into()),
        }
        tx.insert_refresh_token(run.id, (&refresh_token.hash(), &hashes.1))
            .await?;
        tx.commit().await?;
        Ok(OpenedRun {
            run: run.id,
            token,
            token_expires_at,
            refresh_token: Some(refresh_token),
            scope: run.scope,
        })
    }
}
