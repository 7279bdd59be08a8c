//! Days and hours, as clocks in a time zone show them.
//!
//! Local time decides, so that a window from 22:00 to 06:00 is an hour shorter or longer in the
//! night in which clocks are changed, and opens when the clock on the wall says so.

use domain::{Day, DayTime, TimeWindow, Timestamp, Weekday};
use jiff::{
    Timestamp as Instant,
    civil::{Date, Time},
    tz::TimeZone,
};

/// Whether a window can be kept to; else the sentence that says what to change.
pub(super) fn check(window: &TimeWindow) -> Result<(), &'static str> {
    if zone(window).is_none() {
        return Err("Name a time zone of the IANA database, such as Europe/Berlin.");
    }
    if window.hours.is_some_and(|hours| hours.from == hours.to) {
        return Err("Let the hours begin and end at different times, or leave them out.");
    }
    match (window.first_day, window.last_day) {
        (Some(first), Some(last)) if last < first => Err("Let the last day follow the first."),
        _ => Ok(()),
    }
}

/// Whether a window is open. One in a time zone that is not known is closed.
pub(super) fn is_open(window: &TimeWindow, now: Timestamp) -> bool {
    let Some((date, time)) = local(window, now) else {
        return false;
    };
    match begun_on(window, date, time) {
        Some(day) => is_among(window, day),
        None => false,
    }
}

fn zone(window: &TimeWindow) -> Option<TimeZone> {
    TimeZone::get(&window.zone).ok()
}

fn local(window: &TimeWindow, now: Timestamp) -> Option<(Date, Time)> {
    let now = Instant::from_microsecond(now.micros()).ok()?;
    let local = zone(window)?.to_datetime(now);
    Some((local.date(), local.time()))
}

/// The day on which the hours that are running now began; none outside of them. Those of the
/// early morning began the day before.
fn begun_on(window: &TimeWindow, date: Date, time: Time) -> Option<Date> {
    let Some(hours) = window.hours else {
        return Some(date);
    };
    let now = u8::try_from(time.hour())
        .ok()
        .zip(u8::try_from(time.minute()).ok());
    let now = now.and_then(|(hour, minute)| DayTime::new(hour, minute))?;
    if !hours.is_overnight() {
        return (hours.from <= now && now < hours.to).then_some(date);
    }
    if hours.from <= now {
        Some(date)
    } else if now < hours.to {
        date.yesterday().ok()
    } else {
        None
    }
}

fn is_among(window: &TimeWindow, day: Date) -> bool {
    let on_weekday =
        window.weekdays.is_empty() || window.weekdays.contains(&weekday(day.weekday()));
    // A day is written as ISO 8601 does on both sides, and such texts are in the order of time.
    let is_before = |first: Day| day.to_string() < first.to_string();
    let is_behind = |last: Day| day.to_string() > last.to_string();
    on_weekday
        && !window.first_day.is_some_and(is_before)
        && !window.last_day.is_some_and(is_behind)
}

