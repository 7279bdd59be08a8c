//! How a run came to be, and why it ended before its time.

use serde::{Deserialize, Serialize};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident => $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// As it is written in JSON, problems and the store.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what [`Self::as_str`] writes.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

named! {
    /// The way by which a run was opened.
    Door {
        /// A person pressed the button in the portal.
        Portal => "portal",
        /// A person confirmed a pipeline's device code (RFC 8628).
        Device => "device",
        /// An agent exchanged a person's token (RFC 8693).
        Exchange => "exchange",
    }
}

named! {
    /// The door that a token was asked for, and the only one where it counts then (RFC 8707).
    Audience {
        /// The API, and the front door for BigQuery's own clients.
        Api => "api",
        /// The door for MCP clients.
        Mcp => "mcp",
    }
}

named! {
    /// Why a run ended before its time; also the code of every refusal from then on.
    RunEnd {
        /// The agent gave its token back.
        GivenBack => "run_ended",
        /// A person revoked the run.
        Revoked => "run_revoked",
        /// Its agent was suspended.
        AgentSuspended => "agent_suspended",
        /// Its agent was revoked.
        AgentRevoked => "agent_revoked",
        /// The person in whose name it ran lost their access.
        PersonDisabled => "person_disabled",
        /// The person in whose name it ran signed out at their identity provider.
        PersonSignedOut => "person_signed_out",
        /// The identity provider that vouched for it is no longer trusted.
        IssuerRevoked => "issuer_revoked",
    }
}

impl RunEnd {
    /// What to do about it, for whoever holds the token.
    #[must_use]
    pub const fn advice(self) -> &'static str {
        match self {
            Self::GivenBack => "this run was ended by its agent; open a new one in the portal",
            Self::Revoked => "this run was revoked; open a new one in the portal",
            Self::AgentSuspended => "this agent is suspended; ask an administrator",
            Self::AgentRevoked => "this agent was revoked; ask its owner",
            Self::PersonDisabled => {
                "the person in whose name this ran, or who owns the agent, has lost their access; \
                 ask an administrator"
            }
            Self::PersonSignedOut => {
                "the person in whose name this ran, or who owns the agent, has signed out at the \
                 identity provider; open a new run in the portal"
            }
            Self::IssuerRevoked => {
                "the identity provider behind this run is no longer trusted; ask an administrator"
            }
        }
    }
}
