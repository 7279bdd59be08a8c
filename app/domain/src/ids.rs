//! Identifiers: UUIDv7 inside, with a prefix that names the kind outside.
//!
//! A `RunId` is not an `IntentId`: the compiler and the prefix both say so.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use uuid::Uuid;

/// Why a text is not an identifier of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an id of this kind is written `{prefix}_` and 32 hexadecimal digits")]
pub struct ParseIdError {
    prefix: &'static str,
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What every identifier of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Takes a UUID that the caller made (UUIDv7, RFC 9562 section 5.7).
            #[must_use]
            pub const fn new(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The last four digits: enough for people to tell two apart on one page.
            #[must_use]
            pub fn short(&self) -> String {
                let text = self.0.simple().to_string();
                text.chars().skip(28).collect()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, self.0.simple())
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.strip_prefix($prefix)
                    .and_then(|rest| rest.strip_prefix('_'))
                    .filter(|digits| digits.len() == 32)
                    .and_then(|digits| Uuid::try_parse(digits).ok())
                    .map(Self)
                    .ok_or(ParseIdError { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }
    };
}

id!(
    /// A registered non-human identity.
    AgentId, "agt"
);
id!(
    /// One privilege of an agent on one resource pattern.
    GrantId, "grt"
);
id!(
    /// One execution of an agent in a human's name.
    RunId, "run"
);
id!(
    /// A run that a pipeline asks for by a device code.
    DeviceRequestId, "dev"
);
id!(
    /// One request to run SQL within a run.
    IntentId, "int"
);
id!(
    /// The request for human approval of one intent.
    ApprovalId, "apr"
);
id!(
    /// One person's vote on one approval.
    VoteId, "vot"
);
id!(
    /// One approval of all queries that are similar to one.
    StandingApprovalId, "sta"
);
id!(
    /// A question about a request for approval.
    QuestionId, "qst"
);
id!(
    /// An answer to such a question.
    AnswerId, "ans"
);
id!(
    /// One person's word that a waiting query must run without the usual votes.
    BreakGlassId, "brk"
);
id!(
    /// What reviewers have to look at because somebody broke the glass.
    ExceptionId, "exc"
);
id!(
    /// One BigQuery job and what came of it.
    ExecutionId, "exe"
);
id!(
    /// A human who has signed in at least once.
    PersonId, "per"
);
id!(
    /// One sign-in of a person in one browser, and the session that it began.
    SignInId, "sgn"
);
id!(
    /// A policy that is being written.
    PolicyDraftId, "pol"
);
id!(
    /// One access review.
    CampaignId, "rev"
);
id!(
    /// One entitlement within an access review.
    ItemId, "itm"
);
id!(
    /// Something that people and other systems are told of.
    NotificationId, "ntf"
);
id!(
    /// One notification on its way to one recipient.
    DeliveryId, "dlv"
);
id!(
    /// An approver's word that a colleague may decide in their place.
    DelegationId, "dlg"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_written_with_its_prefix_and_read_back() {
        let id = RunId::new(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_7f3a));
        assert_eq!(id.to_string(), "run_01900000000070008000000000007f3a");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(id.short(), "7f3a");
    }

    #[test]
    fn another_kinds_prefix_is_refused() {
        let run = RunId::new(Uuid::from_u128(1)).to_string();
        assert!(run.parse::<IntentId>().is_err());
        assert!("run_12".parse::<RunId>().is_err());
        assert!(
            "run_0190000000007000800000000000zzzz"
                .parse::<RunId>()
                .is_err()
        );
    }
}
