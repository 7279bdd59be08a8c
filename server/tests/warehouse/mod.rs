//! The adapter against servers that it did not choose: what [`Warehouse`] promises, asked of
//! each BigQuery server there is to be had. A server that lacks something says so in its list,
//! and the list is held against it too.
//!
//! `cargo xtask test` starts the servers and names their addresses in the environment.
//!
//! [`Warehouse`]: countersign::warehouse::Warehouse

mod access;
mod contract;
mod dry_runs;
mod jobs;
mod rows;
mod servers;
mod shop;
mod stage;
mod tables;

use contract::Clause;
use servers::{BQEMULATOR, LOCAL_BIGQUERY, SANDBOX, SERVERS, Server};
use stage::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_keeps_the_contract() {
    hold(&SANDBOX).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn local_bigquery_keeps_the_contract() {
    hold(&LOCAL_BIGQUERY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bqemulator_keeps_the_contract() {
    hold(&BQEMULATOR).await;
}

/// Holds a server against every clause: it keeps those that its list does not name, and not
/// those that it does.
async fn hold(server: &Server) {
    let Some(stage) = Stage::of(server).await else {
        return;
    };
    let mut wrong = Vec::new();
    for &clause in Clause::ALL {
        match (clause.check(&stage).await, server.lack(clause)) {
            (Ok(()), Some(_)) => wrong.push(format!("keeps what its list says it lacks: {clause}")),
            (Err(error), None) => wrong.push(format!("does not keep: {clause}: {error:#}")),
            (Err(error), Some(lack)) => {
                eprintln!("{} lacks {clause}: {lack} ({error:#})", server.name);
            }
            (Ok(()), None) => {}
        }
    }
    assert!(wrong.is_empty(), "{}:\n{}", server.name, wrong.join("\n"));
}

/// `docs/bigquery-servers.md` holds the table that follows from the lists.
#[test]
fn the_documentation_tells_what_each_server_lacks() {
    let page = include_str!("../../../docs/bigquery-servers.md");
    let table = table();
    assert!(page.contains(&table), "the page lacks this table:\n{table}");
}

fn table() -> String {
    let names: Vec<_> = SERVERS.iter().map(|server| server.name).collect();
    let mut lines = vec![
        format!("| the adapter's contract | {} |", names.join(" | ")),
        format!("|---|{}", "---|".repeat(SERVERS.len())),
    ];
    for &clause in Clause::ALL {
        let cells = SERVERS.map(|server| server.lack(clause).unwrap_or("✓"));
        lines.push(format!("| {clause} | {} |", cells.join(" | ")));
    }
    lines.join("\n")
}
