//! A run's token given back (RFC 7009), and told about (RFC 7662).

use store::RunRecord;

use super::GrantError;
use crate::{
    context::Context,
    services::{RunToken, RunView, ServiceError, Services},
};

impl Services {
    /// Ends the run of a token. Whoever holds a token may end it, also somebody who found
    /// it: that is how a leaked one is put out of the world. A token that is not known, or
    /// has ended, is not an error (RFC 7009 section 2.2).
    pub async fn give_token_back(
        &self,
        context: &Context,
        client_id: &str,
        token: &str,
    ) -> Result<(), GrantError> {
        let agent = client_id.parse().map_err(|_| GrantError::UnknownClient)?;
        let Ok(token) = token.parse::<RunToken>() else {
            return Ok(());
        };
        let Some(run) = self.parts.store.run_by_token(&token.hash()).await? else {
            return Ok(());
        };
        if run.agent != agent {
            return Err(GrantError::UnknownClient);
        }
        self.end_by_token(context, &run, "its token was revoked")
            .await
    }

    /// Ends a run by what a client sent; one that has ended is not an error.
    pub(super) async fn end_by_token(
        &self,
        context: &Context,
        run: &RunRecord,
        reason: &str,
    ) -> Result<(), GrantError> {
        let by_run = context.as_run(run.into());
        match self.revoke_run(&by_run, run.id, reason).await {
            Ok(()) | Err(ServiceError::Conflict { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// What a token is worth, for the run that it belongs to: none when it is worth nothing
    /// or belongs to another. Expects the [`Context`] of that run.
    pub async fn introspect_token(
        &self,
        context: &Context,
        token: &str,
    ) -> Result<Option<RunView>, GrantError> {
        let (Some(caller), Ok(token)) = (context.run(), token.parse::<RunToken>()) else {
            return Ok(None);
        };
        match self.parts.store.run_by_token(&token.hash()).await? {
            Some(run) if run.id == caller.run => Ok(Some(self.view_run(run).await?)),
            _ => Ok(None),
        }
    }
}
