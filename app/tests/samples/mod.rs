//! Sample desks: a portal with something in every place, and no program behind it.

#![allow(dead_code, reason = "the gallery and the tests each use a part")]

mod agents;
mod approvals;
mod authorizations;
mod catalog;
mod delegations;
mod deliveries;
mod devices;
mod ledger;
mod people;
mod policies;
mod questions;
mod reviews;
mod runs;
mod sessions;
mod standing_approvals;
mod terms;

use std::sync::Arc;

use app::api::{AgentRef, Cost, Desks, PersonRef, PolicyReason, Viewer, Vote};
use domain::{
    AgentId, ApprovalId, Ballot, CampaignId, DeviceRequestId, Digest, GrantId, IntentId, ItemId,
    PersonId, PolicyDraftId, Power, Role, RunId, Timestamp,
};
use uuid::Uuid;

pub use agents::SampleAgents;
pub use approvals::SampleApprovals;
pub use authorizations::SampleAuthorizations;
pub use catalog::SampleCatalog;
pub use delegations::SampleDelegations;
pub use deliveries::SampleDeliveries;
pub use devices::SampleDevices;
pub use ledger::SampleLedger;
pub use people::SamplePeople;
pub use policies::SamplePolicies;
pub use questions::SampleQuestions;
pub use reviews::SampleReviews;
pub use runs::SampleRuns;
pub use sessions::SampleSessions;
pub use standing_approvals::SampleStanding;
pub use terms::SampleTerms;

/// How much there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Nothing.
    None,
    /// What an ordinary day shows.
    Some,
    /// A thousand of everything.
    Many,
}

/// Desks for one person; `now` is the program's clock.
pub fn desks(now: Timestamp, amount: Amount, roles: &[Role]) -> Desks {
    Desks {
        viewer: Viewer {
            name: "Bo Larsen".to_owned(),
            email: "bo@example.com".to_owned(),
            roles: roles.to_vec(),
            signed_in_with: "OpenID Connect at 127.0.0.1:8090".to_owned(),
            signed_in_at: now.plus_seconds(-4_000),
            pending: if amount == Amount::None { 0 } else { 3 },
            now,
            form_token: "of this session".to_owned(),
        },
        approvals: Arc::new(SampleApprovals { now, amount }),
        sessions: Arc::new(SampleSessions { now, amount }),
        agents: Arc::new(SampleAgents { now, amount }),
        runs: Arc::new(SampleRuns { now, amount }),
        terms: Arc::new(SampleTerms { now, amount }),
        exceptions: Arc::new(SampleTerms { now, amount }),
        reviews: Arc::new(SampleReviews { now, amount }),
        ledger: Arc::new(SampleLedger { now, amount }),
        catalog: Arc::new(SampleCatalog { now, amount }),
        deliveries: Arc::new(SampleDeliveries { now, amount }),
        delegations: Arc::new(SampleDelegations { now, amount }),
        people: Arc::new(SamplePeople { now, amount }),
        questions: Arc::new(SampleQuestions { now, amount }),
        standing: Arc::new(SampleStanding { now, amount }),
        policies: Arc::new(SamplePolicies { now }),
        authorizations: Arc::new(SampleAuthorizations),
        devices: Arc::new(SampleDevices { now }),
    }
}

fn uuid(number: u128) -> Uuid {
    Uuid::from_u128(0x0193_4e5a_0000_7000_8000_0000_0000_0000 + number * 0x2f3b + 0x7f3a)
}

pub fn approval_id(number: u128) -> ApprovalId {
    ApprovalId::new(uuid(number))
}

pub fn run_id(number: u128) -> RunId {
    RunId::new(uuid(number))
}

pub fn agent_id(number: u128) -> AgentId {
    AgentId::new(uuid(number))
}

pub fn device_request_id(number: u128) -> DeviceRequestId {
    DeviceRequestId::new(uuid(number))
}

pub fn campaign_id(number: u128) -> CampaignId {
    CampaignId::new(uuid(number))
}

pub fn item_id(number: u128) -> ItemId {
    ItemId::new(uuid(number))
}

pub fn draft_id(number: u128) -> PolicyDraftId {
    PolicyDraftId::new(uuid(number))
}

pub fn intent_id(number: u128) -> IntentId {
    IntentId::new(uuid(number))
}

pub fn grant_id(number: u128) -> GrantId {
    GrantId::new(uuid(number))
}

pub fn person(number: u128) -> PersonRef {
    let people = [
        ("Alice Ng", "alice@example.com"),
        ("Bo Larsen", "bo@example.com"),
        ("Chen Wei", "chen@example.com"),
        ("Dana Okafor", "dana@example.com"),
    ];
    let (name, email) = people[usize::try_from(number).unwrap_or(0) % people.len()];
    PersonRef {
        id: PersonId::new(uuid(number)),
        name: name.to_owned(),
        email: email.to_owned(),
    }
}

pub fn agent(number: u128) -> AgentRef {
    let names = [
        "churn-model",
        "invoice-bot",
        "support-copilot",
        "dbt-nightly",
    ];
    AgentRef {
        id: agent_id(number),
        name: names[usize::try_from(number).unwrap_or(0) % names.len()].to_owned(),
    }
}

pub fn cost() -> Cost {
    Cost {
        bytes: 1_234_000_000,
        cap: 10_000_000_000,
        micro_dollars: 7_700,
    }
}

pub fn policy() -> PolicyReason {
    PolicyReason {
        policy: "pii-needs-steward".to_owned(),
        version: hash(12),
        sentence: "Tables with tagged columns need one approval by a data steward.".to_owned(),
    }
}

pub fn vote(number: u128, at: Timestamp) -> Vote {
    Vote {
        person: person(number),
        ballot: Ballot::Approve,
        comment: "Needed for the churn report; the result is masked.".to_owned(),
        at,
    }
}

pub fn hash(number: u64) -> Digest {
    let mut bytes = [0; 32];
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for byte in &mut bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        *byte = state.to_le_bytes()[3];
    }
    Digest::from_bytes(bytes)
}

pub fn grants() -> Vec<Power> {
    [
        "read demo.shop.customers",
        "read demo.shop.orders",
        "read demo.web.events_*",
    ]
    .into_iter()
    .filter_map(|line| line.parse().ok())
    .collect()
}
