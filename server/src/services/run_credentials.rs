//! Credentials of a run for clients that cannot renew its token: a secret that counts as long as
//! the run, at the token endpoint only, where it is exchanged for tokens of ten minutes.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{Role, RunId};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::{RunRecord, StoreError};

use super::{GrantError, OpenedRun, RunToken, ServiceError, Services, run_opening::TOKEN_SECONDS};
use crate::context::Context;

/// Lets secret scanners find them.
const PREFIX: &str = "csc_";

/// The secret of a run's credentials: `csc_` and 256 random bits in base64url (RFC 4648 section
/// 5). The store holds its SHA-256.
#[derive(Debug)]
pub struct RunCredentials(SecretString);

impl RunCredentials {
    fn generate() -> Self {
        let random = URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        Self(format!("{PREFIX}{random}").into())
    }

    /// The text to hand out once.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Whether this person may hand credentials of the run to clients: it is in their name, and its
/// tokens count without a proof of a key, which such clients cannot give.
#[must_use]
pub fn may_hand_out(context: &Context, run: &RunRecord) -> bool {
    let initiator = context.authorise(&[Role::Initiator]);
    initiator.is_ok_and(|person| person.id == run.initiator) && run.key_thumbprint.is_none()
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}

impl Services {
    /// Hands credentials of a run to the person in whose name it is; those handed out before,
    /// and what they were exchanged for, count no longer.
    pub async fn issue_run_credentials(
        &self,
        context: &Context,
        run: RunId,
    ) -> Result<RunCredentials, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let run = self.existing_run(run).await?;
        if run.initiator != person.id {
            return Err(ServiceError::NotFound { what: "run" });
        }
        if run.key_thumbprint.is_some() {
            return Err(ServiceError::refused(
                "run_bound_to_key",
                "this run's tokens count only with a proof of its key, which these clients \
                 cannot give",
            ));
        }
        self.check_run(&run, context.now).await?;
        let credentials = RunCredentials::generate();
        let mut tx = self.begin(context).await?;
        tx.require_open_run(run.id).await?;
        tx.put_run_credentials(run.id, &hash(credentials.reveal()))
            .await?;
        tx.commit().await?;
        Ok(credentials)
    }

    /// Exchanges a run's credentials for a token of it (RFC 8693), beside those that other
    /// clients hold.
    pub async fn exchange_run_credentials(
        &self,
        context: &Context,
        secret: &str,
    ) -> Result<OpenedRun, GrantError> {
        let secret_hash = hash(secret);
        let run = self.parts.store.run_by_credentials(&secret_hash).await?;
        let run = run.ok_or(GrantError::UnknownCredentials)?;
        match self.check_run(&run, context.now).await {
            Ok(()) => {}
            Err(ServiceError::Token { code, detail }) => {
                return Err(GrantError::RunOver { code, detail });
            }
            Err(other) => return Err(other.into()),
        }
        self.give_token(context, run, &secret_hash).await
    }

    async fn give_token(
        &self,
        context: &Context,
        run: RunRecord,
        secret_hash: &str,
    ) -> Result<OpenedRun, GrantError> {
        let by_run = context.as_run((&run).into());
        let token = RunToken::generate();
        let token_expires_at = run.expires_at.min(context.now.plus_seconds(TOKEN_SECONDS));
        let mut tx = self.begin(&by_run).await?;
        // The run may have ended, or its credentials been replaced, since they were looked up.
        let over = |error| match error {
            StoreError::RunEnded => GrantError::UnknownCredentials,
            other => other.into(),
        };
        tx.require_open_run(run.id).await.map_err(over)?;
        let hashes = (secret_hash, token.hash());
        tx.insert_exchanged_token(run.id, (hashes.0, &hashes.1), token_expires_at)
            .await
            .map_err(over)?;
        tx.commit().await?;
        Ok(OpenedRun {
            run: run.id,
            token,
            token_expires_at,
            refresh_token: None,
            scope: run.scope,
        })
    }
}
