//! The two databases: the same rows, but for the values in tagged columns.
//!
//! What masks keep is the same in both: which values are NULL, and how long arrays are.

use analysis::{Catalog, Table};
use domain::{Column, Mode, Tag};
use sandbox::{
    engine::{Contents, Engine, EngineError, View},
    error::QueryError,
};

use crate::random::Random;

/// One of the two databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Tagged values that casts accept, and few different ones.
    Tame,
    /// Tagged values that break casts, carry quotes, repeat, or stand as literals in queries.
    Wild,
}

/// The one project of the sandbox, with its dot.
const PROJECT: &str = "demo.";

/// How many rows a table has.
const ROWS: u64 = 12;

/// Runs every operator as it is written, on one thread: what the engine does, down to the order
/// of rows and which of two errors comes first, follows from the values that it sees.
const SETTINGS: &str = "SET GLOBAL threads = 1; \
    SET VARIABLE every = (SELECT string_agg(name, ',') FROM duckdb_optimizers()); \
    SET GLOBAL disabled_optimizers = getvariable('every');";

/// A database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The engine refused the tables.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The engine's catalog could not be read.
    #[error(transparent)]
    Query(#[from] QueryError),
}

/// Opens one of the two databases.
///
/// # Errors
/// The engine does not take the catalog's tables.
pub fn open(catalog: &Catalog, side: Side) -> Result<Engine, DatabaseError> {
    let views: Vec<View<'_>> = catalog
        .views
        .iter()
        .map(|(name, view)| View {
            path: local(name.as_str()),
            query: &view.sql,
        })
        .collect();
    Ok(Engine::filled_with(&Contents {
        tables: &tables(catalog, side),
        views: &views,
        settings: SETTINGS,
    })?)
}

fn local(name: &str) -> &str {
    name.strip_prefix(PROJECT).unwrap_or(name)
}

/// The statements that make and fill the tables.
fn tables(catalog: &Catalog, side: Side) -> String {
    let mut sql = format!("CREATE SCHEMA {PROJECT}{};", catalog.default_dataset);
    for (number, (name, table)) in (0..).zip(&catalog.tables) {
        let columns: Vec<String> = table.columns.iter().map(declaration).collect();
        let rows: Vec<String> = (0..ROWS)
            .map(|row| self::row(table, number, row, side))
            .collect();
        sql = format!(
            "{sql}CREATE TABLE {name} ({}); INSERT INTO {name} VALUES {};",
            columns.join(", "),
            rows.join(", ")
        );
    }
    sql
}

fn declaration(column: &Column) -> String {
    format!("\"{}\" {}", column.name, engine_type(column))
}

fn engine_type(column: &Column) -> String {
    let single = match column.data_type.as_str() {
        "INT64" => "BIGINT".to_owned(),
        "FLOAT64" => "DOUBLE".to_owned(),
        "NUMERIC" => "DECIMAL(38, 9)".to_owned(),
        "BOOL" => "BOOLEAN".to_owned(),
        "STRUCT" => {
            let fields: Vec<String> = column.fields.iter().map(declaration).collect();
            format!("STRUCT({})", fields.join(", "))
        }
        "STRING" => "VARCHAR".to_owned(),
        same => same.to_owned(),
    };
    match column.mode {
        Mode::Repeated => format!("{single}[]"),
        _ => single,
    }
}

fn row(table: &Table, number: u64, row: u64, side: Side) -> String {
    let mut cells = Cells {
        shared: Random::of(number, row),
        tagged: Random::of(number, row + ROWS * (1 + side as u64)),
        side,
    };
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|column| match column.name.as_str() {
            "id" => (row + 1).to_string(),
            _ => cells.value(column, false),
        })
        .collect();
    format!("({})", values.join(", "))
}

/// Chooses the values of one row.
struct Cells {
    /// For everything that both databases share.
    shared: Random,
    /// For what stands in tagged columns.
    tagged: Random,
    side: Side,
}

