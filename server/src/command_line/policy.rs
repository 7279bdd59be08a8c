//! `countersign policy`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use domain::{Route, Timestamp};

use super::{Configured, seconds};
use crate::{
    context::{Clock as _, SystemClock},
    policy::{CaseResult, Decision, PolicyError, PolicyFile, PolicySet},
    program,
    services::{Simulation, compared},
};

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// Say whether a folder's policies can be used, and everything that is wrong, with its
    /// file and line.
    #[command(
        after_help = "Examples:\n  countersign policy check server/policies/balanced\n  \
                            countersign policy check policies/   # exit 1 and, for example:\n  \
                            payroll.cedar:5: attribute `byts` in context … not found"
    )]
    Check {
        /// A folder of `*.cedar` files.
        directory: PathBuf,
    },
    /// Decide the cases of a file, and say where a decision is not what the case expects.
    #[command(
        after_help = "Example:\n  countersign policy test policies/cases.toml\n\n\
                      The file holds cases; a case says how its query differs from a harmless one \
                      (a small read of one untagged table), and what it expects:\n\n  \
                      [[case]]\n  \
                      name = \"a table with tagged columns waits\"\n  \
                      facts = { tags = [\"pii.email\"], uses = { filtered = [\"pii.email\"] } }\n  \
                      expect = { route = \"approve\", requirements = [\"1 of data-stewards\"] }\n\n\
                      `expect` may name `policies`, `requirements`, `step_up` and \
                      `expires_after_seconds`; what it leaves out may be anything."
    )]
    Test {
        /// A file of cases.
        file: PathBuf,
        /// The folder of `*.cedar` files; the file's own folder when it is left out.
        #[arg(long, value_name = "FOLDER")]
        policies: Option<PathBuf>,
    },
    /// Say what a folder's policies would have decided on past queries.
    #[command(
        after_help = "Example:\n  countersign policy simulate policies/ --since 30d \
                      --config countersign.toml\n\n\
                      Reads the database, changes nothing, and asks neither BigQuery nor anybody."
    )]
    Simulate {
        /// A folder of `*.cedar` files.
        directory: PathBuf,
        /// How far to look back: `12h`, `30d`.
        #[arg(long, default_value = "30d", value_parser = seconds)]
        since: i64,
        #[command(flatten)]
        configured: Configured,
    },
}

impl PolicyCommand {
    pub async fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Check { directory } => check(&directory),
            Self::Test { file, policies } => {
                let folder = file.parent().unwrap_or(Path::new("."));
                test(&file, policies.as_deref().unwrap_or(folder))
            }
            Self::Simulate {
                directory,
                since,
                configured,
            } => {
                let policies = read(&directory)?;
                let store = program::open_store(&configured.load()?.store).await?;
                let since = SystemClock.now().plus_seconds(-since);
                show(&compared(&store, &policies, since).await?, since);
                Ok(())
            }
        }
    }
}

/// One fault a line, as compilers do, so that editors find the places.
fn read(directory: &Path) -> anyhow::Result<PolicySet> {
    let files = PolicyFile::read(directory)?;
    PolicySet::from_files(&files).map_err(|error| match error {
        PolicyError::Invalid(faults) => {
            for fault in &faults {
                eprintln!("{}", directory.join(fault.to_string()).display());
            }
            anyhow::anyhow!(
                "{} in {}",
                counted(faults.len(), "fault"),
                directory.display()
            )
        }
        other => other.into(),
    })
}

fn check(directory: &Path) -> anyhow::Result<()> {
    let policies = read(directory)?;
    println!(
        "{} can be used. Version {}",
        counted(policies.len(), "policy"),
        policies.version()
    );
    Ok(())
}

fn test(file: &Path, directory: &Path) -> anyhow::Result<()> {
    let results = read(directory)?.test(file);
    let results = results.with_context(|| format!("{} cannot be used", file.display()))?;
    let failed: Vec<&CaseResult> = results
        .iter()
        .filter(|result| !result.differences.is_empty())
        .collect();
    for case in &failed {
        println!("{}", case.name);
        for difference in &case.differences {
            println!("  - {}: {}", difference.what, difference.expected);
            println!("  + {}: {}", difference.what, difference.decided);
        }
    }
    if failed.is_empty() {
        println!("{} as expected.", counted(results.len(), "case"));
        return Ok(());
    }
    anyhow::bail!(
        "{} of {} decided otherwise (- expected, + decided)",
        failed.len(),
        counted(results.len(), "case")
    )
}

fn show(simulation: &Simulation, since: Timestamp) {
    let differing: usize = simulation.changes.iter().map(|(_, _, count)| count).sum();
    let total = simulation.same + differing;
    println!(
        "Queries since {}: {total}, of which {differing} would be decided differently",
        since.to_rfc3339()
    );
    println!("{:<10} {:>8} {:>8}", "", "decided", "would be");
    for route in [Route::Run, Route::Approve, Route::Block] {
        let at = route as usize;
        let (was, would) = (simulation.was[at], simulation.would[at]);
        println!("{:<10} {was:>8} {would:>8}", route.as_str());
    }
    if simulation.unknown > 0 {
        println!("From before facts were kept: {}", simulation.unknown);
    }
    for row in &simulation.rows {
        println!("{}  {}", row.received_at.to_rfc3339(), row.intent);
        println!("  - {}", words(&row.was));
        println!("  + {}", words(&row.would));
    }
}

/// What is decided, and by which policies.
fn words(decision: &Decision) -> String {
    let policies: Vec<_> = decision.reasons.iter().map(|r| r.policy.as_str()).collect();
    format!("{}: {}", decision.in_words(), policies.join(", "))
}

fn counted(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_hours_and_days() {
        assert_eq!(seconds("12h"), Ok(43_200));
        assert_eq!(seconds("30d"), Ok(2_592_000));
        for wrong in ["", "30", "d", "1w", "-1d"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn numbers_of_things_read_well() {
        assert_eq!(counted(1, "policy"), "1 policy");
        assert_eq!(counted(2, "policy"), "2 policies");
        assert_eq!(counted(3, "case"), "3 cases");
    }
}
