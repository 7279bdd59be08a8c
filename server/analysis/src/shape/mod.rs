//! The shape of a query: what stays when only the values change by which its rows are chosen.
//!
//! Two queries have the same shape when what would be sent to the warehouse is the same text but
//! for such values (see [`text`]), and when it resolves to the same tables, columns, lineage,
//! tags, masks and findings.

mod text;

use std::collections::BTreeSet;

use domain::{Digest, MaskRule, TableName, Tag};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    lexer,
    report::{Analysis, Statement},
};
use text::Text;

/// What a query is, whichever rows it asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Digest of all of it: equal digests are equal shapes.
    pub digest: Digest,
    /// Kinds of its statements: `select`, `insert` …
    pub kinds: BTreeSet<String>,
    /// Every table and view that it names, by full name.
    pub tables: BTreeSet<TableName>,
    /// Every column that it uses, as `project.dataset.table.column`.
    pub columns: BTreeSet<String>,
    /// The output columns that leave masked.
    pub masked: BTreeSet<String>,
    /// Codes of its findings.
    pub findings: BTreeSet<String>,
    /// Whether the value of a parameter decides what is shown, not only which rows: such a
    /// value is no part of the shape.
    pub shows_parameter: bool,
}

impl Shape {
    /// The shape of an analysed query; none where it was not understood or nothing may run.
    #[must_use]
    pub fn of(analysis: &Analysis) -> Option<Self> {
        if !analysis.understood {
            return None;
        }
        let tokens = lexer::tokens(analysis.masked_sql.as_deref()?).ok()?;
        let text = Text::of(&tokens);
        let statements: Vec<_> = analysis.statements.iter().map(Bound::of).collect();
        let bound = serde_json::to_vec(&(&text.parts, &statements)).ok()?;
        let masked = analysis.statements.iter().flat_map(|s| &s.columns);
        let masked = masked.filter(|column| column.masked);
        Some(Self {
            digest: Digest::from_bytes(Sha256::digest(bound).into()),
            kinds: analysis.statements.iter().map(|s| s.kind.clone()).collect(),
            tables: (analysis.reads().into_iter().chain(analysis.writes()))
                .cloned()
                .collect(),
            columns: (analysis.statements.iter().flat_map(|s| &s.used))
                .cloned()
                .collect(),
            masked: masked.map(|column| column.name.clone()).collect(),
            findings: analysis.findings().map(|f| f.code.clone()).collect(),
            shows_parameter: text.shows_parameter,
        })
    }
}

/// What a statement resolves to, in no order that follows places in the text.
#[derive(Serialize)]
struct Bound<'a> {
    kind: &'a str,
    reads: &'a [TableName],
    writes: &'a [TableName],
    columns: Vec<BoundColumn<'a>>,
    indirect: &'a [String],
    used: &'a [String],
    tags: &'a [Tag],
    /// Findings name tables and columns, and never quote a literal.
    findings: BTreeSet<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct BoundColumn<'a> {
    name: &'a str,
    sources: &'a [String],
    tags: &'a [Tag],
    masked: bool,
    rule: Option<MaskRule>,
}

impl<'a> Bound<'a> {
    fn of(statement: &'a Statement) -> Self {
        let columns = statement.columns.iter().map(|column| BoundColumn {
            name: &column.name,
            sources: &column.sources,
            tags: &column.tags,
            masked: column.masked,
            rule: column.rule,
        });
        let findings = statement.findings.iter();
        Self {
            kind: &statement.kind,
            reads: &statement.reads,
            writes: &statement.writes,
            columns: columns.collect(),
            indirect: &statement.indirect,
            used: &statement.used,
            tags: &statement.tags,
            findings: findings
                .map(|f| (f.code.as_str(), f.message.as_str()))
                .collect(),
        }
    }
}