impl Cells {
    /// A column's value; a field without a tag of its own has the tag of what it is in.
    fn value(&mut self, column: &Column, within_tagged: bool) -> String {
        let tagged = within_tagged || column.tag.as_ref().is_some_and(Tag::is_sensitive);
        if column.mode == Mode::Repeated {
            let length = self.shared.below(4);
            let values: Vec<String> = (0..length).map(|_| self.single(column, tagged)).collect();
            return format!("[{}]::{}", values.join(", "), engine_type(column));
        }
        if self.shared.chance(12) {
            return "NULL".to_owned();
        }
        self.single(column, tagged)
    }

    fn single(&mut self, column: &Column, tagged: bool) -> String {
        if column.fields.is_empty() {
            return self.leaf(&column.data_type, tagged);
        }
        let fields: Vec<String> = column
            .fields
            .iter()
            .map(|field| format!("'{}': {}", field.name, self.value(field, tagged)))
            .collect();
        format!("{{{}}}", fields.join(", "))
    }

    fn leaf(&mut self, data_type: &str, tagged: bool) -> String {
        // Both databases draw the shared number, so that what follows stays the same.
        let shared = self.shared.word(values(data_type, None));
        let chosen = if tagged {
            self.tagged.word(values(data_type, Some(self.side)))
        } else {
            shared
        };
        match data_type {
            "STRING" | "DATE" | "JSON" => format!("'{}'", chosen.replace('\'', "''")),
            _ => chosen.to_owned(),
        }
    }
}

/// The values of a type: untagged ones, or those of a side.
#[rustfmt::skip]
fn values(data_type: &str, side: Option<Side>) -> &'static [&'static str] {
    use Side::{Tame, Wild};
    match (data_type, side) {
        ("STRING", None) => &["DE", "FR", "US", "a", "b", "", "12", "O'Brien", "2024", "x-y-z"],
        ("STRING", Some(Tame)) => &["900-00-0001", "12", "42", "7", "0", "3", "2024-01-31"],
        ("STRING", Some(Wild)) => &[
            "900-00-0002", "o'hara", "\"quoted\"", "", "DE", "a", "12", "a-b-c", "%", "\\", "été",
            "99999999999999999999", "{\"a\": 1}", "a text that is longer than all of the others",
        ],
        ("INT64", None) => &["1", "2", "3", "5", "8", "12", "0"],
        ("INT64", Some(Tame)) => &["1", "2", "3", "42"],
        ("INT64", Some(Wild)) => &["0", "-1", "5", "42", "9223372036854775807"],
        ("FLOAT64" | "NUMERIC", None) => &["0.5", "1", "2.25", "0", "100"],
        ("FLOAT64", Some(Tame)) | ("NUMERIC", Some(_)) if side == Some(Tame) => &["1", "2.5", "42"],
        ("FLOAT64", Some(_)) => &["0", "-1.5", "42", "1e308"],
        ("NUMERIC", Some(_)) => &["0", "-1.5", "42", "99999999999.5"],
        ("BOOL", None) => &["TRUE", "FALSE"],
        ("BOOL", Some(Tame)) => &["TRUE", "TRUE", "FALSE"],
        ("BOOL", Some(Wild)) => &["FALSE", "FALSE", "TRUE"],
        ("DATE", None) => &["2024-01-31", "2023-12-01", "2024-02-29"],
        ("DATE", Some(Tame)) => &["1990-05-05", "2001-09-09"],
        ("DATE", Some(Wild)) => &["1970-01-01", "9999-12-31", "2024-02-29"],
        ("JSON", None) => &["{\"a\": \"12\"}", "{\"a\": 2, \"b\": [1, 2]}", "[1]"],
        ("JSON", Some(Tame)) => &["{\"a\": \"7\"}", "{\"a\": \"42\"}"],
        ("JSON", Some(Wild)) => &["{\"a\": \"x\", \"b\": [\"'\"]}", "[1, 2, 3]", "\"DE\"", "12"],
        _ => &["NULL"],
    }
}
