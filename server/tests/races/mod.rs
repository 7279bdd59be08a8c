//! Approvals in random races: people of random roles and groups vote, stand in for each other, break
//! the glass, withdraw, revoke, sign in anew and execute at once while the clock jumps, and whatever comes of it, what must always
//! hold is read back from the ledger and the database.
//!
//! `COUNTERSIGN_RACES` says how many rounds, `COUNTERSIGN_RACES_SEED` which: a round's plan
//! depends on nothing else. Which of two deeds at once comes first is the machine's to say.

mod plan;
mod round;
mod story;
mod world;

use std::{env, str::FromStr, thread};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use test_database::TestDatabase;
use tokio::runtime::Builder;

use self::{plan::Plan, world::World};

/// Rounds that share a database: a new one costs as much as several rounds.
const ROUNDS_OF_A_WORLD: usize = 250;
/// Each plays worlds of its own.
const THREADS: usize = 2;

fn given<T: FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().ok().expect("a number"))
}

/// Each takes some 60 ms of a core without optimisation, so ten thousand are played by hand.
fn rounds() -> u64 {
    let usual = if TestDatabase::is_for_postgres() {
        250
    } else {
        1_000
    };
    given("COUNTERSIGN_RACES").unwrap_or(usual)
}

/// The rounds from `first` on, in a world of their own; an error says what does not hold.
async fn play(seed: u64, first: u64, rounds: u64) -> Result<Tally, String> {
    let mut dice = StdRng::seed_from_u64(seed.wrapping_add(first));
    let world = World::new(&mut dice).await;
    let mut tally = Tally::default();
    for number in first..first + rounds {
        let plan = Plan::draw(&mut dice);
        let ended = round::play(&world, &plan).await.map_err(|broken| {
            eprintln!("{plan:#?}");
            format!("COUNTERSIGN_RACES_SEED={seed}, round {number}: {broken}")
        });
        match ended {
            Ok(ended) => tally.add(&ended),
            Err(broken) => {
                world.finish().await;
                return Err(broken);
            }
        }
    }
    world.finish().await;
    Ok(tally)
}

/// What came of many rounds: a test in which nothing is ever approved would prove nothing.
#[derive(Debug, Default)]
struct Tally {
    rounds: u64,
    executed: u64,
    approved: u64,
    excepted: u64,
    in_place: u64,
    denied: u64,
    ended: u64,
    refused_votes: u64,
}

impl Tally {
    fn add(&mut self, ended: &story::Ended) {
        self.rounds += 1;
        self.executed += u64::from(ended.was_executed);
        self.approved += u64::from(ended.was_approved);
        self.excepted += u64::from(ended.was_excepted);
        self.in_place += ended.votes_in_place;
        self.denied += u64::from(ended.was_denied);
        self.ended += u64::from(!ended.was_approved && !ended.was_denied);
        self.refused_votes += ended.refused_votes;
    }

    fn merge(&mut self, other: &Self) {
        self.rounds += other.rounds;
        self.executed += other.executed;
        self.approved += other.approved;
        self.excepted += other.excepted;
        self.in_place += other.in_place;
        self.denied += other.denied;
        self.ended += other.ended;
        self.refused_votes += other.refused_votes;
    }
}

/// The worlds of one thread: every so-manieth.
fn play_some(seed: u64, rounds: u64, thread: usize) -> Result<Tally, String> {
    let firsts = (0..rounds).step_by(ROUNDS_OF_A_WORLD);
    let mine = firsts.skip(thread).step_by(THREADS);
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let mut tally = Tally::default();
        for first in mine {
            let rounds = (rounds - first).min(ROUNDS_OF_A_WORLD as u64);
            tally.merge(&play(seed, first, rounds).await?);
        }
        Ok(tally)
    })
}

#[test]
fn nothing_runs_that_was_not_approved_by_the_right_people_in_time() {
    let seed = given("COUNTERSIGN_RACES_SEED").unwrap_or_else(|| rand::rng().random());
    let rounds = rounds();
    eprintln!("COUNTERSIGN_RACES_SEED={seed}, {rounds} rounds");
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| thread::spawn(move || play_some(seed, rounds, thread)))
        .collect();
    let mut tally = Tally::default();
    for thread in threads {
        let played = thread.join().expect("played");
        tally.merge(&played.expect("every round holds"));
    }
    eprintln!("{tally:?}");
    assert_eq!(tally.rounds, rounds);
    for often in [
        tally.executed,
        tally.denied,
        tally.ended,
        tally.refused_votes,
    ] {
        assert!(often * 50 > rounds, "{tally:?}: too little happens");
    }
    let has_seldom = tally.excepted > 0 && tally.in_place > 0;
    assert!(
        rounds < 1_000 || has_seldom,
        "{tally:?}: too little happens"
    );
}
