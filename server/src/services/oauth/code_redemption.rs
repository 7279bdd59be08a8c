//! The authorization code grant (OAuth 2.1 section 4.1), last part: the client brings its code
//! and the verifier behind its challenge, and gets the run's token.

use domain::{Audience, Door, RunId};
use store::AuthorizationCodeRecord;

use super::{CodeChallenge, GrantError, codes::hash};
use crate::{
    context::{Actor, Context},
    services::{NewRun, OpenedRun, ServiceError, Services, run_opening::CODE_USED},
};

/// A client that brings its code.
pub struct RedeemingCode<'a> {
    /// Which agent it is.
    pub client_id: &'a str,
    /// Its code.
    pub code: &'a str,
    /// The verifier behind the challenge that it sent before.
    pub verifier: &'a str,
    /// The address at which it waited.
    pub redirect_uri: &'a str,
    /// The door that it names.
    pub audience: Audience,
    /// The thumbprint of the key that it proved, to which the token is bound then.
    pub key: Option<String>,
}

impl Services {
    /// Opens the run that a person granted.
    pub async fn redeem_authorization_code(
        &self,
        context: &Context,
        redeeming: RedeemingCode<'_>,
    ) -> Result<OpenedRun, GrantError> {
        let code_hash = hash(redeeming.code);
        let store = &self.parts.store;
        let granted = store.authorization_code(&code_hash).await?;
        let granted = granted.ok_or(GrantError::UnknownCode)?;
        if let Some(run) = granted.run {
            return self.end_replayed(context, run).await;
        }
        let agent = self.acting_agent(redeeming.client_id, context.now).await?;
        let is_over = context.now >= granted.expires_at;
        if agent.id != granted.agent || is_over || !is_of(&granted, &redeeming) {
            return Err(GrantError::UnknownCode);
        }
        if granted.asked.audience != Some(redeeming.audience) {
            return Err(GrantError::Target);
        }
        self.open_granted(context, granted, code_hash, redeeming.key)
            .await
    }

    /// The code is used up in the same transaction.
    async fn open_granted(
        &self,
        context: &Context,
        granted: AuthorizationCodeRecord,
        code_hash: String,
        key: Option<String>,
    ) -> Result<OpenedRun, GrantError> {
        let confirmation = &granted.confirmation;
        let person = self.confirming_person(granted.person, confirmation).await?;
        let by_person = Context {
            actor: Actor::Person(person),
            ..context.clone()
        };
        let new = NewRun {
            agent: granted.agent,
            purpose: granted.asked.purpose,
            ticket: granted.asked.ticket,
            scope: granted.asked.scope,
            minutes: granted.asked.minutes,
            door: Door::Portal,
            key_thumbprint: key,
            audience: granted.asked.audience,
            code_hash: Some(code_hash.clone()),
            session: None,
            proof: None,
        };
        match self.open_run(&by_person, new).await {
            Ok(opened) => Ok(opened),
            Err(ServiceError::Conflict {
                code: CODE_USED, ..
            }) => {
                let granted = self.parts.store.authorization_code(&code_hash).await?;
                match granted.and_then(|granted| granted.run) {
                    Some(run) => self.end_replayed(context, run).await,
                    None => Err(GrantError::UnknownCode),
                }
            }
            Err(error) => Err(GrantError::opening(error, "invalid_grant")),
        }
    }

    /// Of two who bring the same code one has taken it: neither keeps what it opened
    /// (OAuth 2.1 section 4.1.3).
    async fn end_replayed(&self, context: &Context, run: RunId) -> Result<OpenedRun, GrantError> {
        let run = self.existing_run(run).await?;
        let ended = self.end_by_token(context, &run, "its authorization code was used again");
        ended.await?;
        Err(GrantError::CodeUsed)
    }
}

fn is_of(granted: &AuthorizationCodeRecord, redeeming: &RedeemingCode<'_>) -> bool {
    let challenge = granted.challenge.parse::<CodeChallenge>();
    granted.redirect_uri == redeeming.redirect_uri
        && challenge.is_ok_and(|challenge| challenge.is_of(redeeming.verifier))
}
