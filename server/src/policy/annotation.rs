//! What a policy's annotations say: its id, its sentence, and whom it asks.

use cedar_policy::{ActionConstraint, Effect, EntityUid};

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
}

/// Reads a policy's annotations, or says in one sentence what is wrong with them.
pub(super) fn read(
    policy: &cedar_policy::Policy,
    with_approval: &EntityUid,
) -> Result<Policy, String> {
    let id = text(policy, "id")?;
    let reason = text(policy, "reason")?;
    let asks_people = policy.effect() == Effect::Permit && applies_to(policy, with_approval);
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

fn approval(policy: &cedar_policy::Policy) -> Result<Approval, String> {
    let approvers: Vec<String> = text(policy, "approvers")?
        .split(',')
        .map(|group| group.trim().to_owned())
        .collect();
    if approvers.iter().any(String::is_empty) {
        return Err("`@approvers` names groups, with commas between".to_owned());
    }
    let count = text(policy, "count")?;
    let expires = text(policy, "expires")?;
    Ok(Approval {
        approvers,
        count: count
            .parse()
            .ok()
            .filter(|count| *count > 0)
            .ok_or("`@count` is a number of people, at least 1")?,
        expires_after_seconds: seconds(&expires)
            .filter(|seconds| *seconds > 0)
            .ok_or("`@expires` is a duration such as `PT30M`, `PT4H` or `P1D`")?,
    })
}

fn text(policy: &cedar_policy::Policy, key: &str) -> Result<String, String> {
    match policy.annotation(key).map(str::trim) {
        Some(text) if !text.is_empty() => Ok(text.to_owned()),
        _ => Err(format!("the policy needs an annotation `@{key}(\"…\")`")),
    }
}

/// Reads days, hours, minutes and seconds of an ISO 8601 duration (section 5.5.2.4).
/// Months and years have no fixed length.
fn seconds(text: &str) -> Option<i64> {
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    let days = sum(days, &[('D', 86_400)])?;
    let time = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    days.checked_add(time)
}

/// Adds numbers that are each followed by their unit, the units in their order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let number: u32 = number.parse().ok()?;
            total = total.checked_add(i64::from(number).checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_has_them() {
        for (text, expected) in [
            ("PT4H", Some(14_400)),
            ("PT1H30M", Some(5_400)),
            ("P1DT1S", Some(86_401)),
            ("P2D", Some(172_800)),
            ("PT30M1H", None),
            ("P1M", None),
            ("PT-4H", None),
            ("4H", None),
            ("P1DT", None),
            ("PT", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
