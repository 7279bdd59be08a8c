//! The two databases that the SQL is for: `SQLite`, embedded in the program, and PostgreSQL
//! for several replicas. What differs between them stands here and in their migrations.

use sqlx::{
    AnyConnection, Connection as _, Executor as _, any::AnyPoolOptions, migrate::MigrateDatabase,
    migrate::Migrator,
};

use crate::{DEADLINE, StoreError};

/// The driver, which reads and writes integers, texts, bytes and nothing else of either database.
pub(crate) type Database = sqlx::Any;

/// One connection, within a transaction.
pub(crate) type Connection = <Database as sqlx::Database>::Connection;

/// Connections that are kept open.
pub(crate) type Pool = sqlx::Pool<Database>;

/// How one of the two is used. Only one transaction changes anything at a time, in whichever
/// replica: the ledger's entries are numbered without gaps, and each names the one before.
#[derive(Debug)]
pub(crate) struct Engine {
    migrator: Migrator,
    /// Whether opening it makes it.
    is_created: bool,
    writers: u32,
    readers: u32,
    /// What a connection that writes is told first.
    writer_settings: &'static str,
    /// What a connection that only reads is told first.
    reader_settings: &'static str,
    /// Begins a transaction that changes something.
    pub(crate) begin: &'static str,
    /// Makes it the only one, where beginning it does not.
    pub(crate) lock: Option<&'static str>,
}

static SQLITE: Engine = Engine {
    migrator: sqlx::migrate!("../../migrations/sqlite"),
    is_created: true,
    // SQLite has one write lock, and queueing for it here is fair.
    writers: 1,
    readers: 4,
    writer_settings: "pragma busy_timeout = 2000; pragma journal_mode = wal;
        pragma synchronous = full; pragma foreign_keys = on",
    reader_settings: "pragma busy_timeout = 2000; pragma query_only = on",
    begin: "begin immediate",
    lock: None,
};

static POSTGRES: Engine = Engine {
    migrator: sqlx::migrate!("../../migrations/postgres"),
    is_created: false,
    writers: 4,
    readers: 4,
    // Whoever stops in the middle of a transaction holds everybody up, so the server ends it.
    writer_settings: "set statement_timeout = 2000; set lock_timeout = 2000;
        set idle_in_transaction_session_timeout = 5000; set synchronous_commit = on",
    reader_settings: "set statement_timeout = 2000; set default_transaction_read_only = on",
    // What is read after the lock is what the one before left, whatever the server's default.
    begin: "begin isolation level read committed",
    lock: Some("select pg_advisory_xact_lock('ledger_entries'::regclass::oid::bigint)"),
};

impl Engine {
    /// The one that a URL such as `sqlite://var/countersign.db` names.
    pub(crate) fn of(url: &str) -> Result<&'static Self, StoreError> {
        match url.split_once(':') {
            Some(("sqlite", _)) => Ok(&SQLITE),
            Some(("postgres" | "postgresql", _)) => Ok(&POSTGRES),
            _ => Err(StoreError::UnknownDatabase),
        }
    }

    /// Brings the schema up to date; two replicas that start together take turns.
    pub(crate) async fn migrate(&self, url: &str) -> Result<(), StoreError> {
        sqlx::any::install_default_drivers();
        if self.is_created && !Database::database_exists(url).await? {
            Database::create_database(url).await?;
        }
        // A connection without deadlines: a change of a large table takes its time.
        let mut connection = AnyConnection::connect(url).await?;
        self.migrator.run(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// The connections that write.
    pub(crate) async fn writer(&self, url: &str) -> Result<Pool, StoreError> {
        connect(url, self.writers, self.writer_settings).await
    }

    /// The connections that only read.
    pub(crate) async fn reader(&self, url: &str) -> Result<Pool, StoreError> {
        connect(url, self.readers, self.reader_settings).await
    }
}

async fn connect(url: &str, connections: u32, settings: &'static str) -> Result<Pool, StoreError> {
    let pool = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(DEADLINE)
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(settings).await.map(|_| ()) })
        });
    Ok(pool.connect(url).await?)
}

#[cfg(test)]
mod tests {
    use test_database::TestDatabase;

    use super::*;

    #[tokio::test]
    async fn a_reader_changes_nothing() {
        let database = TestDatabase::new().await;
        let engine = Engine::of(database.url()).unwrap();
        engine.migrate(database.url()).await.unwrap();
        let insert = "insert into used_proofs (name, until) values ('x', 1)";
        let reader = engine.reader(database.url()).await.unwrap();
        assert!(reader.execute(insert).await.is_err());
        let writer = engine.writer(database.url()).await.unwrap();
        writer.execute(insert).await.unwrap();
    }

    #[test]
    fn other_databases_are_refused() {
        for url in ["mysql://localhost/c", "postgres", "", "sqlite"] {
            assert!(matches!(Engine::of(url), Err(StoreError::UnknownDatabase)));
        }
    }
}
