//! What there is to query: the project's datasets, tables and columns, with what is said of them.

use std::collections::{BTreeMap, BTreeSet};

use duckdb::Connection;

use super::{
    EngineError,
    shop::{self, VIEWS},
    types::{ColumnType, Field},
};
use crate::error::QueryError;

/// The only project of this server.
pub const PROJECT: &str = "demo";

/// A table or view of the project.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TableName {
    /// The dataset's id.
    pub dataset: String,
    /// The table's id.
    pub table: String,
}

impl TableName {
    /// A name from its two parts.
    pub fn new(dataset: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            dataset: dataset.into(),
            table: table.into(),
        }
    }

    /// The name in the engine's SQL.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("{PROJECT}.{}.{}", quote(&self.dataset), quote(&self.table))
    }

    /// The path under which columns are described, such as `shop.customers`.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}.{}", self.dataset, self.table)
    }

    /// The failure that says the table does not exist.
    #[must_use]
    pub fn not_found(&self) -> QueryError {
        QueryError::not_found(format!(
            "Table {PROJECT}:{} was not found in location US",
            self.path()
        ))
    }
}

/// A name as a delimited identifier of the engine.
#[must_use]
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table or view and its columns.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Its columns in order.
    pub columns: Vec<Field>,
    /// For a view, its query as written in BigQuery's SQL.
    pub view_query: Option<&'static str>,
    /// What it holds, in a sentence.
    pub description: Option<&'static str>,
}

/// Everything there is to query, as of one moment.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    datasets: BTreeSet<String>,
    tables: BTreeMap<TableName, Table>,
}

impl Catalog {
    /// Reads the catalog from the engine.
    ///
    /// # Errors
    /// The engine fails, or a column has a type unknown to BigQuery.
    pub fn read(connection: &Connection) -> Result<Self, EngineError> {
        let mut catalog = Self::default();
        let mut schemas = connection.prepare(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal AND schema_name <> 'main'",
        )?;
        for dataset in schemas.query_map([PROJECT], |row| row.get(0))? {
            catalog.datasets.insert(dataset?);
        }
        let mut columns = connection.prepare(
            "SELECT schema_name, table_name, column_name, data_type, is_nullable FROM duckdb_columns() \
             WHERE database_name = ? AND NOT internal ORDER BY schema_name, table_name, column_index",
        )?;
        let mut rows = columns.query([PROJECT])?;
        while let Some(row) = rows.next()? {
            let name = TableName::new(row.get::<_, String>(0)?, row.get::<_, String>(1)?);
            let field = Field {
                name: row.get(2)?,
                column_type: ColumnType::parse(&row.get::<_, String>(3)?)?,
                required: !row.get::<_, bool>(4)?,
            };
            catalog.add_column(name, field);
        }
        Ok(catalog)
    }

    fn add_column(&mut self, name: TableName, field: Field) {
        let table = self.tables.entry(name.clone()).or_insert_with(|| Table {
            view_query: VIEWS
                .iter()
                .find(|view| view.path == name.path())
                .map(|view| view.query),
            description: shop::description(&name.path()),
            name,
            columns: Vec::new(),
        });
        table.columns.push(field);
    }

    /// The datasets' ids in order.
    pub fn datasets(&self) -> impl Iterator<Item = &str> {
        self.datasets.iter().map(String::as_str)
    }

    /// Checks that a dataset exists.
    ///
    /// # Errors
    /// It does not.
    pub fn require_dataset(&self, dataset: &str) -> Result<(), QueryError> {
        if self.datasets.contains(dataset) {
            return Ok(());
        }
        Err(QueryError::not_found(format!(
            "Dataset {PROJECT}:{dataset} was not found in location US"
        )))
    }

    /// A table by name.
    ///
    /// # Errors
    /// The dataset or the table does not exist.
    pub fn table(&self, name: &TableName) -> Result<&Table, QueryError> {
        self.require_dataset(&name.dataset)?;
        self.tables.get(name).ok_or_else(|| name.not_found())
    }

    /// Whether a table of that name exists.
    #[must_use]
    pub fn contains(&self, name: &TableName) -> bool {
        self.tables.contains_key(name)
    }

    /// The tables and views of a dataset in order.
    pub fn tables_of(&self, dataset: &str) -> impl Iterator<Item = &Table> {
        self.tables
            .values()
            .filter(move |table| table.name.dataset == dataset)
    }
}
