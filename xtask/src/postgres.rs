//! A PostgreSQL server for the tests: started with an empty cluster in a folder of its own,
//! reached through a socket there, and thrown away afterwards.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::command;
use crate::packages;
use crate::progress::Progress;

/// Names the database that the tests may fill.
pub const VARIABLE: &str = "COUNTERSIGN_TEST_POSTGRES";

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub struct Server {
    programs: Programs,
    process: Child,
}

/// Starts a server; installs PostgreSQL where that is possible without asking anybody.
pub fn start(progress: &mut Progress) -> Result<Server> {
    let bin = if let Some(bin) = installed() {
        bin
    } else {
        packages::install(progress, "PostgreSQL", &["postgresql"])?;
        installed().context("PostgreSQL's `initdb` is not where it usually is")?
    };
    progress.step("Starting PostgreSQL", || Server::start(&bin))
}

/// The folder with `initdb` and `postgres`, which Debian keeps out of the `PATH`.
fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    let newest = folders.filter(|bin| bin.join("initdb").is_file()).max();
    newest.or_else(|| command::find("initdb")?.parent().map(Path::to_owned))
}

/// Whom the server runs as: it refuses to be root.
fn user() -> Result<Option<(u32, u32)>> {
    let id = |option: &str, arguments: &[&str]| -> Result<u32> {
        let id = command::read(Command::new("id").arg(option).args(arguments))?;
        id.parse().context("`id` printed something else")
    };
    Ok(match id("-u", &[])? {
        0 => Some((id("-u", &["nobody"])?, id("-g", &["nobody"])?)),
        _ => None,
    })
}

/// PostgreSQL's programs, as they are run for one cluster.
struct Programs {
    bin: PathBuf,
    user: Option<(u32, u32)>,
    /// The cluster and its socket.
    folder: PathBuf,
}

impl Programs {
    /// Makes the folder, which only the server's user gets into.
    fn new(bin: &Path) -> Result<Self> {
        // Not where `TMPDIR` says: a socket's path is short.
        let folder = PathBuf::from(format!("/tmp/countersign-postgres-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&folder)
            .with_context(|| format!("could not make the folder {}", folder.display()))?;
        let user = user()?;
        if let Some((user, group)) = user {
            chown(&folder, Some(user), Some(group))?;
        }
        let bin = bin.to_owned();
        Ok(Self { bin, user, folder })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command.current_dir(&self.folder);
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Server {
    fn start(bin: &Path) -> Result<Self> {
        let programs = Programs::new(bin)?;
        if !command::succeeds(programs.command("initdb").args(INITDB)) {
            bail!("PostgreSQL's `initdb` failed");
        }
        let process = programs
            .command("postgres")
            .args(POSTGRES)
            .arg("-k")
            .arg(&programs.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(programs.log())?)
            .spawn()
            .context("could not start PostgreSQL")?;
        let mut server = Self { programs, process };
        server.await_answer()?;
        Ok(server)
    }

    /// The database that tests may fill.
    pub fn url(&self) -> String {
        let folder = self.programs.folder.to_string_lossy().replace('/', "%2F");
        format!("postgres://countersign@{folder}/postgres")
    }

    fn await_answer(&mut self) -> Result<()> {
        let begun = Instant::now();
        let mut is_ready = self.programs.command("pg_isready");
        is_ready.arg("--host").arg(&self.programs.folder);
        while !command::succeeds(&mut is_ready) {
            if self.process.try_wait()?.is_some() || begun.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.programs.log()).unwrap_or_default();
                bail!("PostgreSQL does not start:\n{log}");
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

/// An empty cluster with one user, whom the socket's folder protects.
const INITDB: [&str; 7] = [
    "--pgdata=data",
    "--username=countersign",
    "--auth=trust",
    "--encoding=UTF8",
    "--locale=C",
    "--no-sync",
    "--no-instructions",
];

/// Nothing that it holds outlives the tests, and nobody reaches it by the network.
const POSTGRES: [&str; 12] = [
    "-D",
    "data",
    "-c",
    "listen_addresses=",
    "-c",
    "fsync=off",
    "-c",
    "full_page_writes=off",
    "-c",
    "max_connections=500",
    "-c",
    "autovacuum=off",
];

impl Drop for Server {
    /// Ends it and clears it away. What fails here is left behind in a folder for such things.
    fn drop(&mut self) {
        let _ = Command::new("sh")
            .args(["-c", "kill -INT \"$0\"", &self.process.id().to_string()])
            .status();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.programs.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_answers_at_its_socket_and_is_gone_afterwards() {
        let Some(bin) = installed() else {
            eprintln!("skipped: PostgreSQL is not installed");
            return;
        };
        let server = Server::start(&bin).unwrap();
        let folder = server.programs.folder.clone();
        assert!(folder.join(".s.PGSQL.5432").exists());
        assert!(server.url().starts_with("postgres://countersign@%2Ftmp%2F"));
        drop(server);
        assert!(!folder.exists());
    }
}
