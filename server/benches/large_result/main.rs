//! How much memory a large result takes: the program in a process of its own asks a stand-in for
//! BigQuery, masks and seals every row, and hands all of them out again.
//!
//! Prints how long it took and the most memory that the program held at any time.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark stops at what it does not expect, and prints its figures"
)]

mod bigquery;
#[path = "../program/mod.rs"]
#[expect(dead_code, reason = "another benchmark measures memory at rest")]
mod program;

use std::{
    env,
    time::{Duration, Instant},
};

use program::{replica::Replica, sample};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// Rows of the result, unless the command line says another number.
const ROWS: u64 = 10_000_000;
/// The program may hold no more than this, in bytes.
const MEMORY: u64 = 256 << 20;
const SQL: &str = "SELECT id, country, note FROM demo.shop.orders";
const MIB: u64 = 1 << 20;

#[tokio::main]
async fn main() {
    let rows = env::args().find_map(|argument| argument.parse().ok());
    let rows = rows.unwrap_or(ROWS);
    let folder = tempfile::tempdir().expect("a folder");
    let tokens = sample::tokens(folder.path(), 1).await;
    let bigquery = bigquery::start(rows).await;
    let replica = Replica::start(folder.path(), "replica", &bigquery).await;
    let agent = Agent {
        client: Client::new(),
        url: format!("{}/api/v1/intents", replica.url()),
        token: tokens[0].clone(),
    };
    println!("at rest: {} MiB", replica.peak_memory() / MIB);
    let begun = Instant::now();
    let intent = agent.submit().await;
    agent.finished(&intent).await;
    let sealed = begun.elapsed();
    println!(
        "{rows} rows read, masked and sealed in {:.1} s; at most {} MiB",
        sealed.as_secs_f64(),
        replica.peak_memory() / MIB
    );
    let begun = Instant::now();
    let (lines, bytes) = agent.read(&intent).await;
    println!(
        "{lines} rows, {} MiB, handed out in {:.1} s; at most {} MiB",
        bytes / MIB,
        begun.elapsed().as_secs_f64(),
        replica.peak_memory() / MIB
    );
    assert_eq!(lines, rows);
    assert!(replica.peak_memory() < MEMORY, "it held too much");
}

/// Whoever asks.
struct Agent {
    client: Client,
    url: String,
    token: String,
}

impl Agent {
    async fn send(&self, request: RequestBuilder) -> reqwest::Response {
        let request = request.bearer_auth(&self.token);
        let answer = request.send().await.expect("an answer");
        answer.error_for_status().expect("a success")
    }

    /// Returns the intent's id, once the catalog has been read.
    async fn submit(&self) -> String {
        loop {
            let request = self.client.post(&self.url);
            let request = request
                .header("idempotency-key", "all-rows")
                .bearer_auth(&self.token)
                .json(&json!({"sql": SQL, "purpose": "all of them"}));
            let answer = request.send().await.expect("an answer");
            if answer.status().is_success() {
                let intent: Value = answer.json().await.expect("JSON");
                return intent["id"].as_str().expect("an id").to_owned();
            }
            let status = answer.status();
            let text = answer.text().await.expect("a text");
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{text}");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn finished(&self, intent: &str) {
        loop {
            let request = self.client.get(format!("{}/{intent}?wait=30", self.url));
            let view: Value = self.send(request).await.json().await.expect("JSON");
            match view["state"].as_str() {
                Some("succeeded") => return,
                Some("approved" | "prepared" | "running") => {}
                _ => unreachable!("{view}"),
            }
        }
    }

    /// Counts the lines and bytes of all rows.
    async fn read(&self, intent: &str) -> (u64, u64) {
        let request = self.client.get(format!("{}/{intent}/results", self.url));
        let request = request.header("accept", "application/x-ndjson");
        let mut answer = self.send(request).await;
        let (mut lines, mut bytes) = (0, 0);
        while let Some(chunk) = answer.chunk().await.expect("a part of the rows") {
            lines += chunk.split(|byte| *byte == b'\n').count() as u64 - 1;
            bytes += chunk.len() as u64;
        }
        (lines, bytes)
    }
}
