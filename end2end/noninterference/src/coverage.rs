//! What a run of queries covered, so that a generator that rots is noticed.

use std::fmt;

use analysis::Analysis;

use crate::comparison::{Answers, Verdict};

/// Counts of generated queries.
#[derive(Debug, Clone, Copy, Default)]
pub struct Coverage {
    /// All.
    pub queries: usize,
    /// Followed by the analysis and not blocked.
    pub runnable: usize,
    /// Those whose masked text ran without an error.
    pub succeeded: usize,
    /// Those of the runnable ones that touch a tagged column.
    pub tagged: usize,
    /// Those that touch a tagged column and ran without an error.
    pub tagged_succeeded: usize,
    /// Those in which a tagged column decides which rows come, in which order or group.
    pub predicates: usize,
    /// Those whose answers differed by chance: both databases give either.
    pub unsteady: usize,
    /// Those that were run unmasked too.
    pub compared_raw: usize,
    /// Those of them whose raw answers differ.
    pub raw_differences: usize,
    /// Those of them where only the errors tell the databases apart.
    pub raw_error_differences: usize,
}

impl Coverage {
    /// Counts a query that may run, and its masked answers.
    pub fn note(&mut self, analysis: &Analysis, verdict: Verdict, masked: &Answers) {
        let tagged = !analysis.tags().is_empty();
        self.runnable += 1;
        self.succeeded += usize::from(masked.succeeded());
        self.tagged += usize::from(tagged);
        self.tagged_succeeded += usize::from(tagged && masked.succeeded());
        self.unsteady += usize::from(verdict == Verdict::Unsteady);
        let predicate = |code: &str| code == "sensitive_predicate";
        let decides = analysis.findings().any(|finding| predicate(&finding.code));
        self.predicates += usize::from(decides);
    }

    /// Counts the answers to a query as it was asked.
    pub fn note_raw(&mut self, raw: &Answers) {
        self.compared_raw += 1;
        self.raw_differences += usize::from(raw.differ());
        let told_by_error = raw.differ() && !raw.succeeded();
        self.raw_error_differences += usize::from(told_by_error);
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "queries                              {}", self.queries)?;
        writeln!(f, "may run                              {}", self.runnable)?;
        writeln!(f, "  ran without an error               {}", self.succeeded)?;
        writeln!(f, "  touch a tagged column              {}", self.tagged)?;
        writeln!(
            f,
            "    ran without an error             {}",
            self.tagged_succeeded
        )?;
        writeln!(
            f,
            "    it decides which rows come       {}",
            self.predicates
        )?;
        writeln!(f, "  differed by chance                 {}", self.unsteady)?;
        writeln!(
            f,
            "run unmasked too                     {}",
            self.compared_raw
        )?;
        writeln!(
            f,
            "  raw answers that differ            {}",
            self.raw_differences
        )?;
        write!(
            f,
            "    where at least one is an error   {}",
            self.raw_error_differences
        )
    }
}
