//! Clients that ask without a pause, and what they were answered.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
    },
};

use reqwest::{Client, StatusCode};

/// A run's token, and whether its revocation has been answered.
struct Token {
    text: String,
    is_revoked: AtomicBool,
}

/// Everything that is asked, and counted.
pub struct Traffic {
    tokens: Vec<Token>,
    replicas: [String; 2],
    is_over: AtomicBool,
    succeeded: AtomicU64,
    refused: AtomicU64,
    unavailable: AtomicU64,
    too_late: AtomicU64,
}

impl Traffic {
    /// Nothing asked yet.
    pub fn new(tokens: Vec<String>, replicas: [String; 2]) -> Self {
        let token = |text| Token {
            text,
            is_revoked: AtomicBool::new(false),
        };
        Self {
            tokens: tokens.into_iter().map(token).collect(),
            replicas,
            is_over: AtomicBool::new(false),
            succeeded: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            unavailable: AtomicU64::new(0),
            too_late: AtomicU64::new(0),
        }
    }

    /// Asks with one token after the other, at both replicas in turn, until the end.
    pub async fn ask(self: Arc<Self>, number: usize) {
        let client = Client::new();
        // Each client has an order of its own.
        let stride = 2 * number + 7;
        let mut token = number;
        for turn in number.. {
            if self.is_over.load(SeqCst) {
                return;
            }
            token = (token + stride) % self.tokens.len();
            let was_revoked = self.tokens[token].is_revoked.load(SeqCst);
            let status = self.read(&client, token, turn % 2).await;
            self.count(status, was_revoked);
        }
    }

    fn count(&self, status: StatusCode, was_revoked: bool) {
        let counter = match status {
            StatusCode::OK => &self.succeeded,
            StatusCode::UNAUTHORIZED => &self.refused,
            StatusCode::SERVICE_UNAVAILABLE => &self.unavailable,
            other => unreachable!("{other}"),
        };
        counter.fetch_add(1, SeqCst);
        if was_revoked && status == StatusCode::OK {
            self.too_late.fetch_add(1, SeqCst);
        }
    }

    /// Reads the run of a token at a replica.
    pub async fn read(&self, client: &Client, token: usize, replica: usize) -> StatusCode {
        let request = client.get(self.address(replica));
        let answer = request.bearer_auth(&self.tokens[token].text).send().await;
        answer.expect("an answer").status()
    }

    /// Gives a token back at a replica.
    pub async fn revoke(&self, client: &Client, token: usize, replica: usize) -> StatusCode {
        let request = client.delete(self.address(replica));
        let answer = request.bearer_auth(&self.tokens[token].text).send().await;
        answer.expect("an answer").status()
    }

    fn address(&self, replica: usize) -> String {
        format!("{}/api/v1/runs/current", self.replicas[replica])
    }

    /// From now on, nothing with this token may succeed.
    pub fn note_revoked(&self, token: usize) {
        self.tokens[token].is_revoked.store(true, SeqCst);
    }

    /// Lets the clients come to an end.
    pub fn stop(&self) {
        self.is_over.store(true, SeqCst);
    }

    /// What was counted.
    pub fn figures(&self) -> impl fmt::Display {
        format!(
            "requests: {} succeeded, {} refused, {} answered 503; \
             sent after a revocation's answer and succeeded: {}",
            self.succeeded.load(SeqCst),
            self.refused.load(SeqCst),
            self.unavailable.load(SeqCst),
            self.too_late.load(SeqCst),
        )
    }
}
