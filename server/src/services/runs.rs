//! Runs: proved by a token at every request, renewed, read.

use domain::{AgentState, Audience, IntentState, Role, RunEnd, RunId, Timestamp};
use store::{AgentRecord, IntentRecord, PersonRecord, RunRecord, StoreError};

use super::{RunToken, ServiceError, Services, run_opening::TOKEN_SECONDS};
use crate::context::{Actor, Context, RunActor};

/// What came with a run's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Nothing else (RFC 6750).
    Bearer,
    /// A proof of this key, checked by the door (RFC 9449); its RFC 7638 thumbprint.
    Key(String),
}

/// A run with everything that pages show of it.
#[derive(Debug, Clone)]
pub struct RunView {
    /// The run.
    pub run: RunRecord,
    /// Its agent.
    pub agent: AgentRecord,
    /// In whose name.
    pub initiator: PersonRecord,
    /// What the agent asked, in order.
    pub intents: Vec<IntentRecord>,
}

impl RunView {
    /// How many of its intents stand in one of these states.
    #[must_use]
    pub fn count(&self, states: &[IntentState]) -> usize {
        let stands = |intent: &&IntentRecord| states.contains(&intent.state);
        self.intents.iter().filter(stands).count()
    }
}

impl From<&RunRecord> for RunActor {
    fn from(run: &RunRecord) -> Self {
        Self {
            run: run.id,
            agent: run.agent,
            initiator: run.initiator,
        }
    }
}

const TOKEN_UNKNOWN: ServiceError = refused(
    "token_unknown",
    "this run token is not known; open a run in the portal and use its token",
);
const TOKEN_RENEWED: ServiceError = refused(
    "token_renewed",
    "this run token was replaced by a renewal; use the new one",
);
const TOKEN_EXPIRED: ServiceError = refused(
    "token_expired",
    "this run token's ten minutes are over; renew it in time by POST /api/v1/runs/current/renew, \
     or open a new run",
);
const PROOF_MISSING: ServiceError = refused(
    "proof_missing",
    "this run token is bound to a key; send it as `DPoP` with a proof of that key",
);
const PROOF_OF_OTHER_KEY: ServiceError = refused(
    "proof_of_other_key",
    "the proof is of another key than the one that this run token is bound to",
);
const PROOF_UNEXPECTED: ServiceError = refused(
    "proof_unexpected",
    "this run token is bound to no key; send it as `Bearer`",
);
const OTHER_AUDIENCE: ServiceError = refused(
    "token_audience",
    "this run token was asked for another door (RFC 8707); ask for one with the `resource` of \
     this one",
);

const fn refused(code: &'static str, detail: &'static str) -> ServiceError {
    ServiceError::Token { code, detail }
}

impl Services {
    /// Proves a token at a door (none: where every token counts), by the store as it is now:
    /// the run must be open, its agent active, the token neither renewed nor too old nor asked
    /// for another door, and the proof the one that the token is bound to.
    pub async fn authenticate(
        &self,
        token: &RunToken,
        proof: &Proof,
        door: Option<Audience>,
        now: Timestamp,
    ) -> Result<RunActor, ServiceError> {
        let hash = token.hash();
        let Some(run) = self.parts.store.run_by_token(&hash).await? else {
            return match self.parts.store.run_by_renewed_token(&hash).await? {
                Some(_) => Err(TOKEN_RENEWED),
                None => Err(TOKEN_UNKNOWN),
            };
        };
        self.check_run(&run, now).await?;
        if now >= run.token_expires_at {
            return Err(TOKEN_EXPIRED);
        }
        if let (Some(meant), Some(here)) = (run.audience, door)
            && meant != here
        {
            return Err(OTHER_AUDIENCE);
        }
        match (&run.key_thumbprint, proof) {
            (None, Proof::Bearer) => {}
            (Some(bound), Proof::Key(shown)) if bound == shown => {}
            (Some(_), Proof::Bearer) => return Err(PROOF_MISSING),
            (Some(_), Proof::Key(_)) => return Err(PROOF_OF_OTHER_KEY),
            (None, Proof::Key(_)) => return Err(PROOF_UNEXPECTED),
        }
        Ok(RunActor::from(&run))
    }

    /// The run that a token names or named, whether or not it still counts.
    pub async fn run_of_token(&self, token: &RunToken) -> Result<Option<RunId>, ServiceError> {
        let hash = token.hash();
        let run = match self.parts.store.run_by_token(&hash).await? {
            Some(run) => Some(run),
            None => self.parts.store.run_by_renewed_token(&hash).await?,
        };
        Ok(run.map(|run| run.id))
    }

