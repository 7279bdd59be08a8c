//! Who acts, in which request, at what time: given to every service.
//!
//! Services receive a [`Context`] from their door and begin by asking it whether the
//! actor may do what is asked.

mod clock;

use std::collections::BTreeSet;

pub use clock::{Clock, SystemClock};
use domain::{AgentId, PersonId, Role, RunId, SignInId, Timestamp};

/// A human who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Our id for (issuer, subject).
    pub id: PersonId,
    /// The sign-in that began this session.
    pub sign_in: SignInId,
    /// As the identity provider writes it.
    pub name: String,
    /// For mail and display only, never for identity.
    pub email: String,
    /// From the groups, by configuration.
    pub roles: BTreeSet<Role>,
    /// As the identity provider said at sign-in.
    pub groups: BTreeSet<String>,
    /// When the identity provider authenticated the person.
    pub signed_in_at: Timestamp,
    /// How strongly, as the identity provider names it (`acr`); none is the weakest.
    pub acr: Option<String>,
    /// How: the `amr` or `acr` values, in words.
    pub method: String,
}

/// An agent within a run, proved by the run's token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunActor {
    /// The run.
    pub run: RunId,
    /// The agent that the run executes.
    pub agent: AgentId,
    /// In whose name.
    pub initiator: PersonId,
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A human in the portal.
    Person(Person),
    /// An agent over the API.
    Run(RunActor),
    /// Countersign itself: time-outs and executions.
    System,
    /// Somebody who proved nothing.
    Anonymous,
}

impl Actor {
    /// As the ledger writes it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Person(person) => person.id.to_string(),
            Self::Run(run) => run.agent.to_string(),
            Self::System => "system".to_owned(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }
}

/// The actor lacks the role, or is not the kind of actor for this action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this needs the role `{}`", needed.as_str())]
pub struct Forbidden {
    /// One of the roles that would do.
    pub needed: Role,
}

/// What every service receives.
#[derive(Debug, Clone)]
pub struct Context {
    /// Who acts.
    pub actor: Actor,
    /// Names the request in logs and problem details.
    pub request_id: String,
    /// The time at which the request counts.
    pub now: Timestamp,
}

impl Context {
    /// The person, when it is one who holds any of `roles`.
    pub fn authorise(&self, roles: &[Role]) -> Result<&Person, Forbidden> {
        let needed = roles.first().copied().unwrap_or(Role::Administrator);
        match &self.actor {
            Actor::Person(person) if roles.iter().any(|role| person.roles.contains(role)) => {
                Ok(person)
            }
            Actor::Person(_) | Actor::Run(_) | Actor::System | Actor::Anonymous => {
                Err(Forbidden { needed })
            }
        }
    }

    /// The person, whatever their roles.
    pub fn person(&self) -> Result<&Person, Forbidden> {
        match &self.actor {
            Actor::Person(person) => Ok(person),
            Actor::Run(_) | Actor::System | Actor::Anonymous => Err(Forbidden {
                needed: Role::Initiator,
            }),
        }
    }

    /// The run, when an agent acts.
    #[must_use]
    pub fn run(&self) -> Option<&RunActor> {
        match &self.actor {
            Actor::Run(run) => Some(run),
            Actor::Person(_) | Actor::System | Actor::Anonymous => None,
        }
    }

    /// The same request, as that of a run which proved itself otherwise than by its token.
    #[must_use]
    pub fn as_run(&self, actor: RunActor) -> Self {
        Self {
            actor: Actor::Run(actor),
            ..self.clone()
        }
    }

    /// The same request, continued by Countersign itself.
    #[must_use]
    pub fn as_system(&self) -> Self {
        Self {
            actor: Actor::System,
            ..self.clone()
        }
    }
}
