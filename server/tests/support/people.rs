//! The people of every test.

use std::collections::BTreeSet;

use countersign::context::{Actor, Context, Person};
use domain::{PersonId, Role, SignInId, Timestamp};
use store::{Evidence, SignIn};
use uuid::Uuid;

use Role::{Administrator, Approver, Auditor, Initiator, Reviewer};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Owns the agents and opens the runs. She is a data steward too: only the rule that
    /// nobody approves their own keeps her from approving.
    Alice,
    /// A data steward.
    Bob,
    /// A data steward.
    Carol,
    /// An approver, but of another group.
    Dave,
    /// Reviews access.
    Erin,
    /// Reads everything.
    Frank,
    /// Registers agents.
    Grace,
    /// Opens runs, and nothing else.
    Heidi,
}

impl Who {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Alice,
        Self::Bob,
        Self::Carol,
        Self::Dave,
        Self::Erin,
        Self::Frank,
        Self::Grace,
        Self::Heidi,
    ];

    fn name(self) -> String {
        format!("{self:?}")
    }

    /// The address that mails go to.
    pub fn email(self) -> String {
        format!("{}@example.com", self.name().to_lowercase())
    }

    /// The same in every test.
    pub fn id(self) -> PersonId {
        PersonId::new(Uuid::from_u128(self as u128 + 1))
    }

    fn roles(self) -> &'static [Role] {
        match self {
            Self::Alice => &[Initiator, Approver, Reviewer],
            Self::Bob | Self::Carol | Self::Dave => &[Approver],
            Self::Erin => &[Reviewer],
            Self::Frank => &[Auditor],
            Self::Grace => &[Administrator],
            Self::Heidi => &[Initiator],
        }
    }

    fn groups(self) -> &'static [&'static str] {
        match self {
            Self::Alice | Self::Bob | Self::Carol => &["data-stewards"],
            Self::Dave => &["finance"],
            _ => &["staff"],
        }
    }

    /// As the identity provider names them.
    pub fn sign_in(self) -> SignIn {
        SignIn {
            new_id: self.id(),
            issuer: "https://login.example.com".to_owned(),
            subject: self.name(),
            name: self.name(),
            email: self.email(),
            groups: self.groups().iter().map(ToString::to_string).collect(),
            roles: self.roles().to_vec(),
            evidence: Evidence::default(),
        }
    }

    /// A request of theirs, as of `now`.
    pub fn context(self, now: Timestamp) -> Context {
        let person = Person {
            id: self.id(),
            sign_in: SignInId::new(Uuid::from_u128(self as u128 + 1)),
            name: self.name(),
            email: self.email(),
            roles: self.roles().iter().copied().collect(),
            groups: self
                .groups()
                .iter()
                .map(ToString::to_string)
                .collect::<BTreeSet<_>>(),
            signed_in_at: now,
            acr: Some("https://refeds.org/profile/mfa".to_owned()),
            method: "password".to_owned(),
        };
        Context {
            actor: Actor::Person(person),
            request_id: "test".to_owned(),
            now,
        }
    }
}
