//! Many queries, one after the other; what tells the databases apart is kept.

use std::fmt;

use crate::{
    comparison::{Answers, Laboratory, Verdict, runnable},
    coverage::Coverage,
    database::DatabaseError,
    generate::generate,
    shrink::shrink,
};

/// Which queries are compared.
#[derive(Debug, Clone, Copy)]
pub struct Experiment {
    /// The same queries for the same seed.
    pub seed: u64,
    /// How many.
    pub queries: u64,
    /// Every so manyth is run as it was asked too.
    pub raw_every: u64,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What the queries covered.
    pub coverage: Coverage,
    /// Queries whose masked answers differ.
    pub leaks: Vec<Leak>,
}

/// A query whose masked answers tell the databases apart.
#[derive(Debug)]
pub struct Leak {
    /// Seed and number.
    pub id: String,
    /// As it was generated.
    pub sql: String,
    /// With whatever may be left out left out.
    pub short: String,
    /// The masked text of the short query.
    pub masked: String,
    /// What the short query answers.
    pub answers: Answers,
}

impl fmt::Display for Leak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "query   {}\n  {}", self.id, self.sql)?;
        writeln!(f, "short\n  {}", self.short)?;
        writeln!(f, "masked\n  {}", self.masked)?;
        writeln!(f, "tame\n  {:?}", self.answers.tame)?;
        write!(f, "wild\n  {:?}", self.answers.wild)
    }
}

/// Compares the answers to many queries.
///
/// # Errors
/// The engine broke down and could not be opened anew.
pub fn run(laboratory: &mut Laboratory, experiment: &Experiment) -> Result<Outcome, DatabaseError> {
    let sources = laboratory.sources();
    let mut outcome = Outcome::default();
    for number in 0..experiment.queries {
        let sql = generate(&sources, experiment.seed, number);
        outcome.coverage.queries += 1;
        let analysis = laboratory.analyse(&sql);
        let Some(masked) = runnable(&analysis) else {
            continue;
        };
        let (verdict, answers) = laboratory.compare(masked)?;
        outcome.coverage.note(&analysis, verdict, &answers);
        if verdict == Verdict::Different {
            let id = format!("{}-{number}", experiment.seed);
            outcome.leaks.push(shortened(laboratory, id, &sql)?);
        }
        if number % experiment.raw_every == 0 {
            outcome.coverage.note_raw(&laboratory.ask(&sql)?);
        }
    }
    Ok(outcome)
}

fn shortened(laboratory: &mut Laboratory, id: String, sql: &str) -> Result<Leak, DatabaseError> {
    let short = shrink(sql, |shorter| tells(laboratory, shorter));
    let analysis = laboratory.analyse(&short);
    let masked = runnable(&analysis).unwrap_or_default().to_owned();
    let (_, answers) = laboratory.compare(&masked)?;
    Ok(Leak {
        id,
        sql: sql.to_owned(),
        short,
        masked,
        answers,
    })
}

/// Whether the masked answers to a query differ.
fn tells(laboratory: &mut Laboratory, sql: &str) -> bool {
    let analysis = laboratory.analyse(sql);
    runnable(&analysis).is_some_and(|masked| {
        let compared = laboratory.compare(masked);
        compared.is_ok_and(|(verdict, _)| verdict == Verdict::Different)
    })
}
