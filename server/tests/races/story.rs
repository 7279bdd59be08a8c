//! What a round's ledger entries tell, held against the rules and against the database.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Ballot, IntentState, Requirement, Role};
use serde::Deserialize;
use store::{ApprovalRecord, EntryRecord, VoteRecord};

use super::world::{Asked, World};
use crate::support::Who;

/// What came of a round.
#[derive(Debug, Default)]
pub struct Ended {
    /// A result was sealed.
    pub was_executed: bool,
    /// Enough people approved.
    pub was_approved: bool,
    /// Somebody denied.
    pub was_denied: bool,
    /// So many votes were refused.
    pub refused_votes: u64,
}

/// A round as the ledger tells it, up to some entry.
pub struct Story {
    asked: Asked,
    approval: ApprovalRecord,
    entries: Vec<EntryRecord>,
    votes: Vec<VoteRecord>,
    state: IntentState,
    told: Told,
}

/// What the entries say so far.
#[derive(Default)]
struct Told {
    people: BTreeMap<String, Known>,
    state: Option<IntentState>,
    approving: BTreeSet<String>,
    denying: BTreeSet<String>,
    is_run_ended: bool,
    prepared: u32,
    sealed: u32,
    ended: Ended,
}

/// A person: what they were when they signed in, each time.
#[derive(Default)]
struct Known {
    claims: Vec<SignedIn>,
    is_disabled: bool,
}

#[derive(Deserialize)]
struct SignedIn {
    groups: Vec<String>,
    roles: Vec<Role>,
}

#[derive(Deserialize)]
struct Moved {
    from: IntentState,
    to: IntentState,
}

#[derive(Deserialize)]
struct Cast {
    ballot: Ballot,
}

type Rule = Result<(), String>;

fn require(holds: bool, rule: &str) -> Rule {
    if holds { Ok(()) } else { Err(rule.to_owned()) }
}

fn payload<T: for<'a> Deserialize<'a>>(entry: &EntryRecord) -> Result<T, String> {
    serde_json::from_str(&entry.payload).map_err(|error| format!("{}: {error}", entry.event))
}

impl Story {
    /// The entries from the round's first on, and what the database says.
    pub async fn read(world: &World, asked: &Asked, id: ApprovalRecord, first: u64) -> Self {
        let store = &world.portal.store;
        let last = world.last_entry().await;
        let count = u32::try_from(last + 1 - first).expect("not so many");
        let entries = store.entries_down_from(Some(last), count).await;
        let mut entries = entries.expect("entries");
        entries.reverse();
        let approval = store.approval(id.id).await.expect("read");
        let intent = store.intent(asked.intent).await.expect("read");
        Self {
            asked: asked.clone(),
            approval: approval.expect("the approval"),
            entries,
            votes: store.votes_on(id.id).await.expect("votes"),
            state: intent.expect("the intent").state,
            told: Told::default(),
        }
    }

    /// Holds everything against the rules, given how many jobs the warehouse got.
    pub fn check(mut self, jobs: usize) -> Result<Ended, String> {
        for entry in std::mem::take(&mut self.entries) {
            self.follow(&entry)
                .map_err(|rule| format!("entry {}, {}: {rule}", entry.sequence, entry.event))?;
        }
        let told = &self.told;
        let cast = told.approving.len() + told.denying.len();
        require(
            told.state == Some(self.state),
            "the ledger tells the intent's state",
        )?;
        require(cast == self.votes.len(), "the ledger tells every vote")?;
        let is_open = self.state == IntentState::PendingApproval;
        require(
            self.approval.closed_at.is_none() == is_open,
            "an approval is open while its intent waits",
        )?;
        require(told.prepared <= 1, "an approval is used once")?;
        require(told.sealed <= 1, "one result is sealed")?;
        require(jobs <= told.prepared as usize, "a job was prepared")?;
        Ok(self.told.ended)
    }

