//! What happens in one round, drawn from the dice before it begins.

use domain::{Ballot, Role};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};

use crate::support::Who;

/// Groups that policies ask.
pub const GROUPS: [&str; 3] = ["data-stewards", "security", "finance"];

/// Whose people break the glass.
pub const ON_CALL: &str = "finance";

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
    /// An approver lets a colleague decide in their place.
    Delegate(Who, Who),
    /// They take back whatever they lent.
    TakeBack(Who),
    /// A person lets the query run without the usual votes.
    BreakGlass(Who),
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
        let mut waves: Vec<_> = (0..waves).map(|_| wave(dice)).collect();
        take_their_places(&mut waves);
        Self {
            initiator: *[Who::Alice, Who::Alice, Who::Heidi]
                .choose(dice)
                .expect("one"),
            claims: Who::ALL.map(|who| claims(dice, who)).to_vec(),
            waves,
        }
    }
}

fn wave(dice: &mut StdRng) -> Vec<Deed> {
    let deeds = dice.random_range(1..=4);
    (0..deeds).map(|_| deed(dice)).collect()
}

/// Whoever is to decide in another's place does so in the next wave.
fn take_their_places(waves: &mut [Vec<Deed>]) {
    for before in 1..waves.len() {
        let (earlier, later) = waves.split_at_mut(before);
        for deed in earlier.last().into_iter().flatten() {
            if let Deed::Delegate(_, delegate) = deed {
                later[0].push(Deed::Vote(*delegate, Ballot::Approve));
            }
        }
    }
}

fn deed(dice: &mut StdRng) -> Deed {
    let who = *Who::ALL.choose(dice).expect("one");
    match dice.random_range(0..100) {
        0..44 if dice.random_ratio(1, 12) => Deed::Vote(who, Ballot::Deny),
        0..44 => Deed::Vote(who, Ballot::Approve),
        44..56 => Deed::Delegate(who, *Who::ALL.choose(dice).expect("one")),
        56..58 => Deed::TakeBack(who),
        58..59 => Deed::BreakGlass(who),
        59..74 => Deed::Execute,
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
