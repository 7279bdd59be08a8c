//! A database of its own for each test: an `SQLite` file, or, in a test run for PostgreSQL, a
//! schema in the database that `COUNTERSIGN_TEST_POSTGRES` names. `cargo xtask test` does
//! both, and starts a PostgreSQL server that is thrown away afterwards.
#![expect(
    clippy::expect_used,
    reason = "a test whose database cannot be made has failed"
)]

use std::env;

use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;
use uuid::Uuid;

/// Names the PostgreSQL database that tests may fill: a URL, whose user may make schemas.
pub const POSTGRES: &str = "COUNTERSIGN_TEST_POSTGRES";

/// An empty database that only one test knows.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    _folder: Option<TempDir>,
}

impl TestDatabase {
    /// One of the kind that this test run is for.
    pub async fn new() -> Self {
        match env::var(POSTGRES) {
            Ok(server) => Self::schema_of(&server).await,
            Err(_) => Self::file(),
        }
    }

    /// A PostgreSQL database; none, and a word on why, in a test run without a server.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = env::var(POSTGRES) else {
            eprintln!("skipped: {POSTGRES} names no PostgreSQL database; `cargo xtask test` does");
            return None;
        };
        Some(Self::schema_of(&server).await)
    }

    /// Whether this test run is for PostgreSQL.
    #[must_use]
    pub fn is_for_postgres() -> bool {
        env::var_os(POSTGRES).is_some()
    }

    /// Where the store finds it.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is a PostgreSQL database.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    /// A connection behind the store's back.
    ///
    /// # Panics
    /// When there is none to be had.
    pub async fn connect(&self) -> AnyConnection {
        sqlx::any::install_default_drivers();
        let connection = AnyConnection::connect(&self.url).await;
        connection.expect("a connection")
    }

    fn file() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            url: format!("sqlite://{}/countersign.db", folder.path().display()),
            _folder: Some(folder),
        }
    }

    async fn schema_of(server: &str) -> Self {
        let schema = format!("test_{}", Uuid::new_v4().simple());
        let begin = if server.contains('?') { '&' } else { '?' };
        let database = Self {
            url: format!("{server}{begin}options=-csearch_path%3D{schema}"),
            _folder: None,
        };
        let create = AssertSqlSafe(format!("create schema {schema}"));
        let mut connection = database.connect().await;
        connection.execute(create).await.expect("a schema");
        connection.close().await.expect("closed");
        database
    }
}
