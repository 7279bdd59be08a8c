//! BigQuery servers that are not ours, which are Python packages, and the sandbox: started for
//! the tests of the adapter, each with an empty folder, and stopped afterwards.

use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use crate::processes::{Processes, watch_for_interrupt};
use crate::progress::Progress;
use crate::python::{self, Wanted};
use crate::workspace::Workspace;
use crate::{command, ports, secret};

/// The program of local-bigquery, by which the end-to-end tests are told of it.
pub const LOCAL_BIGQUERY_PROGRAM: &str = "LOCAL_BIGQUERY_PROGRAM";
/// Names the access token of those servers that want one.
const TOKEN_VARIABLE: &str = "COUNTERSIGN_TEST_ACCESS_TOKEN";

/// A server from `PyPI`.
struct Foreign {
    name: &'static str,
    what: &'static str,
    versions: RangeInclusive<u32>,
    /// Of its engine, which would download them.
    extensions: &'static [&'static str],
    /// How it starts: on two ports, with its data in a folder.
    arguments: fn([u16; 2], &Path) -> Vec<String>,
    /// Names its address for the tests.
    variable: &'static str,
}

const LOCAL_BIGQUERY: Foreign = Foreign {
    name: "local-bigquery",
    what: "local-bigquery (800 MB)",
    versions: 13..=13,
    extensions: &["icu", "ducklake", "spatial"],
    arguments: |[port, grpc_port], folder| {
        let options = format!(
            "--host 127.0.0.1 --port {port} --grpc-port {grpc_port} --project demo \
             --dataset scratch"
        );
        let mut arguments = words(&options);
        arguments.push(format!("--data-dir={}", folder.display()));
        arguments.push("serve".to_owned());
        arguments
    },
    variable: "COUNTERSIGN_TEST_LOCAL_BIGQUERY",
};

const BQEMULATOR: Foreign = Foreign {
    name: "bqemulator",
    what: "bqemulator (700 MB)",
    versions: 11..=13,
    extensions: &["spatial"],
    arguments: |[port, grpc_port], _| {
        words(&format!(
            "start --rest-host 127.0.0.1 --rest-port {port} --grpc-port {grpc_port} \
             --project demo"
        ))
    },
    variable: "COUNTERSIGN_TEST_BQEMULATOR",
};

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Running servers, and where the tests find them.
pub struct Servers {
    /// Variables of the environment.
    pub addresses: Vec<(&'static str, String)>,
    folder: PathBuf,
    processes: Processes,
}

/// Starts the sandbox, and of the others what this machine can have; says what it cannot.
pub fn start(workspace: &Workspace, progress: &mut Progress) -> Result<Servers> {
    let folder = workspace.target.join("bigquery-servers");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut servers = Servers {
        addresses: Vec::new(),
        processes: Processes::new(folder.join("log"), watch_for_interrupt()?)?,
        folder,
    };
    progress.step("Starting the sandbox", || servers.start_sandbox(workspace))?;
    for server in [LOCAL_BIGQUERY, BQEMULATOR] {
        match server.provide(workspace, progress) {
            Ok(program) => progress.step(&format!("Starting {}", server.name), || {
                servers.start_foreign(&server, &program)
            })?,
            Err(error) => progress.note(&format!(
                "The adapter is NOT tested against {}: {error:#}",
                server.name
            )),
        }
    }
    Ok(servers)
}

/// local-bigquery's program, for whoever starts it themselves.
pub fn local_bigquery(workspace: &Workspace, progress: &mut Progress) -> Option<PathBuf> {
    match LOCAL_BIGQUERY.provide(workspace, progress) {
        Ok(program) => Some(program.file),
        Err(error) => {
            progress.note(&format!(
                "The whole is NOT tested on local-bigquery: {error:#}"
            ));
            None
        }
    }
}

/// A server's program, and the home folder below which its engine looks for extensions.
struct Program {
    file: PathBuf,
    home: PathBuf,
}

impl Foreign {
    fn provide(&self, workspace: &Workspace, progress: &mut Progress) -> Result<Program> {
        let wanted = Wanted {
            name: self.name,
            what: self.what,
            folder: workspace.root.join("end2end/bigquery").join(self.name),
            versions: self.versions.clone(),
        };
        let python = python::environment(workspace, progress, &wanted)?;
        let home = workspace.cache.join(self.name).join("home");
        fs::create_dir_all(&home)?;
        let import = format!(
            "import duckdb_extensions as d; [d.import_extension(e) for e in {:?}]",
            self.extensions
        );
        let mut extensions = Command::new(&python);
        command::run(extensions.env("HOME", &home).args(["-c", &import]))?;
        let file = python.with_file_name(self.name);
        Ok(Program { file, home })
    }
}

impl Servers {
    fn start_sandbox(&mut self, workspace: &Workspace) -> Result<()> {
        let (port, identity) = (ports::free()?, ports::free()?);
        let token = secret::read_or_make(&self.folder.join("token"))?;
        let mut sandbox = Command::new(workspace.program("sandbox"));
        sandbox
            .args(["--listen", &format!("127.0.0.1:{port}")])
            .args(["--identity-listen", &format!("127.0.0.1:{identity}")])
            .args(["--redirect-uri", "http://127.0.0.1/unused"])
            .env("SANDBOX_CLIENT_SECRET", "unused")
            .env("SANDBOX_ACCESS_TOKEN", &token);
        self.processes.start("sandbox", &mut sandbox)?;
        self.addresses.push((TOKEN_VARIABLE, token));
        self.await_listening("COUNTERSIGN_TEST_SANDBOX", port)
    }

    fn start_foreign(&mut self, server: &Foreign, program: &Program) -> Result<()> {
        let ports = [ports::free()?, ports::free()?];
        let data = self.folder.join(server.name);
        let mut command = Command::new(&program.file);
        command
            .env("HOME", &program.home)
            .args((server.arguments)(ports, &data));
        self.processes.start(server.name, &mut command)?;
        self.await_listening(server.variable, ports[0])
    }

    fn await_listening(&mut self, variable: &'static str, port: u16) -> Result<()> {
        ports::await_listening(port, || self.processes.check())?;
        let address = format!("http://127.0.0.1:{port}/bigquery/v2");
        self.addresses.push((variable, address));
        Ok(())
    }
}
