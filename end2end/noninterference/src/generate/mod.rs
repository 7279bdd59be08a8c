//! Random queries in GoogleSQL, most of them valid, the same for the same seed.

mod expression;
mod grammar;
mod pipe;
mod query;
mod select;
mod source;

use crate::{random::Random, shape::Source};

/// How deep expressions are nested in a query of the outermost level: seldom deep, because many
/// small queries find more than a few large ones.
const DEPTHS: [usize; 6] = [1, 1, 2, 2, 2, 3];

/// How many subqueries a statement has at most.
const MOST_SUBQUERIES: usize = 4;

/// Query `number` of those that a seed gives.
#[must_use]
pub fn generate(sources: &[Source], seed: u64, number: u64) -> String {
    let mut generator = Generator {
        random: Random::of(seed, number),
        sources,
        ctes: Vec::new(),
        used: Vec::new(),
        names: 0,
        subqueries: MOST_SUBQUERIES,
    };
    generator.statement()
}

/// Writes one statement.
struct Generator<'a> {
    random: Random,
    /// What there is to read.
    sources: &'a [Source],
    /// The common table expressions in scope.
    ctes: Vec<Source>,
    /// Aliases that were given.
    used: Vec<String>,
    names: usize,
    /// How many more subqueries there may be.
    subqueries: usize,
}

impl Generator<'_> {
    fn statement(&mut self) -> String {
        let depth = self.random.pick(&DEPTHS).copied().unwrap_or(1);
        match self.random.below(100) {
            0..4 => self.pipe(depth),
            4..7 => self.pivot(depth),
            7..9 => self.recursive(depth),
            _ => self.query(None, &[], depth).sql,
        }
    }

    /// A name that no other thing has.
    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }
}
