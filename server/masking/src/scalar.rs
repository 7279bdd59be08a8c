//! A scalar's wire text as natural JSON. On the wire every scalar is text.

/// Integers up to here are exact in JavaScript's numbers (ECMA-262, `Number.MAX_SAFE_INTEGER`).
const MOST_EXACT: i64 = (1 << 53) - 1;

/// The text is not of the type that its column has.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Misfit;

/// A number where JavaScript can hold it, else text.
pub(crate) fn integer(text: &str, json: &mut Vec<u8>) -> Result<(), Misfit> {
    let value: i64 = text.parse().map_err(|_| Misfit)?;
    if (-MOST_EXACT..=MOST_EXACT).contains(&value) {
        return number(value, json);
    }
    quoted(&value.to_string(), json);
    Ok(())
}

/// A number, or the name of what JSON has no number for.
pub(crate) fn float(text: &str, json: &mut Vec<u8>) -> Result<(), Misfit> {
    let name = match text {
        "NaN" => "NaN",
        "Infinity" | "inf" | "+inf" => "Infinity",
        "-Infinity" | "-inf" => "-Infinity",
        _ => {
            let value: f64 = text.parse().map_err(|_| Misfit)?;
            return if value.is_finite() {
                number(value, json)
            } else {
                Err(Misfit)
            };
        }
    };
    quoted(name, json);
    Ok(())
}

pub(crate) fn bool(text: &str, json: &mut Vec<u8>) -> Result<(), Misfit> {
    let written: &[u8] = match text {
        "true" | "TRUE" => b"true",
        "false" | "FALSE" => b"false",
        _ => return Err(Misfit),
    };
    json.extend_from_slice(written);
    Ok(())
}

pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'))
}

/// Dates and times of day have digits and a few signs, and at most `-9999-12-31T23:59:59.999999`.
pub(crate) fn is_calendar(text: &str) -> bool {
    text.len() <= 32
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b':' | b'.' | b'T' | b' '))
}

pub(crate) fn number(value: impl serde::Serialize, json: &mut Vec<u8>) -> Result<(), Misfit> {
    serde_json::to_writer(json, &value).map_err(|_| Misfit)
}

/// Text in which nothing needs an escape.
pub(crate) fn quoted(text: &str, json: &mut Vec<u8>) {
    json.push(b'"');
    json.extend_from_slice(text.as_bytes());
    json.push(b'"');
}

/// Any text.
pub(crate) fn escaped(text: &str, json: &mut Vec<u8>) -> Result<(), Misfit> {
    serde_json::to_writer(json, text).map_err(|_| Misfit)
}
