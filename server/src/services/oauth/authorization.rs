//! The authorization code grant (OAuth 2.1 section 4.1), first part: a person is asked in the
//! portal by a client that waits at an address of their own machine, and answers.

use domain::{AgentId, Audience, EventName, Role};
use store::{AgentRecord, AskedRun, GrantRecord, NewAuthorizationCode};

use super::{
    ClientCode, CodeChallenge, GrantError, LoopbackRedirect, codes::hash,
    confirmation::confirmation,
};
use crate::{
    context::Context,
    services::{ServiceError, Services, is_sponsor},
};

/// How long a code counts, in seconds: the client waits for it.
const CODE_SECONDS: i64 = 60;

/// A client that waits for a person's answer.
#[derive(Debug, Clone)]
pub struct WaitingClient {
    /// Which agent it is.
    pub agent: AgentId,
    /// Where it waits.
    pub redirect: LoopbackRedirect,
    /// The challenge of whoever may redeem the code.
    pub challenge: CodeChallenge,
    /// The door that it asks for.
    pub audience: Audience,
}

/// What a person sees before they answer.
#[derive(Debug, Clone)]
pub struct AuthorizationView {
    /// The agent.
    pub agent: AgentRecord,
    /// What it may do now: the widest scope of a run.
    pub grants: Vec<GrantRecord>,
    /// Why this person may not open the run; none when they may.
    pub hindrance: Option<&'static str>,
}

impl Services {
    /// The agent that a client says it is, whether or not it may act: without one nobody is
    /// sent anywhere.
    pub async fn client_agent(&self, client_id: &str) -> Result<AgentId, GrantError> {
        let id = client_id.parse().map_err(|_| GrantError::UnknownClient)?;
        let agent = self.parts.store.agent(id).await?;
        Ok(agent.ok_or(GrantError::UnknownClient)?.id)
    }

    /// What a person sees of the agent before they open a run for a client that waits.
    pub async fn authorization(
        &self,
        context: &Context,
        agent: AgentId,
    ) -> Result<AuthorizationView, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let agent = self.existing_agent(agent).await?;
        let hindrance = if !agent.is_active(context.now) {
            Some("this agent may not act; ask its owner")
        } else if !is_sponsor(person, &agent) {
            Some("only the agent's owner and its sponsors open runs with it")
        } else if !agent.allows_bearer {
            Some(
                "this agent's tokens are bound to its key, which a client in a browser cannot prove",
            )
        } else {
            None
        };
        Ok(AuthorizationView {
            grants: self.active_grants_of(agent.id, context.now).await?,
            agent,
            hindrance,
        })
    }

    /// Grants the run: the client gets a code, for which it alone gets the run's token within a
    /// minute. The run is opened by that, so that none is open whose token nobody has.
    pub async fn grant_authorization(
        &self,
        context: &Context,
        waiting: &WaitingClient,
        asked: AskedRun,
    ) -> Result<ClientCode, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let view = self.authorization(context, waiting.agent).await?;
        if let Some(hindrance) = view.hindrance {
            return Err(ServiceError::refused("may_not_open", hindrance));
        }
        self.check_minutes(asked.minutes)?;
        self.run_scope(&view.agent, person, &asked.scope, context.now)
            .await?;
        let code = ClientCode::generate();
        let new = NewAuthorizationCode {
            code_hash: hash(code.reveal()),
            agent: waiting.agent,
            person: person.id,
            redirect_uri: waiting.redirect.as_str().to_owned(),
            challenge: waiting.challenge.as_str().to_owned(),
            asked: AskedRun {
                audience: Some(waiting.audience),
                ..asked
            },
            confirmation: confirmation(person),
            expires_at: context.now.plus_seconds(CODE_SECONDS),
        };
        let mut tx = self.begin(context).await?;
        tx.insert_authorization_code(&new).await?;
        tx.commit().await?;
        Ok(code)
    }

    /// Refuses the run.
    pub async fn refuse_authorization(
        &self,
        context: &Context,
        agent: AgentId,
    ) -> Result<(), ServiceError> {
        context.person()?;
        let mut tx = self.begin(context).await?;
        let (subject, nothing) = (agent.to_string(), serde_json::json!({}));
        tx.record(EventName::AuthorizationRefused, &subject, None, &nothing)
            .await?;
        Ok(tx.commit().await?)
    }
}
