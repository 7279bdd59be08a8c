//! What the person at the terminal sees: one line a step, with the time since the start.

use std::time::{Duration, Instant};

use anyhow::Result;

/// The steps so far.
pub struct Progress {
    started: Instant,
    steps: Vec<Step>,
}

/// A step that has ended.
struct Step {
    name: String,
    took: Duration,
    succeeded: bool,
}

impl Progress {
    /// Starts the clock.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            steps: Vec::new(),
        }
    }

    /// Does one step and remembers how it went.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        self.note(name);
        let begun = Instant::now();
        let result = work();
        self.steps.push(Step {
            name: name.to_owned(),
            took: begun.elapsed(),
            succeeded: result.is_ok(),
        });
        result
    }

    /// Says something.
    pub fn note(&self, text: &str) {
        eprintln!("[{}] {text}", minutes(self.started.elapsed()));
    }

    /// The times of all steps, as a closing summary.
    pub fn summary(&self) -> String {
        let lines = self.steps.iter().map(|step| {
            let outcome = if step.succeeded { "ok    " } else { "FAILED" };
            format!("  {outcome} {:>6}  {}\n", minutes(step.took), step.name)
        });
        let total = format!("  total  {:>6}", minutes(self.started.elapsed()));
        lines.chain([total]).collect()
    }
}

fn minutes(time: Duration) -> String {
    let seconds = time.as_secs();
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use anyhow::bail;

    use super::*;

    #[test]
    fn the_summary_tells_what_failed() {
        let mut progress = Progress::start();
        progress.step("first", || Ok(())).unwrap();
        let _ = progress.step("second", || -> Result<()> { bail!("no") });

        let summary = progress.summary();
        assert!(summary.contains("ok       0:00  first"), "{summary}");
        assert!(summary.contains("FAILED   0:00  second"), "{summary}");
    }

    #[test]
    fn times_read_as_minutes_and_seconds() {
        assert_eq!(minutes(Duration::from_secs(125)), "2:05");
    }
}
