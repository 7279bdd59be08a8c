//! What a round's ledger entries tell, held against the rules and against the database.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Ballot, IntentState, PersonId, Requirement, Role, Timestamp};
use serde::Deserialize;
use store::{ApprovalRecord, EntryRecord, VoteRecord};

use super::{
    plan::ON_CALL,
    world::{Asked, World},
};
use crate::support::Who;

/// What came of a round.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a thing that happened or did not"
)]
#[derive(Debug, Default)]
pub struct Ended {
    /// A result was sealed.
    pub was_executed: bool,
    /// Enough people approved.
    pub was_approved: bool,
    /// Somebody broke the glass, and that was enough.
    pub was_excepted: bool,
    /// Somebody denied.
    pub was_denied: bool,
    /// So many votes were cast in another's place.
    pub votes_in_place: u64,
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
    is_excepted_on_record: bool,
    told: Told,
}

/// What the entries say so far.
#[derive(Default)]
struct Told {
    people: BTreeMap<String, Known>,
    state: Option<IntentState>,
    /// Whose vote it is, and who cast it.
    approving: BTreeMap<String, String>,
    denying: BTreeMap<String, String>,
    delegations: BTreeMap<String, Delegation>,
    on_call: BTreeSet<String>,
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

/// Who decides in whose place, and when.
#[derive(Deserialize)]
struct Delegation {
    absent: PersonId,
    delegate: PersonId,
    from: Timestamp,
    until: Timestamp,
}

#[derive(Deserialize)]
struct Moved {
    from: IntentState,
    to: IntentState,
}

#[derive(Deserialize)]
struct Cast {
    ballot: Ballot,
    on_behalf_of: Option<PersonId>,
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
        let exceptions = store.exceptions(u32::MAX).await.expect("read");
        Self {
            is_excepted_on_record: exceptions.iter().any(|one| one.approval == id.id),
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
        let is_review_due = !told.ended.was_excepted || self.is_excepted_on_record;
        require(is_review_due, "an exception waits for its review")?;
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
            "delegation.granted" => {
                let granted = payload(entry)?;
                self.told.delegations.insert(subject.to_owned(), granted);
            }
            "delegation.revoked" => drop(self.told.delegations.remove(subject)),
            "break_glass.declared" if is_ours => {
                self.told.on_call.insert(entry.actor.clone());
            }
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

    fn is_asker(&self, person: &str) -> bool {
        let askers = [Who::Alice.id(), self.asked.actor.initiator];
        askers.iter().any(|asker| asker.to_string() == person)
    }

    /// Whether somebody was ever signed in so that this is theirs; a session keeps what was
    /// said when it began.
    fn was(&self, person: &str, fits: impl Fn(&SignedIn) -> bool) -> bool {
        let known = self.told.people.get(person);
        known.is_some_and(|known| known.claims.iter().any(fits))
    }

    fn follow_vote(&mut self, entry: &EntryRecord) -> Rule {
        let cast: Cast = payload(entry)?;
        let voter = &entry.actor;
        let place = cast.on_behalf_of.map_or(voter.clone(), |id| id.to_string());
        for person in [voter, &place] {
            let is_asker = self.is_asker(person);
            require(!is_asker, "nobody votes on what they asked for")?;
            let approves = |claims: &SignedIn| claims.roles.contains(&Role::Approver);
            require(self.was(person, approves), "a voter approves")?;
        }
        let asked = &self.approval.requirements;
        let is_asked = |claims: &SignedIn| {
            asked
                .iter()
                .any(|requirement| shares(&requirement.approvers, &claims.groups))
        };
        require(self.was(&place, is_asked), "a voter is asked")?;
        if place != *voter {
            self.told.ended.votes_in_place += 1;
            let mut lent = self.told.delegations.values();
            let is_lent = lent.any(|lent| {
                lent.absent.to_string() == place
                    && lent.delegate.to_string() == *voter
                    && (lent.from..lent.until).contains(&entry.at)
            });
            require(is_lent, "a colleague was asked to decide in their place")?;
        }
        require(
            self.told.state == Some(IntentState::PendingApproval),
            "a vote is cast while the intent waits",
        )?;
        require(
            entry.at < self.approval.expires_at,
            "a vote is cast in time",
        )?;
        let told = &mut self.told;
        let is_second = [&told.approving, &told.denying].into_iter().any(|votes| {
            votes.contains_key(&place) || votes.values().any(|earlier| earlier == voter)
        });
        match cast.ballot {
            Ballot::Approve => told.approving.insert(place, voter.clone()),
            Ballot::Deny => told.denying.insert(place, voter.clone()),
        };
        require(!is_second, "a person votes once")
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
                let enough = self.require_enough();
                // A broken glass counts where the votes do not suffice.
                self.told.ended.was_excepted = enough.is_err() && self.is_excepted();
                if self.told.ended.was_excepted {
                    return Ok(());
                }
                enough
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

    /// Whether somebody on call who can still get in and did not ask for it broke the glass.
    fn is_excepted(&self) -> bool {
        let on_call = |claims: &SignedIn| claims.groups.iter().any(|group| group == ON_CALL);
        let is_disabled = |person: &String| {
            let known = self.told.people.get(person);
            known.is_none_or(|known| known.is_disabled)
        };
        let mut declared = self.told.on_call.iter();
        declared.any(|person| {
            !self.is_asker(person) && !is_disabled(person) && self.was(person, on_call)
        })
    }

    /// Somebody as they last signed in, if they can still get in.
    fn present(&self, person: &str) -> Option<&SignedIn> {
        let known = self.told.people.get(person)?;
        let claims = known.claims.last()?;
        (!known.is_disabled && claims.roles.contains(&Role::Approver)).then_some(claims)
    }

    /// Every requirement is met by so many people who can still get in.
    fn require_enough(&self) -> Rule {
        require(self.told.denying.is_empty(), "nobody denied")?;
        let voters = self.told.approving.iter();
        let voters: Vec<&SignedIn> = voters
            .filter(|(_, voter)| self.present(voter).is_some())
            .filter_map(|(place, _)| self.present(place))
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
