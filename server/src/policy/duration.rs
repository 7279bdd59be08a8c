//! Durations as annotations and commands write them.

/// Reads days, hours, minutes and seconds of an ISO 8601 duration (section 5.5.2.4), at
/// least one second in all. Months and years have no fixed length.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let text = text.strip_prefix('P')?;
    let (days, time) = match text.split_once('T') {
        Some((days, time)) if !time.is_empty() => (days, time),
        Some(_) => return None,
        None => (text, ""),
    };
    let days = sum(days, &[('D', 86_400)])?;
    let time = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
    days.checked_add(time).filter(|seconds| *seconds > 0)
}

/// Adds numbers that are each followed by their unit, the units in their order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut total: i64 = 0;
    for (unit, seconds) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let number: u32 = number.parse().ok()?;
            total = total.checked_add(i64::from(number).checked_mul(*seconds)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_has_them() {
        for (text, expected) in [
            ("PT4H", Some(14_400)),
            ("PT1H30M", Some(5_400)),
            ("P1DT1S", Some(86_401)),
            ("P2D", Some(172_800)),
            ("PT0S", None),
            ("PT30M1H", None),
            ("P1M", None),
            ("PT-4H", None),
            ("4H", None),
            ("P1DT", None),
            ("PT", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
