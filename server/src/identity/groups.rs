//! Which groups somebody is in, as the provider says; whatever is unclear gives none.

use std::collections::BTreeSet;

use serde_json::Value;

use super::claims::OtherClaims;

/// Nobody is in more groups, or a group has a longer name, by accident.
const GROUPS_MAXIMUM: usize = 1000;
const NAME_MAXIMUM: usize = 256;

/// Why the groups cannot be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GroupsFault {
    /// Neither the ID token nor the userinfo endpoint has the claim.
    Missing,
    /// The claim lists nothing.
    Empty,
    /// The provider found them too many for the token and says where to ask instead
    /// (`_claim_names`, `OpenID` Connect Core section 5.6.2; `hasgroups` of Microsoft Entra),
    /// or they are too many for us.
    Overflow,
    /// The claim is not a list of texts.
    Malformed,
}

/// Reads the groups; none when the claim is absent and nothing says why.
pub(super) fn read(
    claims: &OtherClaims,
    claim: &str,
) -> Result<Option<BTreeSet<String>>, GroupsFault> {
    if overflows(claims, claim) {
        return Err(GroupsFault::Overflow);
    }
    let Some(value) = claims.get(claim) else {
        return Ok(None);
    };
    let listed = value.as_array().ok_or(GroupsFault::Malformed)?;
    if listed.len() > GROUPS_MAXIMUM {
        return Err(GroupsFault::Overflow);
    }
    let name = |group: &Value| {
        let name = group.as_str()?;
        let sensible = !name.is_empty() && name.len() <= NAME_MAXIMUM;
        sensible.then(|| name.to_owned())
    };
    let groups: Option<BTreeSet<String>> = listed.iter().map(name).collect();
    match groups {
        None => Err(GroupsFault::Malformed),
        Some(groups) if groups.is_empty() => Err(GroupsFault::Empty),
        Some(groups) => Ok(Some(groups)),
    }
}

fn overflows(claims: &OtherClaims, claim: &str) -> bool {
    let elsewhere = claims
        .get("_claim_names")
        .is_some_and(|names| names.get(claim).is_some());
    let too_many = claims
        .get("hasgroups")
        .is_some_and(|has| *has != Value::Bool(false));
    elsewhere || too_many
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn groups(claims: Value) -> Result<Option<BTreeSet<String>>, GroupsFault> {
        read(&serde_json::from_value(claims).expect("claims"), "groups")
    }

    #[test]
    fn a_list_of_texts_is_read() {
        let read = groups(json!({"groups": ["b", "a"], "hasgroups": false}));
        let expected = BTreeSet::from(["a".to_owned(), "b".to_owned()]);
        assert_eq!(read, Ok(Some(expected)));
        assert_eq!(groups(json!({"other": ["a"]})), Ok(None));
    }

    #[test]
    fn whatever_is_unclear_gives_no_group() {
        use GroupsFault::{Empty, Malformed, Overflow};
        let many: Vec<_> = (0..=GROUPS_MAXIMUM).map(|n| n.to_string()).collect();
        let cases = [
            (json!({"groups": []}), Empty),
            (json!({"groups": "stewards"}), Malformed),
            (json!({"groups": null}), Malformed),
            (json!({"groups": {"stewards": true}}), Malformed),
            (json!({"groups": ["stewards", 7]}), Malformed),
            (json!({"groups": ["stewards", ""]}), Malformed),
            (json!({"groups": ["x".repeat(257)]}), Malformed),
            (json!({ "groups": many }), Overflow),
            (json!({"groups": ["a"], "hasgroups": true}), Overflow),
            (json!({"hasgroups": "true"}), Overflow),
            (json!({"_claim_names": {"groups": "src1"}}), Overflow),
            (
                json!({"groups": ["a"], "_claim_names": {"groups": "src1"}}),
                Overflow,
            ),
        ];
        for (claims, fault) in cases {
            assert_eq!(groups(claims.clone()), Err(fault), "{claims}");
        }
    }
}