fn weekday(day: jiff::civil::Weekday) -> Weekday {
    use jiff::civil::Weekday as Day;
    match day {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(json: &str) -> TimeWindow {
        serde_json::from_str(json).expect("a window")
    }

    fn at(text: &str) -> Timestamp {
        let instant: Instant = text.parse().expect("a time");
        Timestamp::from_micros(instant.as_microsecond())
    }

    /// The times of these at which the window is open.
    fn open<'t>(window: &TimeWindow, times: &[&'t str]) -> Vec<&'t str> {
        let times = times.iter().copied();
        times.filter(|text| is_open(window, at(text))).collect()
    }

    #[test]
    fn hours_of_the_day_are_those_of_the_zone() {
        let office = window(r#"{"zone":"Europe/Berlin","hours":{"from":"08:00","to":"18:00"}}"#);
        let winter = [
            "2026-01-15T06:59:59Z",
            "2026-01-15T07:00:00Z",
            "2026-01-15T16:59:59Z",
            "2026-01-15T17:00:00Z",
        ];
        assert_eq!(open(&office, &winter), winter[1..3]);
        let summer = [
            "2026-07-15T05:59:59Z",
            "2026-07-15T06:00:00Z",
            "2026-07-15T15:59:59Z",
            "2026-07-15T16:00:00Z",
        ];
        assert_eq!(open(&office, &summer), summer[1..3]);
    }

    #[test]
    fn overnight_belongs_to_the_evening() {
        let night =
            window(r#"{"zone":"UTC","weekdays":["friday"],"hours":{"from":"22:00","to":"06:00"}}"#);
        // 2026-11-20 is a Friday.
        let times = [
            "2026-11-20T05:59:59Z",
            "2026-11-20T21:59:59Z",
            "2026-11-20T22:00:00Z",
            "2026-11-21T00:00:00Z",
            "2026-11-21T05:59:59Z",
            "2026-11-21T06:00:00Z",
            "2026-11-21T22:00:00Z",
        ];
        assert_eq!(open(&night, &times), times[2..5]);
    }

    #[test]
    fn the_last_night_ends_in_the_morning_after_the_last_day() {
        let nights = window(
            r#"{"zone":"UTC","hours":{"from":"22:00","to":"06:00"},"first_day":"2026-11-20","last_day":"2026-11-21"}"#,
        );
        let times = [
            "2026-11-20T03:00:00Z",
            "2026-11-20T23:00:00Z",
            "2026-11-21T23:00:00Z",
            "2026-11-22T05:59:59Z",
            "2026-11-22T23:00:00Z",
        ];
        assert_eq!(open(&nights, &times), times[1..4]);
    }

    #[test]
    fn nights_in_which_clocks_change_are_shorter_and_longer() {
        let night = window(r#"{"zone":"Europe/Berlin","hours":{"from":"22:00","to":"06:00"}}"#);
        let minutes = |from: &str| {
            let from = at(from);
            let minutes = (0..24 * 60).map(|minute| from.plus_seconds(minute * 60));
            minutes.filter(|now| is_open(&night, *now)).count()
        };
        // 02:00 became 03:00 on 2026-03-29, and 03:00 became 02:00 on 2026-10-25.
        assert_eq!(minutes("2026-03-28T11:00:00Z"), 7 * 60);
        assert_eq!(minutes("2026-10-24T10:00:00Z"), 9 * 60);
        assert_eq!(minutes("2026-06-01T10:00:00Z"), 8 * 60);
        // A time that clocks show twice is open both times, one that they skip never comes.
        let twice = window(r#"{"zone":"Europe/Berlin","hours":{"from":"02:00","to":"03:00"}}"#);
        assert!(is_open(&twice, at("2026-10-25T00:30:00Z")));
        assert!(is_open(&twice, at("2026-10-25T01:30:00Z")));
        let skipped =
            (0..24 * 60).map(|minute| at("2026-03-28T23:00:00Z").plus_seconds(minute * 60));
        assert_eq!(skipped.filter(|now| is_open(&twice, *now)).count(), 0);
    }

    #[test]
    fn days_are_those_of_the_zone_too() {
        let monday = window(r#"{"zone":"Pacific/Auckland","weekdays":["monday"]}"#);
        // Monday, 2026-11-23 in Auckland (UTC+13).
        let times = [
            "2026-11-22T10:59:59Z",
            "2026-11-22T11:00:00Z",
            "2026-11-23T10:59:59Z",
            "2026-11-23T11:00:00Z",
        ];
        assert_eq!(open(&monday, &times), times[1..3]);
    }

    #[test]
    fn what_nobody_can_keep_to_is_refused_and_closed() {
        for json in [
            r#"{"zone":"Europe/Atlantis"}"#,
            r#"{"zone":""}"#,
            r#"{"zone":"UTC","hours":{"from":"08:00","to":"08:00"}}"#,
            r#"{"zone":"UTC","first_day":"2026-11-23","last_day":"2026-11-22"}"#,
        ] {
            assert!(check(&window(json)).is_err(), "{json}");
        }
        assert!(check(&window(r#"{"zone":"UTC"}"#)).is_ok());
        assert!(!is_open(
            &window(r#"{"zone":"Europe/Atlantis"}"#),
            at("2026-11-22T12:00:00Z")
        ));
    }
}
