//! The terms of a standing approval: how often, how much, until when, at which times.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, format_description::well_known::Iso8601};

use crate::Timestamp;

/// Serialises as the text that `Display` writes and `FromStr` reads.
macro_rules! as_text {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            }
        }
    };
}

/// What bounds a standing approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingTerms {
    /// How many queries it approves.
    pub uses: u32,
    /// The most bytes that each of them may process, by its dry run.
    pub bytes: u64,
    /// From when on it approves nothing.
    pub until: Timestamp,
    /// At which times it approves; none: at all times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<TimeWindow>,
}

/// Days and hours, as clocks in one time zone show them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeWindow {
    /// The time zone's name in the IANA database: `Europe/Berlin`.
    pub zone: String,
    /// On which days; none: on every day.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub weekdays: BTreeSet<Weekday>,
    /// Between which times of these days; none: all day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// The first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<Day>,
    /// The last day, which counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<Day>,
}

/// A part of the day. Where it ends before it begins it goes on into the next morning, and
/// belongs to the day on which it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// The first minute.
    pub from: DayTime,
    /// The minute behind the last.
    pub to: DayTime,
}

impl Hours {
    /// Whether they go on into the next morning.
    #[must_use]
    pub fn is_overnight(self) -> bool {
        self.to <= self.from
    }
}

/// A time of the day to the minute, written `22:00`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayTime {
    hour: u8,
    minute: u8,
}

/// A calendar day, written `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(Date);

/// A text is not a calendar day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a day is written 2026-11-22")]
pub struct ParseDayError;

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Day {
    type Err = ParseDayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // ISO 8601 has more ways to write a day; this is the only one here.
        let day = Date::parse(text, &Iso8601::DATE).map(Self);
        let day = day.map_err(|_| ParseDayError)?;
        (day.to_string() == text)
            .then_some(day)
            .ok_or(ParseDayError)
    }
}

as_text!(Day);
as_text!(DayTime);

/// A text is not a time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a time of the day is written 22:00")]
pub struct ParseDayTimeError;

impl DayTime {
    /// From an hour below 24 and a minute below 60.
    #[must_use]
    pub const fn new(hour: u8, minute: u8) -> Option<Self> {
        if hour < 24 && minute < 60 {
            Some(Self { hour, minute })
        } else {
            None
        }
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl FromStr for DayTime {
    type Err = ParseDayTimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = |text: &str| {
            let is_number = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| text.parse().ok()).flatten()
        };
        let read = |(hour, minute): (&str, &str)| Self::new(digits(hour)?, digits(minute)?);
        text.split_once(':').and_then(read).ok_or(ParseDayTimeError)
    }
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    /// From Monday on, as ISO 8601 counts.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// For people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_of_the_day_is_written_with_two_digits_each() {
        let time: DayTime = "22:05".parse().expect("a time");
        assert_eq!(time.to_string(), "22:05");
        for text in ["24:00", "7:00", "12:60", "+1:00", "12", "12:5", ""] {
            assert_eq!(text.parse::<DayTime>(), Err(ParseDayTimeError), "{text}");
        }
    }

    #[test]
    fn a_day_is_written_in_one_way() {
        let day: Day = "2026-02-28".parse().expect("a day");
        assert_eq!(day.to_string(), "2026-02-28");
        for text in ["2026-02-30", "20260228", "2026-W09-6", "2026-2-28", ""] {
            assert_eq!(text.parse::<Day>(), Err(ParseDayError), "{text}");
        }
    }

    #[test]
    fn hours_that_end_before_they_begin_are_overnight() {
        let hours = |from: &str, to: &str| Hours {
            from: from.parse().expect("a time"),
            to: to.parse().expect("a time"),
        };
        assert!(hours("22:00", "06:00").is_overnight());
        assert!(!hours("08:00", "18:00").is_overnight());
    }

    #[test]
    fn terms_are_kept_as_json_and_read_back() {
        let json = r#"{"uses":5,"bytes":1024,"until":1,"window":{"zone":"Europe/Berlin","weekdays":["monday","friday"],"hours":{"from":"22:00","to":"06:00"},"first_day":"2026-11-22"}}"#;
        let terms: StandingTerms = serde_json::from_str(json).expect("terms");
        assert_eq!(serde_json::to_string(&terms).expect("JSON"), json);
    }
}
