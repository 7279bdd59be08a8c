//! From BigQuery's SQL to the engine's.
//!
//! The text is parsed and the tree written out anew, node by node. A node that is not written
//! here on purpose is refused with its name, so nothing passes by accident of similar syntax.

mod aggregates;
mod arrays;
mod calls;
mod clauses;
mod composites;
mod dates;
mod definitions;
mod expressions;
mod literals;
mod names;
mod predicates;
mod queries;
mod relations;
mod selects;
mod statements;
mod types;

use std::collections::{BTreeSet, HashSet};

use sqlparser::{
    dialect::BigQueryDialect,
    parser::{Parser, ParserError},
    tokenizer::{Location, Span},
};

use crate::{
    engine::{Catalog, TableName},
    error::QueryError,
};

/// How deep expressions may be nested; a chain of operators counts each link.
const DEEPEST: usize = 200;

/// The outcome of one part of the translation.
type Rendered = Result<String, QueryError>;

/// What a text is translated against.
#[derive(Debug)]
pub struct Context<'a> {
    /// Tables and columns.
    pub catalog: &'a Catalog,
    /// The scalar functions that exist, as `bq_name`.
    pub functions: &'a HashSet<String>,
    /// Where unqualified table names are looked up.
    pub default_dataset: Option<&'a str>,
    /// Values for `@name` and `?`.
    pub parameters: &'a [Parameter],
}

/// A query parameter, already written as an expression of the engine.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name; positional parameters have none.
    pub name: Option<String>,
    /// The engine's SQL for its value, typed.
    pub sql: String,
}

