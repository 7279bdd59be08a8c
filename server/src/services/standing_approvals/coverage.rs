//! Whether a standing approval counts for a query, now: asked when the query comes, and again
//! before its job exists.

use domain::{PersonId, Requirement, Role, Timestamp};
use store::{PersonRecord, StandingApprovalRecord};

use super::window;

/// Why a standing approval does not count for a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Not everybody who approved agreed to it.
    NotGranted,
    /// Somebody revoked it.
    Revoked,
    /// Its time is over.
    Expired,
    /// It has approved as many queries as it may.
    UsedUp,
    /// It does not count at this time of the day, or on this day.
    OutsideWindow,
    /// The query would process more than it allows.
    TooManyBytes,
    /// Another policy counts since.
    PolicyChanged,
    /// Of those who agreed, somebody may no longer decide.
    VoterGone,
    /// One of those who agreed would approve their own query.
    OwnRequest,
}

impl Gap {
    /// The stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotGranted => "standing_approval_not_granted",
            Self::Revoked => "standing_approval_revoked",
            Self::Expired => "standing_approval_expired",
            Self::UsedUp => "standing_approval_used_up",
            Self::OutsideWindow => "standing_approval_outside_window",
            Self::TooManyBytes => "standing_approval_too_many_bytes",
            Self::PolicyChanged => "standing_approval_policy_changed",
            Self::VoterGone => "standing_approval_voter_gone",
            Self::OwnRequest => "standing_approval_own_request",
        }
    }

    /// The sentence for agents and people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NotGranted => "Not everybody who approved agreed to approve similar queries.",
            Self::Revoked => "The standing approval was revoked.",
            Self::Expired => "The standing approval's time is over.",
            Self::UsedUp => "The standing approval is used up.",
            Self::OutsideWindow => "The standing approval does not count at this time.",
            Self::TooManyBytes => "The query would process more than the standing approval allows.",
            Self::PolicyChanged => "The policy has changed since the standing approval was given.",
            Self::VoterGone => "Somebody who gave the standing approval may no longer decide.",
            Self::OwnRequest => {
                "Somebody who gave the standing approval asks for this query or owns its agent: \
                 nobody approves their own request."
            }
        }
    }

    /// Whether only time has passed: the query itself is what was approved.
    pub(in crate::services) const fn is_of_time(self) -> bool {
        matches!(self, Self::Expired | Self::OutsideWindow)
    }
}

/// A query that a standing approval is to count for.
pub(super) struct Asked<'a> {
    /// When.
    pub now: Timestamp,
    /// What it would process.
    pub bytes: u64,
    /// Which policy was asked about it.
    pub policy_version: &'a str,
    /// Whose approvals the policy asks for.
    pub requirements: &'a [Requirement],
    /// In whose name it would run, and who owns its agent.
    pub askers: [PersonId; 2],
}

/// Why a standing approval to which these people agreed does not count; none where it does.
/// Whether it is used up is asked when it is used.
pub(super) fn gap(
    standing: &StandingApprovalRecord,
    agreed: &[PersonRecord],
    asked: &Asked<'_>,
) -> Option<Gap> {
    let window = standing.terms.window.as_ref();
    if standing.granted_at.is_none() {
        Some(Gap::NotGranted)
    } else if standing.revoked_at.is_some() {
        Some(Gap::Revoked)
    } else if asked.now >= standing.terms.until {
        Some(Gap::Expired)
    } else if window.is_some_and(|window| !window::is_open(window, asked.now)) {
        Some(Gap::OutsideWindow)
    } else if asked.bytes > standing.terms.bytes {
        Some(Gap::TooManyBytes)
    } else if asked.policy_version != standing.policy_version {
        Some(Gap::PolicyChanged)
    } else if agreed.iter().any(|who| asked.askers.contains(&who.id)) {
        Some(Gap::OwnRequest)
    } else if !may_still_decide(agreed, asked.requirements) {
        Some(Gap::VoterGone)
    } else {
        None
    }
}

/// Whether everybody who agreed may still decide, and they together are still enough.
fn may_still_decide(agreed: &[PersonRecord], requirements: &[Requirement]) -> bool {
    let may_decide = |person: &PersonRecord| {
        person.is_in_good_standing() && person.roles.contains(&Role::Approver)
    };
    let groups: Vec<&[String]> = agreed.iter().map(|p| p.groups.as_slice()).collect();
    agreed.iter().all(may_decide)
        && !requirements.is_empty()
        && Requirement::unmet(requirements, &groups).is_empty()
}

#[cfg(test)]
mod tests {
    use domain::{AgentId, ApprovalId, StandingApprovalId, StandingTerms, TimeWindow};
    use uuid::Uuid;

    use super::*;

