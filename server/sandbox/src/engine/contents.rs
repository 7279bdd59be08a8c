//! Opening the database: settings, functions, and the tables and views it starts with.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use duckdb::{Config, Connection};

use super::{Engine, EngineError, Request, Session, TableName, shop};

/// BigQuery's functions as the engine's macros.
const FUNCTIONS: &str = include_str!("functions.sql");

/// Makes a session sort, tell the time and reach the outside as BigQuery does, and keeps the
/// engine from leaving out columns because of what their values happen to be, and from writing
/// files when memory is short.
const SETTINGS: &str = "SET GLOBAL TimeZone = 'UTC'; \
    SET GLOBAL default_null_order = 'nulls_first_on_asc_last_on_desc'; \
    SET GLOBAL memory_limit = '2GB'; SET GLOBAL temp_directory = ''; \
    SET GLOBAL disabled_optimizers = 'statistics_propagation'; \
    SET GLOBAL enable_external_access = false;";

/// What a database starts with.
#[derive(Debug)]
pub struct Contents<'a> {
    /// Statements in the engine's own SQL that make and fill the tables, as `demo.dataset.table`.
    pub tables: &'a str,
    /// The views, made after the tables.
    pub views: &'a [View<'a>],
    /// Settings of the engine, made after this server's own and as fixed as they are.
    pub settings: &'a str,
}

/// A view, in BigQuery's SQL.
#[derive(Debug)]
pub struct View<'a> {
    /// Dataset and name, such as `shop.customer_revenue`.
    pub path: &'a str,
    /// The query it stands for.
    pub query: &'a str,
}

impl Engine {
    /// Opens a database with the sample shop.
    ///
    /// # Errors
    /// The engine fails, which is a defect of this program.
    pub fn open() -> Result<Self, EngineError> {
        Self::filled_with(&Contents {
            tables: shop::DATA,
            views: shop::VIEWS,
            settings: "",
        })
    }

    /// Opens a database with tables and views of one's own.
    ///
    /// # Errors
    /// The engine does not take them.
    pub fn filled_with(contents: &Contents<'_>) -> Result<Self, EngineError> {
        let config = Config::default().enable_autoload_extension(false)?;
        let connection = Connection::open_in_memory_with_flags(config)?;
        connection.execute_batch("ATTACH ':memory:' AS demo; SET GLOBAL TimeZone = 'UTC';")?;
        connection.execute_batch(contents.tables)?;
        connection.execute_batch(FUNCTIONS)?;
        connection.execute_batch(SETTINGS)?;
        connection.execute_batch(contents.settings)?;
        connection.execute_batch("SET GLOBAL lock_configuration = true;")?;
        let functions = Arc::new(known_functions(&connection)?);
        let session = Session {
            connection,
            functions: Arc::clone(&functions),
        };
        for view in contents.views {
            session.create_view(view)?;
        }
        Ok(Self {
            root: Mutex::new(session.connection),
            functions,
        })
    }
}

impl Session {
    fn create_view(&self, view: &View<'_>) -> Result<(), EngineError> {
        let translation = self.translate(&Request::plain(view.query), &self.catalog()?)?;
        let (dataset, name) = view.path.split_once('.').unwrap_or_default();
        let name = TableName::new(dataset, name).quoted();
        let sql = format!("CREATE VIEW {name} AS {}", translation.sql);
        Ok(self.connection.execute_batch(&sql)?)
    }
}

/// The macros that stand for BigQuery's functions.
fn known_functions(connection: &Connection) -> Result<HashSet<String>, EngineError> {
    let mut statement = connection
        .prepare("SELECT DISTINCT function_name FROM duckdb_functions() WHERE starts_with(function_name, 'bq_')")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}
