//! The first agents and a run, set up through the portal as the sample people would do it.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::configuration::Configuration;
use crate::portal::Session;
use crate::secret;
use crate::workspace::Workspace;

/// An agent as its owner proposes it.
struct Sample {
    name: &'static str,
    purpose: &'static str,
    /// `bearer` or `key`.
    token: &'static str,
    /// Which pipeline it is, in the sandbox's words; none for an agent that people run.
    claims: &'static str,
}

/// `curl` on the command line proves no key.
const BY_PEOPLE: Sample = Sample {
    name: "churn-model",
    purpose: "Predicts which customers leave, from orders and contacts",
    token: "bearer",
    claims: "",
};
const BY_PIPELINE: Sample = Sample {
    name: "nightly-churn",
    purpose: "Scores last week\u{2019}s orders every night",
    token: "key",
    claims: "repository_id = 471100815",
};
/// The longest that an agent may be registered for is 92 days.
const AGENT_LIFETIME: Duration = Duration::days(90);
/// A working day.
const RUN_MINUTES: &str = "480";

/// The part of the agents' page that is used.
#[derive(Deserialize)]
struct AgentRow {
    agent: AgentName,
    state: String,
}

#[derive(Deserialize)]
struct AgentName {
    id: String,
    name: String,
}

/// The part of a run's page that is used.
#[derive(Deserialize)]
struct RunPage {
    token: Option<String>,
}

/// The part of a renewal's answer that is used.
#[derive(Deserialize)]
struct Renewed {
    token: String,
}

/// Sets up both agents, and a run of the first whose token is written to a file. Returns the
/// id of the pipeline's agent.
pub fn seed(workspace: &Workspace, configuration: &Configuration) -> Result<String> {
    let alice = Session::sign_in(configuration, "alice")?;
    let agent = confirmed_agent(configuration, &alice, &BY_PEOPLE)?;
    let file = workspace.var().join("run-token");
    let kept = fs::read_to_string(&file);
    if !kept.is_ok_and(|token| works(configuration, &token)) {
        secret::write(&file, &opened_run(&alice, &agent)?)?;
    }
    confirmed_agent(configuration, &alice, &BY_PIPELINE)
}

/// The token of a new run.
fn opened_run(alice: &Session, agent: &str) -> Result<String> {
    let run = alice.send(
        "open_run",
        &[
            ("agent", agent),
            ("purpose", "Trying Countersign out"),
            ("ticket", "DEMO-1"),
            ("scope", ""),
            ("minutes", RUN_MINUTES),
        ],
    )?;
    let page: RunPage = alice.read("run", &[("run", last_part(&run))])?;
    page.token.context("the run's page did not show a token")
}

fn works(configuration: &Configuration, token: &str) -> bool {
    let address = format!("{}/api/v1/runs/current", configuration.public_url);
    ureq::get(address)
        .header("Authorization", format!("Bearer {token}"))
        .call()
        .is_ok()
}

/// Takes a new token for the old one, as an agent does that works for longer than the ten
/// minutes that a token counts.
pub fn renew(workspace: &Workspace, configuration: &Configuration) -> Result<()> {
    let file = workspace.var().join("run-token");
    let old = fs::read_to_string(&file)?;
    let address = format!("{}/api/v1/runs/current/renew", configuration.public_url);
    let renewed: Renewed = ureq::post(address)
        .header("Authorization", format!("Bearer {old}"))
        .send_empty()?
        .body_mut()
        .read_json()?;
    secret::write(&file, &renewed.token)
}

/// The agent's id. Its owner proposes it when there is none, and somebody else confirms it.
fn confirmed_agent(
    configuration: &Configuration,
    owner: &Session,
    sample: &Sample,
) -> Result<String> {
    let agents: Vec<AgentRow> = owner.read("agents", &[])?;
    let is_over = |row: &AgentRow| row.state == "revoked" || row.state == "expired";
    let known = agents
        .into_iter()
        .find(|row| row.agent.name == sample.name && !is_over(row));
    let id = match known {
        Some(row) if row.state == "active" => return Ok(row.agent.id),
        Some(row) => row.agent.id,
        None => propose(configuration, owner, sample)?,
    };
    let bo = Session::sign_in(configuration, "bo")?;
    bo.send("confirm_agent", &[("agent", &id)])?;
    Ok(id)
}

fn propose(configuration: &Configuration, owner: &Session, sample: &Sample) -> Result<String> {
    let expires = (OffsetDateTime::now_utc() + AGENT_LIFETIME)
        .date()
        .to_string();
    let issuer = if sample.claims.is_empty() {
        String::new()
    } else {
        format!("{}/pipelines", configuration.issuer)
    };
    let page = owner.send(
        "propose_agent",
        &[
            ("name", sample.name),
            ("purpose", sample.purpose),
            ("expires", &expires),
            ("grants", "read demo.shop.*"),
            ("token", sample.token),
            ("issuer", &issuer),
            ("claims", sample.claims),
        ],
    )?;
    Ok(last_part(&page).to_owned())
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
