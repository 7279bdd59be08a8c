//! The program itself, in a process of its own.

use std::{
    fs::{self, File},
    net::TcpListener,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

/// One process of the program; ends with this value.
pub struct Replica {
    process: Child,
    url: String,
}

impl Replica {
    /// Starts one over the database in this folder, with a BigQuery at this address, and waits
    /// until it answers.
    pub async fn start(folder: &Path, name: &str, bigquery: &str) -> Self {
        let port = free_port();
        let file = folder.join(format!("{name}.toml"));
        let text = configuration(folder, bigquery);
        let text = format!("[server]\nlisten = \"127.0.0.1:{port}\"\n{text}");
        fs::write(&file, text).expect("written");
        let log = File::create(folder.join(format!("{name}.log"))).expect("a log");
        let process = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .args(["serve", "--config"])
            .arg(&file)
            .current_dir(folder)
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("started");
        let url = format!("http://127.0.0.1:{port}");
        while reqwest::get(format!("{url}/healthz")).await.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { process, url }
    }

    /// The most memory that it ever held, in bytes (`VmHWM` of Linux's `/proc`).
    pub fn peak_memory(&self) -> u64 {
        self.figure("VmHWM:")
    }

    /// The memory that it holds now, in bytes.
    pub fn memory(&self) -> u64 {
        self.figure("VmRSS:")
    }

    /// The processor's time that it took so far (`utime` and `stime` of Linux's `/proc`, in
    /// hundredths of a second).
    pub fn processor_time(&self) -> Duration {
        processor_time(&self.process)
    }

    fn figure(&self, name: &str) -> u64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(status).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.expect("a figure").parse().expect("a number");
        kilobytes * 1024
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        self.url.clone()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        // One that has ended by itself is as well.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The processor's time that a process took so far.
pub fn processor_time(process: &Child) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{}/stat", process.id())).expect("a process");
    // The name in brackets may have spaces; `utime` is the twelfth field behind it.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(|ticks| ticks.parse::<u64>().expect("a number"));
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

/// Whatever is needed besides: people are not asked here.
fn configuration(folder: &Path, bigquery: &str) -> String {
    format!(
        r#"
[store]
url = "sqlite://{}/countersign.db"
[identity]
issuer = "http://127.0.0.1:1"
client_id = "countersign"
client_secret = "not a real one"
[identity.roles]
initiator = ["analysts"]
[warehouse]
base_url = "{bigquery}"
access_token = "not a real one"
project = "demo"
datasets = ["shop"]
[limits]
results_rows_maximum = 100_000_000
"#,
        folder.display()
    )
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
