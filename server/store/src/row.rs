//! Reads typed values from rows.

use std::str::FromStr;

use domain::Timestamp;
use serde::de::DeserializeOwned;
use sqlx::Row as _;

use crate::{StoreError, database::Database};

/// A row of a result.
pub(crate) type Row = <Database as sqlx::Database>::Row;

/// Reads columns by name; what does not decode is [`StoreError::Inconsistent`].
pub(crate) trait RowExt {
    fn text(&self, column: &'static str) -> Result<String, StoreError>;
    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError>;
    fn integer(&self, column: &'static str) -> Result<i64, StoreError>;
    fn optional_integer(&self, column: &'static str) -> Result<Option<i64>, StoreError>;

    fn count(&self, column: &'static str) -> Result<u64, StoreError> {
        u64::try_from(self.integer(column)?).map_err(|_| StoreError::Inconsistent { column })
    }

    fn time(&self, column: &'static str) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_micros(self.integer(column)?))
    }

    fn optional_time(&self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.optional_integer(column)?.map(Timestamp::from_micros))
    }

    fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T, StoreError> {
        self.text(column)?
            .parse()
            .map_err(|_| StoreError::Inconsistent { column })
    }

    fn optional_parsed<T: FromStr>(&self, column: &'static str) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?
            .map(|text| {
                text.parse()
                    .map_err(|_| StoreError::Inconsistent { column })
            })
            .transpose()
    }

    fn json<T: DeserializeOwned>(&self, column: &'static str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|_| StoreError::Inconsistent { column })
    }

    fn optional_json<T: DeserializeOwned>(
        &self,
        column: &'static str,
    ) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?
            .map(|text| {
                serde_json::from_str(&text).map_err(|_| StoreError::Inconsistent { column })
            })
            .transpose()
    }

    fn optional_named<T>(
        &self,
        column: &'static str,
        from_name: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        self.optional_text(column)?
            .map(|text| from_name(&text).ok_or(StoreError::Inconsistent { column }))
            .transpose()
    }

    fn named<T>(
        &self,
        column: &'static str,
        from_name: fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        from_name(&self.text(column)?).ok_or(StoreError::Inconsistent { column })
    }
}

impl RowExt for Row {
    fn text(&self, column: &'static str) -> Result<String, StoreError> {
        self.try_get(column)
            .map_err(|_| StoreError::Inconsistent { column })
    }

    fn optional_text(&self, column: &'static str) -> Result<Option<String>, StoreError> {
        self.try_get(column)
            .map_err(|_| StoreError::Inconsistent { column })
    }

    fn integer(&self, column: &'static str) -> Result<i64, StoreError> {
        self.try_get(column)
            .map_err(|_| StoreError::Inconsistent { column })
    }

    fn optional_integer(&self, column: &'static str) -> Result<Option<i64>, StoreError> {
        self.try_get(column)
            .map_err(|_| StoreError::Inconsistent { column })
    }
}

/// Collects rows that each may fail to decode.
pub(crate) fn collect<T>(
    rows: &[Row],
    read: fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    rows.iter().map(read).collect()
}

/// More than the database can count is as much as it can count.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
