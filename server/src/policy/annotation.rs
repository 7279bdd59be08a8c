//! What a policy's annotations say: its id, its sentence, and whom it asks.

use cedar_policy::{ActionConstraint, Effect, EntityUid};

use super::{Escalation, duration};

/// What the annotations of one policy say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Policy {
    pub(super) id: String,
    pub(super) reason: String,
    /// None for a policy that asks nobody.
    pub(super) approval: Option<Approval>,
}

/// Whom an approval policy asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Approval {
    pub(super) approvers: Vec<String>,
    pub(super) count: u8,
    pub(super) expires_after_seconds: i64,
    pub(super) step_up: bool,
    pub(super) escalation: Option<Escalation>,
}

/// What a policy that forbids, or lets run at once, may say.
const ALWAYS: [&str; 2] = ["id", "reason"];
/// What a policy that asks people may say besides.
const TO_ASK: [&str; 5] = ["approvers", "count", "expires", "step_up", "escalate"];

/// Reads a policy's annotations, or says in one sentence what is wrong with them.
pub(super) fn read(
    policy: &cedar_policy::Policy,
    with_approval: &EntityUid,
) -> Result<Policy, String> {
    let id = text(policy, "id")?;
    let reason = text(policy, "reason")?;
    let asks_people = policy.effect() == Effect::Permit && applies_to(policy, with_approval);
    only_known(policy, asks_people)?;
    let approval = asks_people.then(|| approval(policy)).transpose()?;
    Ok(Policy {
        id,
        reason,
        approval,
    })
}

fn applies_to(policy: &cedar_policy::Policy, action: &EntityUid) -> bool {
    match policy.action_constraint() {
        ActionConstraint::Any => true,
        ActionConstraint::In(actions) => actions.contains(action),
        ActionConstraint::Eq(one) => one == *action,
    }
}

/// A misspelt annotation would silently ask for less.
fn only_known(policy: &cedar_policy::Policy, asks_people: bool) -> Result<(), String> {
    for (key, _) in policy.annotations() {
        if TO_ASK.contains(&key) && !asks_people {
            return Err(format!(
                "`@{key}` counts only where a policy permits `runWithApproval`"
            ));
        }
        if !TO_ASK.contains(&key) && !ALWAYS.contains(&key) {
            return Err(format!("there is no annotation `@{key}`"));
        }
    }
    Ok(())
}

fn approval(policy: &cedar_policy::Policy) -> Result<Approval, String> {
    let approvers = groups(&text(policy, "approvers")?)
        .ok_or("`@approvers` names groups, with commas between")?;
    let count = text(policy, "count")?;
    let expires_after_seconds = duration::seconds(&text(policy, "expires")?)
        .ok_or("`@expires` is a duration such as `PT30M`, `PT4H` or `P1D`")?;
    Ok(Approval {
        approvers,
        count: count
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .ok_or("`@count` is a number of people, at least 1")?,
        expires_after_seconds,
        step_up: step_up(policy)?,
        escalation: escalation(policy, expires_after_seconds)?,
    })
}

fn step_up(policy: &cedar_policy::Policy) -> Result<bool, String> {
    match policy.annotation("step_up").map(str::trim) {
        None | Some("false") => Ok(false),
        // Cedar reads `@step_up` as `@step_up("")`.
        Some("" | "true") => Ok(true),
        Some(_) => Err("`@step_up` is \"true\" or \"false\"".to_owned()),
    }
}

/// Reads `groups after duration`.
fn escalation(policy: &cedar_policy::Policy, expires: i64) -> Result<Option<Escalation>, String> {
    let Some(text) = policy.annotation("escalate") else {
        return Ok(None);
    };
    let wrong = "`@escalate` says whom to ask next and when: `privacy-office after PT2H`";
    let (names, after) = text.split_once(" after ").ok_or(wrong)?;
    let after_seconds = duration::seconds(after.trim()).ok_or(wrong)?;
    if after_seconds >= expires {
        return Err("`@escalate` has to come before `@expires`".to_owned());
    }
    Ok(Some(Escalation {
        after_seconds,
        approvers: groups(names).ok_or(wrong)?,
    }))
}

/// Reads names with commas between; none of them may be empty.
fn groups(text: &str) -> Option<Vec<String>> {
    let mut groups: Vec<_> = text.split(',').map(|name| name.trim().to_owned()).collect();
    groups.sort();
    groups.dedup();
    groups.iter().all(|name| !name.is_empty()).then_some(groups)
}

fn text(policy: &cedar_policy::Policy, key: &str) -> Result<String, String> {
    match policy.annotation(key).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("the policy needs an annotation `@{key}(\"…\")`")),
    }
}
