//! Which database the SQL is for.

/// The driver.
pub(crate) type Database = sqlx::Sqlite;

/// One connection, within a transaction.
pub(crate) type Connection = <Database as sqlx::Database>::Connection;
