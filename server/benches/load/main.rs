//! What the gateway costs: the same small query to BigQuery's API of the sandbox, directly and
//! through the program, first one after the other and then by many clients at once.
//!
//! Prints how long answers took, how much memory the program took, and whether every query had
//! its answer by exactly one job. The sandbox is the program of that name beside the benchmarked
//! one: build it first, in the same profile.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops at what it does not expect, and prints its figures"
)]

mod clients;
#[path = "../program/mod.rs"]
mod program;
mod warehouse;

use std::{env, sync::Arc, time::Duration};

use clients::{Door, Figures};
use program::{replica::Replica, sample};
use warehouse::Sandbox;

/// How many queries many clients ask, unless the command line says another number.
const QUERIES: usize = 10_000;
/// How many clients ask at once.
const CLIENTS: usize = 64;
/// How many queries one client asks at each door, in turn.
const ALONE: usize = 500;

#[tokio::main]
async fn main() {
    let count = env::args().find_map(|argument| argument.parse().ok());
    let count = count.unwrap_or(QUERIES);
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = sample::tokens(folder.path(), CLIENTS).await;
    let sandbox = Sandbox::start(folder.path()).await;
    let replica = Replica::start(folder.path(), "gateway", &sandbox.api()).await;
    let direct = Arc::new(Door::new("direct", sandbox.api(), vec!["any".to_owned()]));
    let gateway = format!("{}/bigquery/v2", replica.url());
    let gateway = Arc::new(Door::new("gateway", gateway, tokens));
    gateway.ready().await;

    println!("one client, {ALONE} queries at each door, in turn");
    let (near, far) = clients::in_turn(&direct, &gateway, ALONE).await;
    Figures::print(&[&near, &far]);
    let added = far.median().saturating_sub(near.median());
    println!("added at the median: {:.1} ms", milliseconds(added));

    println!("\n{CLIENTS} clients, {count} queries at each door");
    let resting = replica.memory();
    let spent = || [replica.processor_time(), sandbox.processor_time()];
    let start = spent();
    let far = clients::at_once(&gateway, CLIENTS, count).await;
    let middle = spent();
    let near = clients::at_once(&direct, CLIENTS, count).await;
    let end = spent();
    Figures::print(&[&near, &far]);
    let each =
        |from: Duration, to: Duration| milliseconds(to.saturating_sub(from)) / as_float(count);
    println!(
        "processor's time a query: direct, the sandbox's {:.1} ms; through the gateway, its own {:.1} ms and the sandbox's {:.1} ms",
        each(middle[1], end[1]),
        each(start[0], middle[0]),
        each(start[1], middle[1]),
    );
    let peak = replica.peak_memory();
    println!(
        "memory: {} MiB before, {} MiB at most",
        mebibytes(resting),
        mebibytes(peak)
    );

    let jobs = sandbox.jobs_by_intent().await;
    let twice = jobs.values().filter(|count| **count > 1).count();
    let lost = (count + ALONE).saturating_sub(jobs.len());
    println!(
        "intents with a job: {}, lost {lost}, doubled {twice}",
        jobs.len()
    );
    assert_eq!((lost, twice), (0, 0), "every query has exactly one job");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn mebibytes(bytes: u64) -> u64 {
    bytes >> 20
}