    /// Replaces the token of the run that acts by a new one, bound to the same key, within
    /// the run's time. The old one counts no longer.
    pub async fn renew_token(
        &self,
        context: &Context,
        old: &RunToken,
    ) -> Result<(RunToken, Timestamp), ServiceError> {
        let actor = super::intents::acting_run(context)?;
        let run = self.existing_run(actor.run).await?;
        let new = RunToken::generate();
        let expires_at = run.expires_at.min(context.now.plus_seconds(TOKEN_SECONDS));
        let mut tx = self.begin(context).await?;
        let hashes = (old.hash(), new.hash());
        let renewed = tx.renew_token(run.id, (&hashes.0, &hashes.1), expires_at);
        renewed.await.map_err(|error| match error {
            StoreError::RunEnded => TOKEN_RENEWED,
            other => other.into(),
        })?;
        tx.commit().await?;
        Ok((new, expires_at))
    }

    /// Whether the run may still act, and why not.
    pub(super) async fn check_run(
        &self,
        run: &RunRecord,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let refuse = |code, detail| Err(ServiceError::Token { code, detail });
        if let Some(because) = run.ended_because {
            return refuse(because.as_str(), because.advice());
        }
        if !run.is_active(now) {
            return refuse(
                "run_expired",
                "this run's time is over; open a new one in the portal",
            );
        }
        let agent = self.existing_agent(run.agent).await?;
        match agent.state_at(now) {
            AgentState::Active => {
                self.require_good_standing([run.initiator, agent.owner])
                    .await
            }
            AgentState::Proposed => refuse("agent_proposed", "this agent is not confirmed"),
            AgentState::Suspended => refuse(
                RunEnd::AgentSuspended.as_str(),
                RunEnd::AgentSuspended.advice(),
            ),
            AgentState::Revoked => {
                refuse(RunEnd::AgentRevoked.as_str(), RunEnd::AgentRevoked.advice())
            }
            AgentState::Expired => refuse(
                "agent_expired",
                "this agent's time is over; ask its owner to propose it anew",
            ),
        }
    }

    /// The newest runs, of everybody for people who oversee, else the person's own.
    pub async fn runs(&self, context: &Context, limit: u32) -> Result<Vec<RunView>, ServiceError> {
        let person = context.authorise(&Role::ALL)?;
        let own = (!may_see_all(context)).then_some(person.id);
        let mut views = Vec::new();
        for run in self.parts.store.runs(None, own, limit).await? {
            views.push(self.view_run(run).await?);
        }
        Ok(views)
    }

    /// The newest runs in the name of the person who asks.
    pub async fn own_runs(
        &self,
        context: &Context,
        limit: u32,
    ) -> Result<Vec<RunView>, ServiceError> {
        let person = context.person()?;
        let mut views = Vec::new();
        for run in self.parts.store.runs(None, Some(person.id), limit).await? {
            views.push(self.view_run(run).await?);
        }
        Ok(views)
    }

    /// One run; to people who may not see it, it does not exist.
    pub async fn run(&self, context: &Context, id: RunId) -> Result<RunView, ServiceError> {
        let run = self.visible_run(context, id).await?;
        self.view_run(run).await
    }

    /// The run alone; to people who may not see it, it does not exist.
    pub(super) async fn visible_run(
        &self,
        context: &Context,
        id: RunId,
    ) -> Result<RunRecord, ServiceError> {
        let run = self.existing_run(id).await?;
        let is_own = match &context.actor {
            Actor::Person(person) => person.id == run.initiator,
            Actor::Run(actor) => actor.run == run.id,
            Actor::System | Actor::Anonymous => false,
        };
        if is_own || may_see_all(context) {
            Ok(run)
        } else {
            Err(ServiceError::NotFound { what: "run" })
        }
    }

    pub(super) async fn view_run(&self, run: RunRecord) -> Result<RunView, ServiceError> {
        Ok(RunView {
            agent: self.existing_agent(run.agent).await?,
            initiator: self.existing_person(run.initiator).await?,
            intents: self.parts.store.intents_of_run(run.id).await?,
            run,
        })
    }

    pub(super) async fn existing_run(&self, id: RunId) -> Result<RunRecord, ServiceError> {
        let found = self.parts.store.run(id).await?;
        found.ok_or(ServiceError::NotFound { what: "run" })
    }
}

/// Whether the person oversees everybody's runs.
pub(super) fn may_see_all(context: &Context) -> bool {
    let overseers = [
        Role::Approver,
        Role::Reviewer,
        Role::Auditor,
        Role::Administrator,
    ];
    context.authorise(&overseers).is_ok()
}