    fn follow(&mut self, entry: &EntryRecord) -> Rule {
        let is_ours = entry.run == Some(self.asked.actor.run);
        let subject = entry.subject.as_str();
        match entry.event.as_str() {
            "person.signed_in" => {
                let claims = payload(entry)?;
                self.person(subject).claims.push(claims);
            }
            "person.disabled" => self.person(subject).is_disabled = true,
            "person.enabled" => self.person(subject).is_disabled = false,
            "vote.refused" if is_ours => self.told.ended.refused_votes += 1,
            "vote.cast" if is_ours => self.follow_vote(entry)?,
            "intent.received" if is_ours => self.told.state = Some(IntentState::Received),
            "intent.moved" if is_ours => self.follow_move(entry)?,
            "run.revoked" if is_ours => self.told.is_run_ended = true,
            "result.sealed" if is_ours => {
                self.told.sealed += 1;
                self.told.ended.was_executed = true;
                require(!self.told.is_run_ended, "nothing is sealed in an ended run")?;
            }
            _ => {}
        }
        Ok(())
    }

    fn person(&mut self, id: &str) -> &mut Known {
        self.told.people.entry(id.to_owned()).or_default()
    }

    fn follow_vote(&mut self, entry: &EntryRecord) -> Rule {
        let voter = &entry.actor;
        let askers = [Who::Alice.id(), self.asked.actor.initiator].map(|id| id.to_string());
        require(!askers.contains(voter), "nobody votes on their own request")?;
        let known = self.told.people.get(voter).ok_or("a voter is a person")?;
        // A session keeps what was said when it began.
        let is_asked = |claims: &SignedIn| {
            let asks = |requirement: &Requirement| shares(&requirement.approvers, &claims.groups);
            claims.roles.contains(&Role::Approver) && self.approval.requirements.iter().any(asks)
        };
        require(known.claims.iter().any(is_asked), "a voter is asked")?;
        require(
            self.told.state == Some(IntentState::PendingApproval),
            "a vote is cast while the intent waits",
        )?;
        require(
            entry.at < self.approval.expires_at,
            "a vote is cast in time",
        )?;
        let Cast { ballot } = payload(entry)?;
        let is_first = match ballot {
            Ballot::Approve => self.told.approving.insert(voter.clone()),
            Ballot::Deny => self.told.denying.insert(voter.clone()),
        };
        let both = self.told.approving.intersection(&self.told.denying).count();
        require(is_first && both == 0, "a person votes once")
    }

    fn follow_move(&mut self, entry: &EntryRecord) -> Rule {
        let Moved { from, to } = payload(entry)?;
        require(
            self.told.state == Some(from),
            "a move begins where the last ended",
        )?;
        self.told.state = Some(to);
        let is_in_time = entry.at < self.approval.expires_at;
        match to {
            IntentState::Approved => {
                self.told.ended.was_approved = true;
                require(is_in_time, "nothing is approved after its time")?;
                self.require_enough()
            }
            IntentState::Denied => {
                self.told.ended.was_denied = true;
                require(!self.told.denying.is_empty(), "somebody denied")
            }
            IntentState::Prepared => {
                self.told.prepared += 1;
                require(self.told.ended.was_approved, "what runs was approved")?;
                require(is_in_time, "nothing runs after its time")?;
                require(!self.told.is_run_ended, "nothing runs in an ended run")
            }
            _ => Ok(()),
        }
    }

    /// Every requirement is met by so many people who can still get in.
    fn require_enough(&self) -> Rule {
        require(self.told.denying.is_empty(), "nobody denied")?;
        let voters = self.told.approving.iter();
        let voters: Vec<&SignedIn> = voters
            .filter_map(|voter| self.told.people.get(voter))
            .filter(|known| !known.is_disabled)
            .filter_map(|known| known.claims.last())
            .filter(|claims| !claims.roles.is_empty())
            .collect();
        for Requirement {
            approvers, count, ..
        } in &self.approval.requirements
        {
            let fitting = voters
                .iter()
                .filter(|voter| shares(approvers, &voter.groups));
            require(
                fitting.count() >= usize::from(*count),
                "enough of them approved",
            )?;
        }
        require(!self.approval.requirements.is_empty(), "somebody was asked")
    }
}

fn shares(some: &[String], others: &[String]) -> bool {
    some.iter().any(|one| others.contains(one))
}
