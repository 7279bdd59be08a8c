//! The sandbox's BigQuery, in a process of its own.

use std::{
    collections::BTreeMap,
    fs::File,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

use serde_json::Value;

use super::program::replica::{free_port, processor_time};

/// Ends with this value.
pub struct Sandbox {
    process: Child,
    api: String,
}

impl Sandbox {
    /// Starts it, and waits until it answers.
    pub async fn start(folder: &Path) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_countersign")).with_file_name("sandbox");
        let (bigquery, identity) = (free_port(), free_port());
        let log = File::create(folder.join("sandbox.log")).expect("a log");
        let mut process = Command::new(&program)
            .args(["--listen", &format!("127.0.0.1:{bigquery}")])
            .args(["--identity-listen", &format!("127.0.0.1:{identity}")])
            .args(["--redirect-uri", "http://127.0.0.1/"])
            .args(["--remember", "1000000"])
            .env("SANDBOX_CLIENT_SECRET", "not a real one")
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the sandbox, built beside the program");
        let api = format!("http://127.0.0.1:{bigquery}/bigquery/v2");
        while reqwest::get(&api).await.is_err() {
            let ended = process.try_wait().expect("a process");
            assert!(ended.is_none(), "the sandbox ended: {ended:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { process, api }
    }

    /// BigQuery's API.
    pub fn api(&self) -> String {
        self.api.clone()
    }

    /// The processor's time that it took so far.
    pub fn processor_time(&self) -> Duration {
        processor_time(&self.process)
    }

    /// How many jobs there are for each intent, by their labels.
    pub async fn jobs_by_intent(&self) -> BTreeMap<String, usize> {
        let client = reqwest::Client::new();
        let (mut jobs, mut token) = (BTreeMap::new(), String::new());
        loop {
            let query = [
                ("maxResults", "1000"),
                ("projection", "full"),
                ("pageToken", &token),
            ];
            let answer = client
                .get(format!("{}/projects/demo/jobs", self.api))
                .bearer_auth("any")
                .query(&query[..if token.is_empty() { 2 } else { 3 }])
                .send();
            let list: Value = answer.await.expect("an answer").json().await.expect("JSON");
            for job in list["jobs"].as_array().into_iter().flatten() {
                let label = &job["configuration"]["labels"]["countersign_intent"];
                if let Some(intent) = label.as_str() {
                    *jobs.entry(intent.to_owned()).or_default() += 1;
                }
            }
            match list["nextPageToken"].as_str() {
                Some(next) if !next.is_empty() => next.clone_into(&mut token),
                _ => return jobs,
            }
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        // One that has ended by itself is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
