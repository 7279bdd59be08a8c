//! Points in time: seconds or microseconds since 1970 to RFC 3339 in UTC.

use time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

use crate::scalar::{Misfit, number};

/// Writes seconds since 1970 (`1.4e9`, `1400000000.123456`), microseconds (16 digits and no
/// point), or a calendar time, as RFC 3339 in UTC.
pub(crate) fn timestamp(text: &str, json: &mut Vec<u8>) -> Result<(), Misfit> {
    let time = match micros(text) {
        Some(micros) => OffsetDateTime::UNIX_EPOCH
            .checked_add(Duration::microseconds(micros))
            .ok_or(Misfit)?,
        None => OffsetDateTime::parse(text, &Rfc3339)
            .map_err(|_| Misfit)?
            .to_offset(UtcOffset::UTC),
    };
    write(time, json)
}

/// The layout of RFC 3339 section 5.6, with as many digits of a second as it has.
fn write(time: OffsetDateTime, json: &mut Vec<u8>) -> Result<(), Misfit> {
    let year = u32::try_from(time.year()).map_err(|_| Misfit)?;
    json.push(b'"');
    digits(year / 100, json);
    digits(year % 100, json);
    for (before, part) in [
        (b'-', u8::from(time.month())),
        (b'-', time.day()),
        (b'T', time.hour()),
        (b':', time.minute()),
        (b':', time.second()),
    ] {
        json.push(before);
        digits(part.into(), json);
    }
    let nanos = time.nanosecond();
    if nanos > 0 {
        json.push(b'.');
        let fraction = 1_000_000_000 + nanos;
        let start = json.len();
        number(fraction, json)?;
        // The leading one kept the zeros behind the point.
        json.remove(start);
        while json.last() == Some(&b'0') {
            json.pop();
        }
    }
    json.extend_from_slice(b"Z\"");
    Ok(())
}

fn digits(part: u32, json: &mut Vec<u8>) {
    let digit = |value: u32| char::from_digit(value % 10, 10).map_or(b'0', |c| c as u8);
    json.extend_from_slice(&[digit(part / 10), digit(part)]);
}

fn micros(text: &str) -> Option<i64> {
    if text.contains(['e', 'E']) {
        return scientific(text);
    }
    if let Some((whole, fraction)) = text.split_once('.') {
        return decimal(whole, fraction);
    }
    let whole: i64 = text.parse().ok()?;
    // BigQuery's years 1 to 9999 are below this many seconds, and beyond it in microseconds but
    // for the first days of 1970.
    if whole.abs() < 1_000_000_000_000 {
        whole.checked_mul(1_000_000)
    } else {
        Some(whole)
    }
}

/// By way of a double, whose 53 bits hold every microsecond until the year 2255.
fn scientific(text: &str) -> Option<i64> {
    let micros = (text.parse::<f64>().ok()? * 1e6).round();
    #[expect(
        clippy::cast_possible_truncation,
        reason = "within the bound that is checked"
    )]
    (micros.abs() < 9e18).then_some(micros as i64)
}

fn decimal(whole: &str, fraction: &str) -> Option<i64> {
    let is_negative = whole.starts_with('-');
    let digits: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000)?;
    let part: i64 = digits.parse().ok()?;
    whole.checked_add(if is_negative { -part } else { part })
}
