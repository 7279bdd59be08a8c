//! One person, one agent, and many runs in the person's name, put into the database as the
//! program puts them there.

use std::path::Path;

use countersign::{
    context::{Clock as _, SystemClock},
    services::RunToken,
};
use domain::{
    AgentId, AgentState, Caps, Digest, Door, GrantId, PersonId, Power, Role, RunId, Scope,
    Timestamp,
};
use store::{
    AgentMove, Evidence, NewAgent, NewGrant, NewRun, RunEvidence, SignIn, Store, Transaction,
};
use uuid::Uuid;

const ISSUER: &str = "http://127.0.0.1:1";
const MANY: u64 = 1 << 40;

/// Opens so many runs; returns their tokens.
pub async fn tokens(folder: &Path, count: usize) -> Vec<String> {
    let url = format!("sqlite://{}/countersign.db", folder.display());
    let store = Store::open(&url).await.expect("a store");
    let now = SystemClock.now();
    let mut tx = store.begin("benchmark", now).await.expect("begun");
    let person = PersonId::new(Uuid::now_v7());
    tx.sign_in(&sign_in(person)).await.expect("signed in");
    let agent = confirmed_agent(&mut tx, person).await;
    let mut tokens = Vec::new();
    for _ in 0..count {
        let token = RunToken::generate();
        let run = run((agent, person), &token, now);
        tx.insert_run(&run).await.expect("opened");
        tokens.push(token.reveal().to_owned());
    }
    tx.commit().await.expect("committed");
    tokens
}

fn sign_in(person: PersonId) -> SignIn {
    SignIn {
        new_id: person,
        issuer: ISSUER.to_owned(),
        subject: "alice".to_owned(),
        name: "Alice".to_owned(),
        email: "alice@example.com".to_owned(),
        groups: vec!["analysts".to_owned()],
        roles: vec![Role::Initiator],
        evidence: Evidence::default(),
    }
}

async fn confirmed_agent(tx: &mut Transaction, owner: PersonId) -> AgentId {
    let id = AgentId::new(Uuid::now_v7());
    let agent = NewAgent {
        id,
        name: "churn-model".to_owned(),
        owner,
        purpose: "Is revoked".to_owned(),
        expires_at: tx.now().plus_days(1),
        caps: Caps {
            bytes_per_query: MANY,
            bytes_per_day: MANY,
            rows: MANY,
            concurrent_jobs: u32::MAX,
            open_runs: u32::MAX,
        },
        sponsors: Vec::new(),
        workload: None,
        allows_bearer: true,
        service_account: None,
    };
    tx.insert_agent(&agent).await.expect("proposed");
    let grant = NewGrant {
        id: GrantId::new(Uuid::now_v7()),
        agent: id,
        power: power(),
        until: agent.expires_at,
        granted_by: owner,
    };
    tx.insert_grant(&grant).await.expect("granted");
    let step = AgentMove {
        from: AgentState::Proposed,
        to: AgentState::Active,
        by: Some(owner),
        reason: "",
    };
    tx.move_agent(id, step).await.expect("confirmed");
    id
}

fn power() -> Power {
    "read demo.shop.*".parse().expect("a power")
}

fn run((agent, initiator): (AgentId, PersonId), token: &RunToken, now: Timestamp) -> NewRun {
    let expires_at = now.plus_seconds(3600);
    NewRun {
        id: RunId::new(Uuid::now_v7()),
        agent,
        initiator,
        purpose: "Is revoked".to_owned(),
        ticket: String::new(),
        scope: Scope::from_iter([power()]),
        door: Door::Portal,
        evidence: RunEvidence {
            issuer: ISSUER.to_owned(),
            subject: "alice".to_owned(),
            session: None,
            authenticated_at: now,
            strength: None,
            groups_digest: Digest::from_bytes([0; 32]),
            token: None,
        },
        token_hash: token.hash(),
        token_expires_at: expires_at,
        key_thumbprint: None,
        audience: None,
        expires_at,
    }
}