    fn person(number: u128, group: &str) -> PersonRecord {
        PersonRecord {
            id: PersonId::new(Uuid::from_u128(number)),
            issuer: String::new(),
            subject: String::new(),
            name: String::new(),
            email: String::new(),
            groups: vec![group.to_owned()],
            roles: vec![Role::Approver],
            last_signed_in_at: at(0),
            sessions_ended_at: at(0),
            disabled_at: None,
            disable_reason: None,
            wants_digest: true,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(0).plus_seconds(seconds)
    }

    /// Counts from 100 s to 1000 s after midnight on a Thursday, for queries up to 50 bytes.
    fn standing() -> StandingApprovalRecord {
        StandingApprovalRecord {
            id: StandingApprovalId::new(Uuid::nil()),
            approval: ApprovalId::new(Uuid::nil()),
            agent: AgentId::new(Uuid::nil()),
            similarity: String::new(),
            shape: String::new(),
            policy_version: "v1".to_owned(),
            terms: StandingTerms {
                uses: 1,
                bytes: 50,
                until: at(1000),
                window: None,
            },
            uses: 0,
            proposed_by: PersonId::new(Uuid::from_u128(1)),
            proposed_at: at(90),
            granted_at: Some(at(100)),
            revoked_at: None,
            revoked_by: None,
            revoke_reason: None,
        }
    }

    fn requirements(count: u8) -> Vec<Requirement> {
        vec![Requirement {
            policy: "pii".to_owned(),
            approvers: vec!["stewards".to_owned()],
            count,
        }]
    }

    /// What stands in the way after a change of one thing.
    fn after(
        change: impl FnOnce(&mut StandingApprovalRecord, &mut Vec<PersonRecord>, &mut Asked<'_>),
    ) -> Option<Gap> {
        let mut standing = standing();
        let mut agreed = vec![person(1, "stewards")];
        let requirements = requirements(1);
        let mut asked = Asked {
            now: at(200),
            bytes: 50,
            policy_version: "v1",
            requirements: &requirements,
            askers: [8, 9].map(|number| PersonId::new(Uuid::from_u128(number))),
        };
        change(&mut standing, &mut agreed, &mut asked);
        gap(&standing, &agreed, &asked)
    }

    #[test]
    fn each_change_that_matters_ends_it() {
        assert_eq!(after(|_, _, _| {}), None);
        let tuesdays = TimeWindow {
            zone: "UTC".to_owned(),
            weekdays: [domain::Weekday::Tuesday].into(),
            hours: None,
            first_day: None,
            last_day: None,
        };
        let two = requirements(2);
        let person_one = PersonId::new(Uuid::from_u128(1));
        for (found, expected) in [
            (after(|s, _, _| s.granted_at = None), Gap::NotGranted),
            (after(|s, _, _| s.revoked_at = Some(at(150))), Gap::Revoked),
            (after(|_, _, asked| asked.now = at(1000)), Gap::Expired),
            (
                after(|s, _, _| s.terms.window = Some(tuesdays)),
                Gap::OutsideWindow,
            ),
            (after(|_, _, asked| asked.bytes = 51), Gap::TooManyBytes),
            (
                after(|_, _, asked| asked.policy_version = "v2"),
                Gap::PolicyChanged,
            ),
            (
                after(|_, _, asked| asked.askers[0] = person_one),
                Gap::OwnRequest,
            ),
            (
                after(|_, _, asked| asked.askers[1] = person_one),
                Gap::OwnRequest,
            ),
            (
                after(|_, agreed, _| agreed[0].disabled_at = Some(at(150))),
                Gap::VoterGone,
            ),
            (
                after(|_, agreed, _| agreed[0].roles = vec![Role::Auditor]),
                Gap::VoterGone,
            ),
            (
                after(|_, agreed, _| agreed[0].groups = vec!["finance".to_owned()]),
                Gap::VoterGone,
            ),
            (
                after(|_, agreed, _| {
                    agreed.push(PersonRecord {
                        roles: Vec::new(),
                        ..person(2, "stewards")
                    });
                }),
                Gap::VoterGone,
            ),
            (after(|_, agreed, _| agreed.clear()), Gap::VoterGone),
            (
                after(|_, _, asked| asked.requirements = &[]),
                Gap::VoterGone,
            ),
        ] {
            assert_eq!(found, Some(expected));
        }
        // The policy asks for two about this one: a single voter is not enough.
        let mut standing = standing();
        standing.terms.bytes = 50;
        let agreed = [person(1, "stewards")];
        let asked = Asked {
            now: at(200),
            bytes: 1,
            policy_version: "v1",
            requirements: &two,
            askers: [person(8, "").id, person(9, "").id],
        };
        assert_eq!(gap(&standing, &agreed, &asked), Some(Gap::VoterGone));
        let both = [person(1, "stewards"), person(2, "stewards")];
        assert_eq!(gap(&standing, &both, &asked), None);
    }
}