/// What a statement does, in BigQuery's `statementType`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Reads only.
    Select,
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE` or `TRUNCATE_TABLE`, which change rows of a table.
    Dml(&'static str),
    /// `CREATE_TABLE`, `CREATE_TABLE_AS_SELECT` or `DROP_TABLE`.
    Ddl(&'static str),
}

impl Kind {
    /// The name used in job statistics.
    #[must_use]
    pub fn statement_type(&self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Dml(name) | Self::Ddl(name) => name,
        }
    }
}

/// A translated statement.
#[derive(Debug, Clone)]
pub struct Translation {
    /// The engine's SQL.
    pub sql: String,
    /// What it does.
    pub kind: Kind,
    /// The tables it reads; views count as the tables below them.
    pub references: BTreeSet<TableName>,
}

/// Translates one statement.
///
/// # Errors
/// The text does not parse, names what does not exist, or uses what this server does not run.
pub fn translate(sql: &str, context: &Context<'_>) -> Result<Translation, QueryError> {
    let statements =
        Parser::parse_sql(&BigQueryDialect, sql).map_err(|error| syntax_error(&error))?;
    let [statement] = statements.as_slice() else {
        return Err(match statements.len() {
            0 => QueryError::invalid_query("Syntax error: Unexpected end of statement"),
            _ => QueryError::unsupported("a script of several statements"),
        });
    };
    let mut renderer = Renderer::new(sql, context);
    let (kind, sql) = renderer.statement(statement)?;
    Ok(Translation {
        sql,
        kind,
        references: renderer.references,
    })
}

/// The parser's complaint in BigQuery's form, `Syntax error: … at [line:column]`.
fn syntax_error(error: &ParserError) -> QueryError {
    let text = match error {
        ParserError::TokenizerError(text) | ParserError::ParserError(text) => text.clone(),
        ParserError::RecursionLimitExceeded => "the query is nested too deeply".into(),
    };
    let Some((sentence, place)) = text.rsplit_once(" at Line: ") else {
        return QueryError::invalid_query(format!("Syntax error: {text}"));
    };
    let place = place.replace(", Column: ", ":");
    QueryError::invalid_query(format!("Syntax error: {sentence} at [{place}]"))
}

/// Writes a syntax tree in the engine's SQL.
struct Renderer<'a> {
    source: &'a str,
    context: &'a Context<'a>,
    /// Names of common table expressions, innermost last.
    common_tables: Vec<String>,
    /// What the `FROM` clauses around the current place define, innermost last.
    scopes: Vec<Scope>,
    references: BTreeSet<TableName>,
    /// Where each `?` stands.
    positional: Vec<Location>,
    generated: usize,
    /// How many expressions the current one is inside of.
    depth: usize,
}

/// What one `FROM` clause defines so far.
#[derive(Debug, Default)]
struct Scope {
    relations: Vec<Relation>,
}

/// One table, subquery or unnested array of a `FROM` clause.
#[derive(Debug)]
struct Relation {
    /// The name by which it is addressed.
    alias: String,
    shape: Shape,
}

/// How `*` sees a relation.
#[derive(Debug)]
enum Shape {
    /// Columns, which may be known; a wildcard table has one more that `*` leaves out.
    Columns {
        known: Option<TableName>,
        suffix: bool,
    },
    /// One value an element, and the name of its offset.
    Elements {
        elements: Elements,
        offset: Option<String>,
    },
}

/// What an array holds, as far as the text and the catalog tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Elements {
    /// Structs, whose fields `*` shows as columns.
    Structs,
    /// Plain values.
    Scalars,
    /// Not known.
    Unknown,
}

impl<'a> Renderer<'a> {
    fn new(source: &'a str, context: &'a Context<'a>) -> Self {
        Self {
            source,
            context,
            common_tables: Vec::new(),
            scopes: Vec::new(),
            references: BTreeSet::new(),
            positional: literals::positional_parameters(source),
            generated: 0,
            depth: 0,
        }
    }

    /// A name that no query uses.
    fn fresh(&mut self) -> String {
        self.generated += 1;
        format!("__{}", self.generated)
    }
}

/// Where something stands, as BigQuery says it: ` at [line:column]`.
fn at(span: Span) -> String {
    if span.start.line == 0 {
        String::new()
    } else {
        format!(" at [{}:{}]", span.start.line, span.start.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(sql: &str, parameters: &[Parameter]) -> Result<String, QueryError> {
        let functions = ["bq_upper", "bq_divide"].map(str::to_owned).into();
        let catalog = Catalog::default();
        let context = Context {
            catalog: &catalog,
            functions: &functions,
            default_dataset: None,
            parameters,
        };
        translate(sql, &context).map(|translation| translation.sql)
    }

    fn refusal(sql: &str) -> String {
        translated(sql, &[]).expect_err("refused").message
    }

    #[test]
    fn text_and_names_stay_inside_their_quotes() {
        assert_eq!(
            translated(r#"SELECT 'a\' OR 1=1 --' AS `x" y`, 'b\\', '\\\''"#, &[]),
            Ok(r#"SELECT 'a'' OR 1=1 --' AS "x"" y", 'b\' AS "f0_", '\''' AS "f1_""#.into())
        );
    }

    #[test]
    fn numbers_and_operators_have_bigquerys_types() {
        assert_eq!(
            translated("SELECT 1 / 2 AS a, 1.5 AS b", &[]),
            Ok(r#"SELECT bq_divide(1::BIGINT, 2::BIGINT) AS "a", 1.5::DOUBLE AS "b""#.into())
        );
    }

    #[test]
    fn positional_parameters_count_by_their_place_in_the_text() {
        let parameter = |sql: &str| Parameter {
            name: None,
            sql: sql.into(),
        };
        assert_eq!(
            translated(
                "SELECT ? AS a FROM (SELECT ? AS b) AS t",
                &[parameter("'first'"), parameter("'second'")]
            ),
            Ok(r#"SELECT 'first' AS "a" FROM (SELECT 'second' AS "b") AS "t""#.into())
        );
    }

    #[test]
    fn what_is_not_known_is_refused_by_name() {
        assert_eq!(
            refusal("SELECT 1, nope(2)"),
            "Function not found: NOPE; at [1:11]"
        );
        assert_eq!(
            refusal("SELECT CAST(1 AS GEOGRAPHY)"),
            "Unsupported by this server: the type GEOGRAPHY"
        );
        assert_eq!(
            refusal("SELECT 1; SELECT 2"),
            "Unsupported by this server: a script of several statements"
        );
        assert_eq!(
            refusal("SELECT 1 FROM x.y"),
            "Not found: Dataset demo:x was not found in location US"
        );
        assert_eq!(
            refusal("SELECT @nope"),
            "Query parameter 'nope' not found at [1:8]"
        );
        assert!(refusal("SELECT 1 +").starts_with("Syntax error: "));
        assert_eq!(refusal(""), "Syntax error: Unexpected end of statement");
    }

    #[test]
    fn a_chain_of_any_length_ends_in_an_answer() {
        let chain = |length: usize| format!("SELECT 1{}", " + 1".repeat(length));
        assert!(translated(&chain(DEEPEST - 1), &[]).is_ok());
        assert_eq!(
            refusal(&chain(20_000)),
            "Unsupported by this server: so deeply nested an expression"
        );
    }
}
