//! Whether an approval that a policy asks for could be given at all.

use std::collections::BTreeSet;

use domain::{EventName, Requirement, Role, Route};
use serde::Serialize;
use store::{IntentRecord, Notification, NotificationKind, PersonRecord, RunRecord, Transaction};

use super::{Assessment, Problem, ServiceError, Services, intents::is_asker};
use crate::policy::Decision;

/// The code of what is blocked because nobody could approve it.
pub(super) const APPROVAL_IMPOSSIBLE: &str = "approval_impossible";

#[derive(Serialize)]
struct ImpossibleEntry<'a> {
    requirements: &'a [Requirement],
}

impl Services {
    /// Blocks what would wait for an approval that nobody could give.
    pub(super) async fn block_impossible(
        &self,
        assessment: &mut Assessment,
        run: &RunRecord,
    ) -> Result<(), ServiceError> {
        let impossible = self.impossible_approval(&assessment.decision, run).await?;
        if let Some(problem) = impossible {
            assessment.decision.route = Route::Block;
            assessment.problem = Some(problem);
        }
        Ok(())
    }

    /// Why nobody could give the approval that is asked for, if so: a group has too few members
    /// who may decide.
    ///
    /// Members are known from their sign-ins. Of a group that makes approvers, and of which
    /// nobody at all has signed in yet, it is not known how many there are.
    async fn impossible_approval(
        &self,
        decision: &Decision,
        run: &RunRecord,
    ) -> Result<Option<Problem>, ServiceError> {
        if decision.route != Route::Approve {
            return Ok(None);
        }
        let agent = self.existing_agent(run.agent).await?;
        let people = self.parts.store.people().await?;
        let is_asker = |person: &PersonRecord| is_asker(person.id, run, agent.owner);
        let mut requirements = decision.requirements.iter();
        Ok(requirements.find_map(|requirement| {
            let able = able(requirement, &people, &self.parts.approver_groups, is_asker)?;
            (able < usize::from(requirement.count)).then(|| {
                let groups = requirement.approvers.join(", ");
                let detail = format!(
                    "the policy `{}` asks {} of {groups} to approve, and {able} could; the \
                     administrators have been told",
                    requirement.policy, requirement.count
                );
                Problem::new(APPROVAL_IMPOSSIBLE, detail)
            })
        }))
    }
}

/// How many people could approve for a requirement; none where that is not known.
fn able(
    requirement: &Requirement,
    people: &[PersonRecord],
    approver_groups: &BTreeSet<String>,
    is_asker: impl Fn(&PersonRecord) -> bool,
) -> Option<usize> {
    let is_unseen = |group: &String| !people.iter().any(|person| person.groups.contains(group));
    let mut groups = requirement.approvers.iter();
    if groups.any(|group| approver_groups.contains(group) && is_unseen(group)) {
        return None;
    }
    let able = people.iter().filter(|person| {
        person.is_in_good_standing()
            && person.roles.contains(&Role::Approver)
            && requirement.asks(&person.groups)
            && !is_asker(person)
    });
    Some(able.count())
}

/// Puts on record that administrators have to be told.
pub(super) async fn alert(
    tx: &mut Transaction,
    intent: &IntentRecord,
    assessment: &Assessment,
) -> Result<(), ServiceError> {
    let problem = assessment.problem.as_ref();
    if problem.is_none_or(|problem| problem.code != APPROVAL_IMPOSSIBLE) {
        return Ok(());
    }
    let entry = ImpossibleEntry {
        requirements: &assessment.decision.requirements,
    };
    let (event, subject) = (EventName::ApprovalImpossible, intent.id.to_string());
    tx.record(event, &subject, Some(intent.run), &entry).await?;
    // An agent that tries again and again is told of each time, administrators once a day.
    let version = assessment.decision.policy_version;
    let key = format!("{APPROVAL_IMPOSSIBLE} {version} {}", tx.now().date());
    let notification = Notification::new(NotificationKind::ApprovalImpossible);
    tx.notify(&notification.about(intent.id).once(key)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use domain::{PersonId, Timestamp};
    use uuid::Uuid;

    use super::*;

    fn person(number: u128, group: &str, roles: &[Role]) -> PersonRecord {
        let start = Timestamp::from_micros(0);
        PersonRecord {
            id: PersonId::new(Uuid::from_u128(number)),
            issuer: String::new(),
            subject: number.to_string(),
            name: String::new(),
            email: String::new(),
            groups: vec![group.to_owned()],
            roles: roles.to_vec(),
            last_signed_in_at: start,
            sessions_ended_at: start,
            disabled_at: None,
            disable_reason: None,
            wants_digest: true,
        }
    }

    #[test]
    fn only_people_who_may_decide_are_able() {
        let disabled = PersonRecord {
            disabled_at: Some(Timestamp::from_micros(1)),
            ..person(3, "stewards", &[Role::Approver])
        };
        let people = [
            person(1, "stewards", &[Role::Approver]),
            person(2, "stewards", &[Role::Auditor]),
            disabled,
            person(4, "finance", &[Role::Approver]),
            person(5, "stewards", &[Role::Approver]),
        ];
        let asker = people[4].id;
        let mapped: BTreeSet<String> = ["stewards".to_owned(), "new".to_owned()].into();
        let able_in = |group: &str| {
            let requirement = Requirement {
                policy: "p".to_owned(),
                approvers: vec![group.to_owned()],
                count: 1,
            };
            able(&requirement, &people, &mapped, |person| person.id == asker)
        };
        assert_eq!(able_in("stewards"), Some(1));
        assert_eq!(able_in("finance"), Some(1));
        assert_eq!(able_in("nobody"), Some(0));
        // Nobody of it has been seen, and whoever comes may decide.
        assert_eq!(able_in("new"), None);
    }
}
