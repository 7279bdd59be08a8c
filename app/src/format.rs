//! Numbers and times as people read them. Pure: whoever knows the time passes it in.

use domain::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time seen from `now`: `3 min ago`, `in 2 days`, `just now`.
#[must_use]
pub fn relative(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(at);
    let size = rough(seconds.abs());
    match seconds {
        -4..=4 => "just now".to_owned(),
        5.. => format!("{size} ago"),
        _ => format!("in {size}"),
    }
}

fn rough(seconds: i64) -> String {
    match seconds {
        ..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => format!("{} h", seconds / HOUR),
        _ => plural(seconds / DAY, "day"),
    }
}

/// A time to the second with its zone: `2026-11-22 03:04:05 UTC`.
#[must_use]
pub fn exact(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// The time of day to the second, in UTC: `03:04:05`.
#[must_use]
pub fn clock(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    text.get(11..19).map_or_else(|| text.clone(), str::to_owned)
}

/// What is left until a deadline: `12:40`, `3:05:00`, or days.
#[must_use]
pub fn countdown(until: Timestamp, now: Timestamp) -> String {
    let left = until.seconds_since(now).max(0);
    let (hours, minutes, seconds) = (left / HOUR, left % HOUR / MINUTE, left % MINUTE);
    match left {
        ..HOUR => format!("{minutes}:{seconds:02}"),
        HOUR..DAY => format!("{hours}:{minutes:02}:{seconds:02}"),
        _ => plural(left / DAY, "day"),
    }
}

/// A span of time for reading: `640 ms`, `4 s`, `12 min`.
#[must_use]
pub fn span(from: Timestamp, to: Timestamp) -> String {
    let micros = to.micros().saturating_sub(from.micros()).max(0);
    if micros < 1_000_000 {
        format!("{} ms", micros / 1000)
    } else {
        rough(micros / 1_000_000)
    }
}

/// A number of bytes in decimal units, as BigQuery bills: `1.2 GB`.
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KB", "MB", "GB", "TB", "PB"];
    let mut unit = 0;
    let mut size = u128::from(count) * 10;
    while size >= 10_000 && unit + 1 < UNITS.len() {
        size /= 1000;
        unit += 1;
    }
    let (whole, tenth) = (size / 10, size % 10);
    let name = UNITS.get(unit).copied().unwrap_or_default();
    if unit == 0 || whole >= 100 || tenth == 0 {
        format!("{whole} {name}")
    } else {
        format!("{whole}.{tenth} {name}")
    }
}

/// A price in millionths of a dollar: `about $0.01`, `under $0.01`, `free`.
#[must_use]
pub fn dollars(micros: u64) -> String {
    let cents = micros.div_ceil(10_000);
    match micros {
        0 => "free".to_owned(),
        1..10_000 => "under $0.01".to_owned(),
        _ => format!("about ${}.{:02}", number(cents / 100), cents % 100),
    }
}

/// A number with its thousands apart: `1,204`.
#[must_use]
pub fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 row`, `2 rows`.
#[must_use]
pub fn plural(count: impl TryInto<u64>, noun: &str) -> String {
    let count = count.try_into().unwrap_or_default();
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number(count))
}

/// The counts of a run that are not zero: `12 asked, 10 ran, 1 refused`.
#[must_use]
pub fn counts(asked: u32, ran: u32, waiting: u32, refused: u32) -> String {
    let parts = [(ran, "ran"), (waiting, "waiting"), (refused, "refused")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    match (asked, parts.is_empty()) {
        (0, _) => "nothing asked yet".to_owned(),
        (1, true) => "1 query".to_owned(),
        (asked, true) => format!("{asked} queries"),
        (asked, false) => format!("{asked} asked, {}", parts.join(", ")),
    }
}

/// The letters on a person's avatar: `AN` for Alice Ng.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut letters = name
        .split_whitespace()
        .filter_map(|word| word.chars().next());
    let first = letters.next();
    let last = letters.next_back();
    first
        .into_iter()
        .chain(last)
        .flat_map(char::to_uppercase)
        .collect()
}

/// An id or a hash, shortened in the middle for reading: `sha256:1f00…9ab2`.
#[must_use]
pub fn shortened(text: &str) -> String {
    let (kind, digits) = text.split_once(':').unwrap_or(("", text));
    match (
        digits.get(..6),
        digits.len().checked_sub(6).and_then(|at| digits.get(at..)),
    ) {
        (Some(head), Some(tail)) if digits.len() > 16 && kind.is_empty() => {
            format!("{head}…{tail}")
        }
        (Some(head), Some(_)) if digits.len() > 16 => format!("{head}…"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_from_now() {
        let now = Timestamp::from_date("2026-11-22").expect("a day");
        assert_eq!(relative(now.plus_seconds(-2), now), "just now");
        assert_eq!(relative(now.plus_seconds(-190), now), "3 min ago");
        assert_eq!(relative(now.plus_days(2), now), "in 2 days");
        assert_eq!(countdown(now.plus_seconds(760), now), "12:40");
        assert_eq!(countdown(now.plus_seconds(-5), now), "0:00");
        assert_eq!(exact(now), "2026-11-22 00:00:00 UTC");
    }

    #[test]
    fn sizes_and_prices_are_rounded_for_reading() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_234_000_000), "1.2 GB");
        assert_eq!(bytes(10_000_000_000), "10 GB");
        assert_eq!(dollars(0), "free");
        assert_eq!(dollars(7_500), "under $0.01");
        assert_eq!(dollars(1_250_000), "about $1.25");
        assert_eq!(number(1_204_000), "1,204,000");
        assert_eq!(plural(1u32, "row"), "1 row");
    }

    #[test]
    fn initials_take_the_first_and_the_last_name() {
        assert_eq!(initials("Alice van der Ng"), "AN");
        assert_eq!(initials("élodie"), "É");
        assert_eq!(initials(""), "");
    }
}
