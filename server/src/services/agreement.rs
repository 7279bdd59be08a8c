//! Whether BigQuery's own word and the analysis agree. Where they differ, nothing is understood.

use analysis::Analysis;
use domain::TableName;

use super::DryRunFacts;

/// Where BigQuery's word and the analysis differ, in one sentence.
pub(super) fn disagreement(analysis: &Analysis, facts: &DryRunFacts) -> Option<String> {
    // Of a view, both name the tables behind it too.
    let (reads, writes) = (analysis.reads(), analysis.writes());
    let is_known = |table: &TableName| reads.union(&writes).any(|name| stands_for(name, table));
    if let Some(table) = facts.referenced_tables.iter().find(|t| !is_known(t)) {
        return Some(format!(
            "BigQuery also reads `{table}`, which the analysis did not see"
        ));
    }
    match facts.statement_type.as_str() {
        // Of a script, BigQuery tells neither columns nor changes before it runs.
        "SCRIPT" => (!analysis.is_script())
            .then(|| "BigQuery takes this for a script, the analysis does not".to_owned()),
        "SELECT" if writes.is_empty() => {
            let columns = analysis.answer().map_or(0, <[_]>::len);
            (columns != facts.schema.len()).then(|| {
                format!(
                    "BigQuery answers with {} columns, the analysis expects {columns}",
                    facts.schema.len()
                )
            })
        }
        statement_type => ((statement_type == "SELECT") != writes.is_empty()).then(|| {
            "BigQuery and the analysis differ on whether this changes anything".to_owned()
        }),
    }
}

/// Whether a name is this table's, or a wildcard that covers it.
pub(super) fn stands_for(name: &TableName, table: &TableName) -> bool {
    match name.as_str().strip_suffix('*') {
        Some(prefix) => table.as_str().starts_with(prefix),
        None => name == table,
    }
}

#[cfg(test)]
mod tests {
    use analysis::{Catalog, analyse};
    use domain::Column;

    use super::*;

    fn agrees(sql: &str, statement_type: &str, tables: &[&str], columns: usize) -> bool {
        let catalog: Catalog = serde_json::from_str(
            r#"{"default_project":"p","default_dataset":"d","tables":{
                "p.d.t":{"columns":[{"name":"a","type":"INT64"},{"name":"b","type":"INT64"}]}}}"#,
        )
        .expect("a catalog");
        let column: Column =
            serde_json::from_str(r#"{"name":"a","type":"INT64"}"#).expect("a column");
        let facts = DryRunFacts {
            statement_type: statement_type.to_owned(),
            referenced_tables: tables.iter().map(|t| TableName::new(*t)).collect(),
            schema: vec![column; columns],
            bytes: 0,
        };
        disagreement(&analyse(sql, &catalog), &facts).is_none()
    }

    #[test]
    fn a_query_answers_with_the_same_columns_and_reads_the_same_tables() {
        assert!(agrees("SELECT a, b FROM t", "SELECT", &["p.d.t"], 2));
        assert!(!agrees("SELECT a, b FROM t", "SELECT", &["p.d.t"], 1));
        assert!(!agrees("SELECT a FROM t", "SELECT", &["p.d.t", "p.d.u"], 1));
        assert!(!agrees("SELECT a FROM t", "INSERT", &["p.d.t"], 1));
    }

    #[test]
    fn a_change_is_a_change_on_both_sides() {
        let insert = "INSERT INTO t (a, b) SELECT 1, 2";
        assert!(agrees(insert, "INSERT", &["p.d.t"], 0));
        assert!(!agrees(insert, "SELECT", &["p.d.t"], 0));
        let create = "CREATE TABLE d.u AS SELECT a FROM t";
        assert!(agrees(create, "CREATE_TABLE_AS_SELECT", &["p.d.t"], 0));
    }

    #[test]
    fn a_script_is_a_script_on_both_sides() {
        let script = "DECLARE x INT64 DEFAULT 1; SELECT a FROM t WHERE b = x";
        assert!(agrees(script, "SCRIPT", &[], 0));
        assert!(!agrees("SELECT a FROM t", "SCRIPT", &[], 0));
        assert!(!agrees(script, "INSERT", &["p.d.t"], 0));
        // A function of its own does not make a script of a query.
        let function = "CREATE TEMP FUNCTION f(x INT64) AS (x); SELECT f(a) FROM t";
        assert!(agrees(function, "SELECT", &["p.d.t"], 1));
        assert!(!agrees(function, "SELECT", &["p.d.t"], 2));
    }
}
