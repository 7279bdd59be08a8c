//! The embedded engine (DuckDB), seen as a warehouse that speaks BigQuery's SQL.

mod bytes;
mod catalog;
mod contents;
mod jobs;
mod messages;
mod shop;
mod types;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use duckdb::{Connection, InterruptHandle, types::Value};

pub use self::{
    catalog::{Catalog, PROJECT, Table, TableName, quote},
    contents::{Contents, View},
    jobs::JOBS,
    shop::policy_tag,
    types::{ColumnType, Field},
};
use crate::{
    error::QueryError,
    translate::{Context, Kind, Parameter, Translation, translate},
};

/// The engine failed, or refused what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine's own failure.
    #[error(transparent)]
    Database(#[from] duckdb::Error),
    /// A failure already in BigQuery's words.
    #[error(transparent)]
    Query(#[from] QueryError),
    /// Another thread broke down while it used the engine.
    #[error("the engine is not usable any more")]
    Poisoned,
}

/// The database.
pub struct Engine {
    root: Mutex<Connection>,
    functions: Arc<HashSet<String>>,
}

/// One connection to the database.
pub struct Session {
    connection: Connection,
    functions: Arc<HashSet<String>>,
}

/// What a request asks to run.
#[derive(Debug, Clone)]
pub struct Request {
    /// BigQuery's SQL.
    pub sql: String,
    /// Where unqualified table names are looked up.
    pub default_dataset: Option<String>,
    /// Values for the query's parameters.
    pub parameters: Vec<Parameter>,
}

/// A statement that was checked and can be run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The statement in the engine's SQL.
    pub translation: Translation,
    /// The columns of its result; nothing for statements without rows.
    pub schema: Vec<Field>,
    /// How many bytes it reads, by BigQuery's rules.
    pub bytes: u64,
}

/// What a statement gave.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// The rows, in the order of the columns.
    pub rows: Vec<Vec<Value>>,
    /// How many rows a change touched.
    pub affected: Option<u64>,
}

impl Engine {
    /// A new connection.
    ///
    /// # Errors
    /// The engine fails.
    pub fn session(&self) -> Result<Session, EngineError> {
        let root = self.root.lock().map_err(|_| EngineError::Poisoned)?;
        Ok(Session {
            connection: root.try_clone()?,
            functions: Arc::clone(&self.functions),
        })
    }
}

impl Request {
    /// A text without defaults and parameters.
    #[must_use]
    pub fn plain(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            default_dataset: None,
            parameters: Vec::new(),
        }
    }
}

impl Session {
    /// What there is to query.
    ///
    /// # Errors
    /// The engine fails.
    pub fn catalog(&self) -> Result<Catalog, EngineError> {
        Catalog::read(&self.connection)
    }

    /// A handle by which another thread can stop what this session runs.
    #[must_use]
    pub fn interrupt_handle(&self) -> Arc<InterruptHandle> {
        self.connection.interrupt_handle()
    }

    fn translate(&self, request: &Request, catalog: &Catalog) -> Result<Translation, EngineError> {
        let context = Context {
            catalog,
            functions: &self.functions,
            default_dataset: request.default_dataset.as_deref(),
            parameters: &request.parameters,
        };
        Ok(translate(&request.sql, &context)?)
    }

    /// Checks a statement without running it.
    ///
    /// # Errors
    /// The statement cannot be run; the sentence says why.
    pub fn plan(&self, request: &Request) -> Result<Plan, QueryError> {
        let reworded = |error: EngineError| messages::reword(error, &request.sql);
        let catalog = self.catalog().map_err(reworded)?;
        let mut plan = self.check(request, &catalog)?;
        plan.bytes = self.bytes_read(&plan.translation).map_err(reworded)?;
        Ok(plan)
    }

    /// Checks a statement against a catalog that was read before, without measuring what it
    /// reads: the bytes of the plan are none.
    ///
    /// # Errors
    /// The statement cannot be run; the sentence says why.
    pub fn check(&self, request: &Request, catalog: &Catalog) -> Result<Plan, QueryError> {
        let reworded = |error: EngineError| messages::reword(error, &request.sql);
        let translation = self.translate(request, catalog).map_err(reworded)?;
        let schema = match translation.kind {
            Kind::Select => self.describe(&translation.sql).map_err(reworded)?,
            Kind::Dml(_) | Kind::Ddl(_) => Vec::new(),
        };
        Ok(Plan {
            translation,
            schema,
            bytes: 0,
        })
    }

    /// Runs a checked statement; `source` is the text it came from.
    ///
    /// # Errors
    /// The statement failed or was interrupted.
    pub fn run(&self, plan: &Plan, source: &str) -> Result<Outcome, QueryError> {
        self.execute(plan)
            .map_err(|error| messages::reword(error, source))
    }

    fn execute(&self, plan: &Plan) -> Result<Outcome, EngineError> {
        if plan.translation.kind != Kind::Select {
            let affected = self.connection.execute(&plan.translation.sql, [])?;
            let affected = matches!(plan.translation.kind, Kind::Dml(_)).then_some(affected as u64);
            return Ok(Outcome {
                rows: Vec::new(),
                affected,
            });
        }
        Ok(Outcome {
            rows: self.rows(&plan.translation.sql, plan.schema.len())?,
            affected: None,
        })
    }

    fn rows(&self, sql: &str, width: usize) -> Result<Vec<Vec<Value>>, EngineError> {
        let mut statement = self.connection.prepare(sql)?;
        let mut rows = statement.query([])?;
        let mut collected = Vec::new();
        while let Some(row) = rows.next()? {
            collected.push(
                (0..width)
                    .map(|column| row.get(column))
                    .collect::<Result<_, _>>()?,
            );
        }
        Ok(collected)
    }

    /// Some columns of part of a table's rows, in storage order.
    ///
    /// # Errors
    /// The engine fails.
    pub fn table_rows(
        &self,
        table: &TableName,
        columns: &[Field],
        start: u64,
        limit: u64,
    ) -> Result<Vec<Vec<Value>>, EngineError> {
        let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
        let sql = format!(
            "SELECT {} FROM {} LIMIT {limit} OFFSET {start}",
            names.join(", "),
            table.quoted()
        );
        self.rows(&sql, columns.len())
    }

    /// How many rows a table or view has.
    ///
    /// # Errors
    /// The engine fails.
    pub fn row_count(&self, table: &TableName) -> Result<u64, EngineError> {
        let sql = format!("SELECT count(*) FROM {}", table.quoted());
        Ok(self.connection.query_row(&sql, [], |row| row.get(0))?)
    }

    /// The columns that a query gives.
    fn describe(&self, sql: &str) -> Result<Vec<Field>, EngineError> {
        let mut statement = self.connection.prepare(&format!("DESCRIBE {sql}"))?;
        let mut rows = statement.query([])?;
        let mut fields: Vec<Field> = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            if fields
                .iter()
                .any(|field| field.name.eq_ignore_ascii_case(&name))
            {
                let message = format!(
                    "Duplicate column names in the result are not supported. Found duplicate(s): {name}"
                );
                return Err(QueryError::invalid_query(message).into());
            }
            fields.push(Field {
                name,
                column_type: ColumnType::parse(&row.get::<_, String>(1)?)?,
                required: false,
            });
        }
        Ok(fields)
    }
}
