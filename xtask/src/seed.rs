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

/// A token for a run of the sample agent; the last one while it works.
pub fn seed(workspace: &Workspace, configuration: &Configuration) -> Result<String> {
    let file = workspace.var().join("run-token");
    if let Ok(token) = fs::read_to_string(&file)
        && works(configuration, &token)
    {
        return Ok(token);
    }
    // The owner of an agent has to have signed in before the agent is registered.
    let alice = Session::sign_in(configuration, "alice")?;
    let agent = registered_agent(configuration)?;
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

/// The agent's id; the administrator registers it when there is none.
fn registered_agent(configuration: &Configuration) -> Result<String> {
    let bo = Session::sign_in(configuration, "bo")?;
    let agents: Vec<AgentRow> = bo.read("agents", &[])?;
    let mine = agents
        .into_iter()
        .find(|row| row.agent.name == AGENT && row.state == "active");
    if let Some(row) = mine {
        return Ok(row.agent.id);
    }
    let expires = (OffsetDateTime::now_utc() + AGENT_LIFETIME)
        .date()
        .to_string();
    let page = bo.send(
        "register_agent",
        &[
            ("name", AGENT),
            (
                "purpose",
                "Predicts which customers leave, from orders and contacts",
            ),
            ("owner", "alice@example.com"),
            ("expires", &expires),
            ("grants", "read demo.shop.*"),
        ],
    )?;
    Ok(last_part(&page).to_owned())
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
