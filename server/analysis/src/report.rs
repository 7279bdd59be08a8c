//! What the analysis answers: facts, lineage, findings, the route and the masked SQL.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Digest, Finding, MaskRule, RiskLevel, Route, TableName, Tag};
use serde::{Deserialize, Serialize};

use crate::{finding::FindingCode, uses::Uses};

/// Everything that is known of one SQL text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Analysis {
    /// Whether every part of the text was followed. If not, the route is `block`.
    pub understood: bool,
    /// What was not followed, in one sentence.
    pub not_understood_because: Option<String>,
    /// The statements of the text in their order.
    pub statements: Vec<Statement>,
    /// The gravest of the findings.
    pub risk: RiskLevel,
    /// The most that this text allows by itself.
    pub route: Route,
    /// The text to send to the warehouse, with every tagged value masked where it is read.
    ///
    /// Absent when nothing may be sent.
    pub masked_sql: Option<String>,
    /// Whether the masked SQL names the parameter [`SALT_PARAMETER`](crate::SALT_PARAMETER),
    /// which whoever runs it must supply.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_salt: bool,
    /// SHA-256 of the text as asked.
    pub digest: Digest,
}

/// What one statement does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// `select`, `insert`, `drop` …; `unknown` for a text that could not be read.
    pub kind: String,
    /// Tables and views that it names and reads, sorted.
    pub reads: Vec<TableName>,
    /// Tables that it changes, sorted.
    pub writes: Vec<TableName>,
    /// The columns that it answers with, or that its query stores.
    pub columns: Vec<OutputColumn>,
    /// Columns that only decide which rows come, in which order or in which group.
    pub indirect: Vec<String>,
    /// Every column that it names or that reaches its answer, for whatever purpose.
    #[serde(default)]
    pub used: Vec<String>,
    /// Every tag that it touches, also where it only decides which rows come.
    pub tags: Vec<Tag>,
    /// The tags of what it uses, by what it uses it for.
    #[serde(default, skip_serializing_if = "Uses::is_empty")]
    pub uses: Uses,
    /// The most rows that it asks for, by the number of its own `LIMIT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// What a person or a policy should know.
    pub findings: Vec<Finding>,
}

/// One column of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    /// As the query names it; those it does not name are `f0_`, `f1_` and so on, as BigQuery
    /// counts them.
    pub name: String,
    /// Counted from zero.
    pub position: usize,
    /// The columns whose values flow into it, as `project.dataset.table.column`.
    pub sources: Vec<String>,
    /// The tags of the sources.
    pub tags: Vec<Tag>,
    /// Whether the masked SQL gives it masked: all that is tagged in it, unless people let the
    /// query read it as it is.
    pub masked: bool,
    /// The rule that masks it, when one rule masks all that flows into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<MaskRule>,
}

impl Analysis {
    /// The findings of all statements.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.statements.iter().flat_map(|s| &s.findings)
    }

    /// The tables and views that are read.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<&TableName> {
        self.statements.iter().flat_map(|s| &s.reads).collect()
    }

    /// The tables that are changed.
    #[must_use]
    pub fn writes(&self) -> BTreeSet<&TableName> {
        self.statements.iter().flat_map(|s| &s.writes).collect()
    }

    /// Every tag that is touched, also where it only decides which rows come.
    #[must_use]
    pub fn tags(&self) -> BTreeSet<&Tag> {
        self.statements.iter().flat_map(|s| &s.tags).collect()
    }

    /// The tags of what is used, by what it is used for.
    #[must_use]
    pub fn uses(&self) -> Uses {
        let mut uses = Uses::default();
        for statement in &self.statements {
            uses.add(&statement.uses);
        }
        uses
    }

    /// The most rows that it asks for; none where one of its queries has no `LIMIT`.
    #[must_use]
    pub fn limit(&self) -> Option<u64> {
        let queries = self.statements.iter().filter(|s| s.kind == "select");
        let limits: Option<Vec<u64>> = queries.map(|query| query.limit).collect();
        limits?.into_iter().max()
    }

    /// Whether it is a script, of which BigQuery tells nothing but that before it runs.
    #[must_use]
    pub fn is_script(&self) -> bool {
        self.findings()
            .any(|finding| finding.code == FindingCode::Script.as_str())
    }

    /// The columns of the answer; none when several statements of a script answer.
    #[must_use]
    pub fn answer(&self) -> Option<&[OutputColumn]> {
        let mut queries = self.statements.iter().filter(|s| s.kind == "select");
        match (queries.next(), queries.next()) {
            (Some(only), None) => Some(&only.columns),
            _ => None,
        }
    }

    /// The column paths that are used, by table. A statement may use columns of a table that
    /// another one read into a variable.
    #[must_use]
    pub fn used_columns(&self) -> BTreeMap<TableName, BTreeSet<String>> {
        let mut used: BTreeMap<TableName, BTreeSet<String>> = BTreeMap::new();
        for statement in &self.statements {
            for source in &statement.used {
                if let Some((table, path)) = self.split(source) {
                    used.entry(table.clone())
                        .or_default()
                        .insert(path.to_owned());
                }
            }
        }
        used
    }

    /// Splits `project.dataset.table.path` at the table that a statement names.
    fn split<'a>(&self, source: &'a str) -> Option<(&TableName, &'a str)> {
        let tables = self
            .statements
            .iter()
            .flat_map(|s| s.reads.iter().chain(&s.writes));
        tables
            .filter_map(|table| {
                let path = source.strip_prefix(table.as_str())?.strip_prefix('.')?;
                Some((table, path))
            })
            .min_by_key(|(_, path)| path.len())
    }
}
