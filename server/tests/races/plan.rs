//! What happens in one round, drawn from the dice before it begins.

use domain::{Ballot, Role};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

use crate::support::Who;

/// Groups that policies ask.
pub const GROUPS: [&str; 3] = ["data-stewards", "security", "finance"];

/// What the identity provider says of somebody, until they sign in anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// Groups of the provider.
    pub groups: Vec<String>,
    /// What they give here.
    pub roles: Vec<Role>,
}

/// One thing that somebody does.
#[derive(Debug, Clone)]
pub enum Deed {
    /// A person votes.
    Vote(Who, Ballot),
    /// The agent takes its intent back.
    Withdraw,
    /// What nobody decided in time is ended.
    Expire,
    /// An executor looks at the intent.
    Execute,
    /// The run's initiator ends it.
    EndRun,
    /// An administrator stops the agent.
    SuspendAgent,
    /// An administrator keeps a person out.
    Disable(Who),
    /// A person signs in, in other groups than before.
    SignIn(Who, Claims),
    /// Time passes, in seconds.
    Wait(i64),
}

/// A round.
#[derive(Debug)]
pub struct Plan {
    /// Who opens the run.
    pub initiator: Who,
    /// As what everybody begins, in the order of [`Who::ALL`].
    pub claims: Vec<Claims>,
    /// What happens: the deeds of one wave all at once, and one wave after the other.
    pub waves: Vec<Vec<Deed>>,
}

impl Plan {
    /// Another one.
    pub fn draw(dice: &mut StdRng) -> Self {
        let waves = dice.random_range(2..=4);
        Self {
            initiator: *[Who::Alice, Who::Alice, Who::Heidi]
                .choose(dice)
                .expect("one"),
            claims: Who::ALL.map(|who| claims(dice, who)).to_vec(),
            waves: (0..waves).map(|_| wave(dice)).collect(),
        }
    }
}

fn wave(dice: &mut StdRng) -> Vec<Deed> {
    let deeds = dice.random_range(1..=4);
    (0..deeds).map(|_| deed(dice)).collect()
}

fn deed(dice: &mut StdRng) -> Deed {
    let who = *Who::ALL.choose(dice).expect("one");
    match dice.random_range(0..100) {
        0..50 if dice.random_ratio(1, 12) => Deed::Vote(who, Ballot::Deny),
        0..50 => Deed::Vote(who, Ballot::Approve),
        50..74 => Deed::Execute,
        74..76 => Deed::Withdraw,
        76..80 => Deed::Expire,
        80..82 => Deed::EndRun,
        82..84 => Deed::SuspendAgent,
        // Somebody has to let them in again.
        84..88 if who != Who::Grace => Deed::Disable(who),
        84..92 => Deed::SignIn(who, claims(dice, who)),
        _ => Deed::Wait(*[1, 60, 300, 600, 1800].choose(dice).expect("one")),
    }
}

/// Alice owns the agent and Heidi is its sponsor: they are approvers too more often than not,
/// so that only the rule that nobody approves their own keeps them from it.
fn claims(dice: &mut StdRng, who: Who) -> Claims {
    let mut roles = match who {
        Who::Alice | Who::Heidi => vec![Role::Initiator],
        Who::Grace => vec![Role::Administrator],
        Who::Frank => vec![Role::Auditor],
        _ => vec![Role::Reviewer],
    };
    if dice.random_ratio(4, 5) {
        roles.push(Role::Approver);
    }
    let groups = GROUPS.iter().filter(|_| dice.random_ratio(1, 2));
    Claims {
        groups: groups.map(ToString::to_string).collect(),
        roles,
    }
}
