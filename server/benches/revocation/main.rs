//! How fast a revocation counts, everywhere: clients in a loop at two replicas over one
//! database, while every token is revoked, one after the other.
//!
//! Prints how long each revocation took until its answer, and until the *other* replica
//! refused the token; and how many requests that were sent after the answer still succeeded,
//! of which there must be none.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops at what it does not expect, and prints its figures"
)]

mod clients;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "another benchmark measures memory")]
mod program;

use std::{
    env,
    sync::Arc,
    time::{Duration, Instant},
};

use clients::Traffic;
use program::{replica::Replica, sample};
use reqwest::{Client, StatusCode};

/// BigQuery is not asked here.
const NOWHERE: &str = "http://127.0.0.1:1/bigquery/v2";
/// How many tokens are revoked, unless the command line says another number.
const TOKENS: usize = 1000;
/// How many clients ask meanwhile, without a pause.
const CLIENTS: usize = 64;
/// How long they ask before the first revocation.
const WARM_UP: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() {
    let count = env::args().find_map(|argument| argument.parse().ok());
    let count = count.unwrap_or(TOKENS);
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = sample::tokens(folder.path(), count).await;
    // One after the other: the first one brings the schema up to date.
    let first = Replica::start(folder.path(), "first", NOWHERE).await;
    let second = Replica::start(folder.path(), "second", NOWHERE).await;
    let traffic = Arc::new(Traffic::new(tokens, [first.url(), second.url()]));
    let clients = (0..CLIENTS).map(|number| tokio::spawn(Arc::clone(&traffic).ask(number)));
    let clients: Vec<_> = clients.collect();
    tokio::time::sleep(WARM_UP).await;
    let (mut answered, mut refused) = (Vec::new(), Vec::new());
    for number in 0..count {
        let (answer, refusal) = revoke(&traffic, number).await;
        answered.push(answer);
        refused.push(refusal);
    }
    traffic.stop();
    for client in clients {
        client.await.expect("a client that did not stop");
    }
    print(&traffic, answered, refused);
}

/// Revokes one token at one replica, then asks with it at the other one. Returns how long it
/// took from the first byte of the revocation to its answer, and to the other's refusal.
async fn revoke(traffic: &Traffic, number: usize) -> (Duration, Duration) {
    let client = Client::new();
    let [here, there] = [number % 2, (number + 1) % 2];
    let start = Instant::now();
    let answer = loop {
        let status = traffic.revoke(&client, number, here).await;
        if status == StatusCode::NO_CONTENT {
            break start.elapsed();
        }
        // The database was busy for longer than a caller is kept waiting: not revoked yet.
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    };
    traffic.note_revoked(number);
    loop {
        match traffic.read(&client, number, there).await {
            StatusCode::UNAUTHORIZED => return (answer, start.elapsed()),
            // Refused too, only not by its code: the refusal could not be recorded in time.
            StatusCode::SERVICE_UNAVAILABLE => {}
            other => unreachable!("{other} after the revocation's answer"),
        }
    }
}

fn print(traffic: &Traffic, answered: Vec<Duration>, refused: Vec<Duration>) {
    let count = answered.len();
    println!("{count} tokens revoked, {CLIENTS} clients, 2 replicas over one database");
    println!("| from the revocation's first byte | p50 | p99 | longest |");
    println!("|---|---|---|---|");
    row("to its answer", answered);
    row("to the other replica's refusal", refused);
    println!("{}", traffic.figures());
}

fn row(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() * percent / 100).min(times.len() - 1)];
    let [half, most, all] = [at(50), at(99), at(100)].map(|time| time.as_millis());
    println!("| {name} | {half} ms | {most} ms | {all} ms |");
}
