//! The first agent and its run, set up through the portal as the sample people would do it.

use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;
use time::{Duration, OffsetDateTime};

use crate::configuration::Configuration;
use crate::portal::Session;
use crate::secret;
use crate::workspace::Workspace;

const AGENT: &str = "churn-model";
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

/// A token for a run of the sample agent; the last one while it works.
pub fn seed(workspace: &Workspace, configuration: &Configuration) -> Result<String> {
    let file = workspace.var().join("run-token");
    if let Ok(token) = fs::read_to_string(&file)
        && works(configuration, &token)
    {
        return Ok(token);
    }
    let alice = Session::sign_in(configuration, "alice")?;
    let agent = confirmed_agent(configuration, &alice)?;
    let run = alice.send(
        "open_run",
        &[
            ("agent", &agent),
            ("purpose", "Trying Countersign out"),
            ("ticket", "DEMO-1"),
            ("scope", ""),
            ("minutes", RUN_MINUTES),
        ],
    )?;
    let page: RunPage = alice.read("run", &[("run", last_part(&run))])?;
    let token = page.token.context("the run's page did not show a token")?;
    secret::write(&file, &token)?;
    Ok(token)
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
fn confirmed_agent(configuration: &Configuration, owner: &Session) -> Result<String> {
    let agents: Vec<AgentRow> = owner.read("agents", &[])?;
    let known = agents
        .into_iter()
        .find(|row| row.agent.name == AGENT && row.state != "revoked" && row.state != "expired");
    let id = match known {
        Some(row) if row.state == "active" => return Ok(row.agent.id),
        Some(row) => row.agent.id,
        None => propose(owner)?,
    };
    let bo = Session::sign_in(configuration, "bo")?;
    bo.send("confirm_agent", &[("agent", &id)])?;
    Ok(id)
}

fn propose(owner: &Session) -> Result<String> {
    let expires = (OffsetDateTime::now_utc() + AGENT_LIFETIME)
        .date()
        .to_string();
    let page = owner.send(
        "propose_agent",
        &[
            ("name", AGENT),
            (
                "purpose",
                "Predicts which customers leave, from orders and contacts",
            ),
            ("expires", &expires),
            ("grants", "read demo.shop.*"),
            // `curl` on the command line proves no key.
            ("token", "bearer"),
        ],
    )?;
    Ok(last_part(&page).to_owned())
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
