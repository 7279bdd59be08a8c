//! Clients that ask the same query, and how long its answers took.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{as_float, milliseconds};

const SQL: &str = "SELECT COUNT(*) AS n FROM shop.products";

/// Whoever does not answer in this time will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// BigQuery's API at some address, for whoever has one of these tokens.
pub struct Door {
    name: &'static str,
    api: String,
    tokens: Vec<String>,
}

/// How long answers took.
pub struct Figures {
    name: &'static str,
    times: Vec<Duration>,
    /// How often it was said to come back later, by status.
    declared: BTreeMap<u16, usize>,
    took: Duration,
}

/// One answer, and how often it was said before to come back later.
struct Answer {
    time: Duration,
    declared: BTreeMap<u16, usize>,
}

impl Door {
    pub const fn new(name: &'static str, api: String, tokens: Vec<String>) -> Self {
        Self { name, api, tokens }
    }

    /// Resolves when a query gets its answer.
    pub async fn ready(&self) {
        let client = Client::new();
        // The catalog is read first.
        let start = Instant::now();
        while self.once(&client, 0, Uuid::now_v7()).await.0 != StatusCode::OK {
            assert!(start.elapsed() < PATIENCE, "{} does not answer", self.name);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Asks until there is an answer. The same id is the same query.
    async fn ask(&self, client: &Client, number: usize) -> Answer {
        let (id, start) = (Uuid::now_v7(), Instant::now());
        let mut declared = BTreeMap::new();
        loop {
            match self.once(client, number, id).await {
                (StatusCode::OK, _) => {
                    let time = start.elapsed();
                    return Answer { time, declared };
                }
                (
                    status @ (StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE),
                    Some(wait),
                ) => {
                    *declared.entry(status.as_u16()).or_default() += 1;
                    tokio::time::sleep(wait).await;
                }
                (status, _) => unreachable!("{status} from {}", self.name),
            }
        }
    }

    /// Asks once: the status, and how long to wait where it says so.
    async fn once(
        &self,
        client: &Client,
        number: usize,
        id: Uuid,
    ) -> (StatusCode, Option<Duration>) {
        let token = &self.tokens[number % self.tokens.len()];
        let request = json!({
            "query": SQL, "useLegacySql": false, "requestId": id, "timeoutMs": 30_000,
        });
        let sent = client
            .post(format!("{}/projects/demo/queries", self.api))
            .bearer_auth(token)
            .json(&request)
            .send();
        let answer = sent.await.expect("an answer");
        let status = answer.status();
        let wait = answer.headers().get(header::RETRY_AFTER);
        let wait = wait.and_then(|wait| wait.to_str().ok()?.parse().ok());
        let body: Value = answer.json().await.expect("JSON");
        if status == StatusCode::OK {
            let value = &body["rows"][0]["f"][0]["v"];
            assert!(value.is_string(), "{} has no rows: {body}", self.name);
        }
        (status, wait.map(Duration::from_secs))
    }
}

/// One client, at both doors in turn.
pub async fn in_turn(near: &Door, far: &Door, count: usize) -> (Figures, Figures) {
    let client = Client::new();
    let mut figures = [near, far].map(|door| Figures::new(door.name));
    for number in 0..count {
        for (door, figures) in [near, far].into_iter().zip(&mut figures) {
            figures.add(door.ask(&client, number).await);
        }
    }
    let [near, far] = figures;
    (near, far)
}

/// So many clients, each with a connection of its own.
pub async fn at_once(door: &Arc<Door>, clients: usize, count: usize) -> Figures {
    let (next, start) = (Arc::new(AtomicUsize::new(0)), Instant::now());
    let client = |number| {
        let (door, next) = (Arc::clone(door), Arc::clone(&next));
        tokio::spawn(async move {
            let (client, mut answers) = (Client::new(), Vec::new());
            while next.fetch_add(1, SeqCst) < count {
                answers.push(door.ask(&client, number).await);
            }
            answers
        })
    };
    let clients: Vec<_> = (0..clients).map(client).collect();
    let mut figures = Figures::new(door.name);
    for client in clients {
        for answer in client.await.expect("a client that did not stop") {
            figures.add(answer);
        }
    }
    figures.took = start.elapsed();
    figures
}

impl Figures {
    const fn new(name: &'static str) -> Self {
        Self {
            name,
            times: Vec::new(),
            declared: BTreeMap::new(),
            took: Duration::ZERO,
        }
    }

    fn add(&mut self, answer: Answer) {
        self.times.push(answer.time);
        for (status, count) in answer.declared {
            *self.declared.entry(status).or_default() += count;
        }
    }

    pub fn median(&self) -> Duration {
        self.at(50)
    }

    fn at(&self, percent: usize) -> Duration {
        let mut times = self.times.clone();
        times.sort_unstable();
        times[(times.len() * percent / 100).min(times.len() - 1)]
    }

    pub fn print(all: &[&Self]) {
        println!("| | p50 | p99 | longest | a second | told to come back |");
        println!("|---|---|---|---|---|---|");
        for figures in all {
            let [half, most, longest] = [50, 99, 100].map(|p| milliseconds(figures.at(p)));
            let took = match figures.took {
                Duration::ZERO => figures.times.iter().sum(),
                took => took,
            };
            let rate = as_float(figures.times.len()) / took.as_secs_f64();
            let (name, declared) = (figures.name, &figures.declared);
            println!(
                "| {name} | {half:.1} ms | {most:.1} ms | {longest:.1} ms | {rate:.0} | {declared:?} |"
            );
        }
    }
}
