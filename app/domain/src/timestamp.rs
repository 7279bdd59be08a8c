//! A point in time: UTC, microseconds since 1970.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

/// A point in time in UTC, with microsecond resolution, as the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// This time moved by whole seconds, which may be negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// This time moved by whole days of 86,400 seconds, which may be negative.
    #[must_use]
    pub const fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }

    /// Whole seconds from `earlier` to this time; negative when `earlier` is later.
    #[must_use]
    pub const fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0) / 1_000_000
    }

    /// As RFC 3339 writes it, to the millisecond: `2026-11-22T03:04:05.678Z`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let millis = self.0.div_euclid(1000).saturating_mul(1000);
        let time = OffsetDateTime::UNIX_EPOCH + Duration::microseconds(millis);
        time.format(&Rfc3339).unwrap_or_else(|_| self.0.to_string())
    }

    /// The calendar day in UTC: `2026-11-22`.
    #[must_use]
    pub fn date(self) -> String {
        let date = (OffsetDateTime::UNIX_EPOCH + Duration::microseconds(self.0)).date();
        date.to_string()
    }

    /// The first moment of a calendar day written `2026-11-22`, in UTC.
    #[must_use]
    pub fn from_date(text: &str) -> Option<Self> {
        let midnight = OffsetDateTime::parse(&format!("{text}T00:00:00Z"), &Rfc3339).ok()?;
        Some(Self(midnight.unix_timestamp().saturating_mul(1_000_000)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_calendar_time() {
        let day = Timestamp::from_date("2026-11-22").expect("a day");
        assert_eq!(day.to_rfc3339(), "2026-11-22T00:00:00Z");
        assert_eq!(day.plus_days(1).date(), "2026-11-23");
        assert_eq!(day.plus_seconds(90).seconds_since(day), 90);
        assert_eq!(Timestamp::from_date("2026-13-01"), None);
    }
}
