//! What policies are told about an intent.

use std::collections::BTreeSet;

use analysis::Uses;
use domain::{AgentId, IntentId, PersonId, RiskLevel, Route, RunId, TableName, Tag, Timestamp};
use serde::{Deserialize, Serialize};

/// What policies are told about one intent: its run, its analysis and its dry run. Kept with
/// the intent, so that other policies can be asked about it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// What is to be run.
    pub intent: IntentId,
    /// The hour in which it came, from 0 to 23, in UTC.
    pub hour: u8,
    /// The weekday on which it came, in UTC: `monday` …
    pub weekday: String,
    /// Who wants to run it.
    pub agent: AgentId,
    /// The agent's name.
    pub agent_name: String,
    /// The person who answers for the agent.
    pub owner: PersonFacts,
    /// The person in whose name it would run.
    pub initiator: PersonFacts,
    /// The run it belongs to.
    pub run: RunFacts,
    /// What for.
    pub purpose: Option<String>,
    /// Whether analysis and dry run understood all of it, and agree.
    pub understood: bool,
    /// The most that the analysis allows.
    pub route: Route,
    /// The gravest finding's weight.
    pub risk: RiskLevel,
    /// Kinds of statements: `select`, `insert` …
    pub kinds: BTreeSet<String>,
    /// Codes of the findings.
    pub findings: BTreeSet<String>,
    /// Tables read.
    pub reads: BTreeSet<TableName>,
    /// Tables changed.
    pub writes: BTreeSet<TableName>,
    /// Tables that a wildcard among those stands for.
    pub behind_wildcards: BTreeSet<TableName>,
    /// Columns used, as `project.dataset.table.column`.
    pub columns: BTreeSet<String>,
    /// Tables touched that the run's scope does not cover.
    pub out_of_scope: BTreeSet<TableName>,
    /// Tables touched that this agent had never touched when the intent came.
    pub first_uses: BTreeSet<TableName>,
    /// Tags of every column of the tables touched, used or not.
    pub tags: BTreeSet<Tag>,
    /// Whether a table touched has a column without a tag.
    pub has_unclassified_columns: bool,
    /// Tags of the columns used, by what they are used for.
    pub uses: Uses,
    /// Columns whose raw values are asked for, as `project.dataset.table.column`.
    pub unmasks: BTreeSet<String>,
    /// The tags of those.
    pub unmasked_tags: BTreeSet<Tag>,
    /// Bytes it would process, by the dry run.
    pub bytes: u64,
    /// Bytes it may process, by its own cap.
    pub max_bytes: u64,
    /// The most rows that it asks for, by its own `LIMIT`.
    pub rows: Option<u64>,
}

/// What policies are told about a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonFacts {
    /// Who it is.
    pub id: PersonId,
    /// For policies to read; never an identity.
    pub email: String,
    /// The identity provider's groups at the last sign-in.
    pub groups: BTreeSet<String>,
}

/// What policies are told about a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunFacts {
    /// Which one.
    pub id: RunId,
    /// What for.
    pub purpose: String,
    /// Empty when none was given.
    pub ticket: String,
    /// `portal`, `device` or `exchange`.
    pub door: String,
    /// What it may do: `read demo.shop.*`.
    pub scope: BTreeSet<String>,
}

/// Findings by which data would leave the warehouse, or its project.
const LEAVING: [&str; 5] = [
    "data_export",
    "external_data",
    "foreign_write",
    "model_use",
    "remote_code",
];

const HOUR: i64 = 3_600 * 1_000_000;
const DAY: i64 = 24 * HOUR;

impl Facts {
    /// Every table touched.
    pub(super) fn touched(&self) -> BTreeSet<&TableName> {
        let tables = self.reads.iter().chain(&self.writes);
        tables.chain(&self.behind_wildcards).collect()
    }

    /// Whether data would leave the warehouse, or be stored in another project.
    pub(super) fn leaves_warehouse(&self) -> bool {
        LEAVING.iter().any(|code| self.findings.contains(*code))
    }
}

/// The hour, from 0 to 23, and the weekday of a moment in UTC.
#[must_use]
pub fn hour_and_weekday(at: Timestamp) -> (u8, &'static str) {
    let hour = at.micros().rem_euclid(DAY) / HOUR;
    // The first of January 1970 was a Thursday.
    let weekday = match at.micros().div_euclid(DAY).rem_euclid(7) {
        0 => "thursday",
        1 => "friday",
        2 => "saturday",
        3 => "sunday",
        4 => "monday",
        5 => "tuesday",
        _ => "wednesday",
    };
    (u8::try_from(hour).unwrap_or_default(), weekday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_and_the_weekday_are_those_of_utc() {
        for (micros, expected) in [
            (0, (0, "thursday")),
            (1_793_577_600_000_000, (0, "monday")),
            (1_793_577_599_999_999, (23, "sunday")),
            (-1, (23, "wednesday")),
        ] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(hour_and_weekday(at), expected, "{micros}");
        }
    }
}
