//! The programs that `cargo xtask run` keeps running: each with a log file, all stopped when
//! this program stops, for whatever reason it can still react to.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a program may take to stop by itself.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many lines of a log tell why a program stopped.
const TAIL_LINES: usize = 20;

/// The running programs.
pub struct Processes {
    logs: PathBuf,
    running: Vec<Process>,
    interrupted: Receiver<()>,
}

struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Processes {
    /// None yet. From here on Ctrl-C and a request to terminate stop them.
    pub fn new(logs: PathBuf) -> Result<Self> {
        fs::create_dir_all(&logs)?;
        let (interrupt, interrupted) = mpsc::channel();
        ctrlc::set_handler(move || {
            // Nobody listens any more when the programs are being stopped already.
            let _ = interrupt.send(());
        })
        .context("could not watch for Ctrl-C")?;
        Ok(Self {
            logs,
            running: Vec::new(),
            interrupted,
        })
    }

    /// Starts a program that writes to a log file of its name.
    pub fn start(&mut self, name: &'static str, command: &mut Command) -> Result<()> {
        let log = self.logs.join(format!("{name}.log"));
        let output =
            File::create(&log).with_context(|| format!("could not write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("could not start {name}"))?;
        self.running.push(Process { name, child, log });
        Ok(())
    }

    /// Fails when a program has stopped or somebody pressed Ctrl-C.
    pub fn check(&mut self) -> Result<()> {
        if self.interrupted.try_recv().is_ok() {
            bail!("stopped");
        }
        self.running.iter_mut().try_for_each(Process::check)
    }

    /// Returns when somebody pressed Ctrl-C; fails when a program stops by itself.
    pub fn await_interrupt(&mut self) -> Result<()> {
        loop {
            match self.interrupted.recv_timeout(Duration::from_millis(500)) {
                Err(RecvTimeoutError::Timeout) => {
                    self.running.iter_mut().try_for_each(Process::check)?;
                }
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }
}

impl Drop for Processes {
    /// Asks every program to stop, the last first, and ends those that do not.
    fn drop(&mut self) {
        for process in self.running.iter_mut().rev() {
            process.stop();
        }
    }
}

impl Process {
    fn check(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!(
                "{} stopped ({status}); the end of {}:\n{}",
                self.name,
                self.log.display(),
                self.tail()
            );
        }
        Ok(())
    }

    fn tail(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
    }

    fn stop(&mut self) {
        // The standard library can only kill; the program should be able to finish its writes.
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status();
        let begun = Instant::now();
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success)
            && begun.elapsed() < PATIENCE
        {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(Duration::from_millis(50));
        }
        // It has either stopped in the meantime, or is ended now: nothing is left to do on failure.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
