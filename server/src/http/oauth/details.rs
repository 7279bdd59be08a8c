//! What a run is asked for: `authorization_details` (RFC 9396) of the one type that there is.

use domain::{Audience, Scope};
use serde::{Deserialize, Serialize};

use super::form::Parameters;
use crate::services::{AskedRun, GrantError, OpenedRun};

/// The one type.
pub const TYPE: &str = "countersign_run";
/// How long a run lives unless said, in minutes.
const USUAL_MINUTES: u32 = 60;
/// The longest purpose, in bytes.
const PURPOSE_MAXIMUM: usize = 1000;
/// The longest ticket, in bytes.
const TICKET_MAXIMUM: usize = 200;
/// The most lines of a scope.
const SCOPE_MAXIMUM: usize = 100;

/// A run that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(rename = "type")]
    kind: String,
    /// `read project.dataset.table`, as in the portal; without it everything that the agent may.
    #[serde(default)]
    scope: Vec<String>,
    /// Why; people read it.
    purpose: String,
    /// Where that is written down.
    #[serde(default)]
    ticket: String,
    /// How long the run lives.
    #[serde(default = "usual_minutes")]
    minutes: u32,
}

const fn usual_minutes() -> u32 {
    USUAL_MINUTES
}

/// A run that was opened.
#[derive(Serialize)]
pub struct Granted {
    #[serde(rename = "type")]
    kind: &'static str,
    /// Which run it is.
    identifier: String,
    /// What it may touch.
    scope: Vec<String>,
}

impl Granted {
    /// What was granted, in the form in which it was asked.
    pub fn of(opened: &OpenedRun) -> Self {
        Self {
            kind: TYPE,
            identifier: opened.run.to_string(),
            scope: lines(&opened.scope),
        }
    }
}

/// A scope as it is written in details: a line each.
pub fn lines(scope: &Scope) -> Vec<String> {
    scope.powers().iter().map(ToString::to_string).collect()
}

/// Reads what is asked for.
pub fn asked(parameters: &Parameters, audience: Audience) -> Result<AskedRun, GrantError> {
    let text = parameters.required("authorization_details")?;
    let wrong = |detail| GrantError::Details { detail };
    let [asked]: [Asked; 1] = serde_json::from_str(text).map_err(|_| {
        wrong(
            "send a JSON array of one object with `type`, `purpose` and, where wanted, \
             `scope`, `ticket` and `minutes`",
        )
    })?;
    if asked.kind != TYPE {
        return Err(wrong("the one `type` is countersign_run"));
    }
    if asked.purpose.trim().is_empty() || asked.purpose.len() > PURPOSE_MAXIMUM {
        return Err(wrong(
            "say in `purpose` what the run is for, in at most 1000 bytes",
        ));
    }
    if asked.ticket.len() > TICKET_MAXIMUM {
        return Err(wrong("`ticket` has at most 200 bytes"));
    }
    if asked.minutes == 0 {
        return Err(wrong("`minutes` is at least 1"));
    }
    if asked.scope.len() > SCOPE_MAXIMUM {
        return Err(wrong("`scope` has at most 100 lines"));
    }
    let powers = asked.scope.iter().map(|line| line.parse());
    let scope: Result<Scope, _> = powers.collect();
    Ok(AskedRun {
        scope: scope
            .map_err(|_| wrong("a line of `scope` is written as read project.dataset.table"))?,
        purpose: asked.purpose.trim().to_owned(),
        ticket: asked.ticket.trim().to_owned(),
        minutes: asked.minutes,
        audience: Some(audience),
    })
}
