//! The programs that `cargo xtask run` keeps running: each with a log file, all stopped when
//! this program stops, for whatever reason it can still react to.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
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

/// Sends a message when somebody presses Ctrl-C or asks this program to terminate.
pub fn watch_for_interrupt() -> Result<Receiver<()>> {
    let (interrupt, interrupted) = mpsc::channel();
    ctrlc::set_handler(move || {
        // Nobody listens any more when the programs are being stopped already.
        let _ = interrupt.send(());
    })
    .context("could not watch for Ctrl-C")?;
    Ok(interrupted)
}

impl Processes {
    /// None yet. A message of `interrupted` says that all have to stop.
    pub fn new(logs: PathBuf, interrupted: Receiver<()>) -> Result<Self> {
        fs::create_dir_all(&logs)?;
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
            // Ctrl-C at the terminal reaches this program alone, which stops the others in order.
            .process_group(0)
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
    pub fn await_interrupt(
        &mut self,
        interval: Duration,
        from_time_to_time: impl Fn() -> Result<()>,
    ) -> Result<()> {
        let mut last = Instant::now();
        loop {
            if last.elapsed() >= interval {
                last = Instant::now();
                if let Err(error) = from_time_to_time() {
                    eprintln!("{error:#}");
                }
            }
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
        let asked = Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &self.child.id().to_string()])
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

#[cfg(test)]
mod tests {
    use super::*;

    fn processes(test: &str) -> Processes {
        let logs = std::env::temp_dir().join(format!("countersign-{test}-{}", std::process::id()));
        Processes::new(logs, mpsc::channel().1).unwrap()
    }

    fn shell(script: &str) -> Command {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]);
        shell
    }

    fn runs(process: u32) -> bool {
        let probe = shell(&format!("kill -0 {process} 2>&1")).output().unwrap();
        probe.status.success()
    }

    #[test]
    fn a_program_that_stops_is_named_with_the_end_of_its_log() {
        let mut processes = processes("tail");
        processes
            .start("server", &mut shell("echo the reason >&2; exit 3"))
            .unwrap();
        processes.running[0].child.wait().unwrap();

        let error = processes.check().unwrap_err().to_string();
        assert!(error.starts_with("server stopped"), "{error}");
        assert!(error.ends_with("the reason"), "{error}");
        fs::remove_dir_all(&processes.logs).unwrap();
    }

    #[test]
    fn all_stop_when_this_program_does() {
        let mut processes = processes("stop");
        processes
            .start("server", &mut shell("exec sleep 600"))
            .unwrap();
        let process = processes.running[0].child.id();
        let logs = processes.logs.clone();

        processes.check().unwrap();
        assert!(runs(process));
        drop(processes);
        assert!(!runs(process));
        fs::remove_dir_all(logs).unwrap();
    }
}
