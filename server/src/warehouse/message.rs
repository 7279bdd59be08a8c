//! BigQuery's error messages without the values they quote.
//!
//! A message may repeat a literal of the query (`Could not cast literal "…"`) or a value
//! of the data (`Bad int64 value: …`, without any quotes). Messages that speak of names
//! keep their words; of all others only the part in front of the first colon stays.

/// How messages begin that name tables, columns, functions, limits and places in the SQL
/// text, but never a value of the data.
const ABOUT_NAMES: &[&str] = &[
    "Access Denied",
    "Aggregate function",
    "Already Exists",
    "Ambiguous",
    "Cannot access field",
    "Column name",
    "Duplicate column",
    "Exceeded rate limits",
    "Function not found",
    "Job execution was cancelled",
    "Job timed out",
    "Name ",
    "No matching signature",
    "Not found",
    "Query exceeded limit",
    "Quota exceeded",
    "Resources exceeded",
    "SELECT list expression references",
    "Syntax error",
    "Table ",
    "Table name",
    "Type not found",
    "Unrecognized name",
];

/// Longer sentences help nobody.
const MAXIMUM_LENGTH: usize = 300;

/// BigQuery's reason, if it looks like one: a single word.
pub(super) fn reason(text: &str) -> String {
    let is_word = !text.is_empty()
        && text.len() <= 64
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_word { text } else { "unknown" }.to_owned()
}

/// The message without quoted literals and, unless it is known to speak of names only,
/// without what follows the first colon and without numbers.
pub(super) fn without_values(message: &str) -> String {
    let message = without_quotations(message);
    let about_names = ABOUT_NAMES.iter().any(|head| message.starts_with(head));
    let message = if about_names {
        message
    } else {
        without_details(&message)
    };
    message.chars().take(MAXIMUM_LENGTH).collect()
}

/// Replaces everything between quotation marks; an open quotation reaches to the end.
/// Backquotes stay: BigQuery puts names in them.
fn without_quotations(message: &str) -> String {
    let mut kept = String::with_capacity(message.len());
    let mut characters = message.chars();
    while let Some(character) = characters.next() {
        if character != '"' && character != '\'' {
            kept.push(character);
            continue;
        }
        kept.push('…');
        let mut is_escaped = false;
        for quoted in characters.by_ref() {
            if quoted == character && !is_escaped {
                break;
            }
            is_escaped = quoted == '\\' && !is_escaped;
        }
    }
    kept
}

/// Keeps the words in front of the first colon, and the place in the SQL text.
fn without_details(message: &str) -> String {
    let (text, place) = match message.rfind(" at [") {
        Some(start) => message.split_at(start),
        None => (message, ""),
    };
    let head = text.split(':').next().unwrap_or_default();
    let words: Vec<&str> = head
        .split(' ')
        .map(|word| {
            if word.contains(|c: char| c.is_ascii_digit()) && !is_type_name(word) {
                "…"
            } else {
                word
            }
        })
        .collect();
    let is_place = place
        .strip_prefix(" at [")
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == ':'));
    format!("{}{}", words.join(" "), if is_place { place } else { "" })
}

/// `int64`, `FLOAT64` and their like are the only words with digits that are no values.
fn is_type_name(word: &str) -> bool {
    ["int64", "uint64", "float64", "int32"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_survives() {
        for (message, kept) in [
            ("Bad int64 value: alice@example.com", "Bad int64 value"),
            (
                "Could not cast literal \"078-05-1120\" to type INT64 at [1:8]",
                "Could not cast literal … to type INT64 at [1:8]",
            ),
            ("division by zero: 4111 / 0", "division by zero"),
            (
                "Array index 4111 is out of bounds",
                "Array index … is out of bounds",
            ),
            (
                "Invalid date: '1984-05-01' at [2:3]",
                "Invalid date at [2:3]",
            ),
            ("It says 'it\\'s 4111' and more", "It says … and more"),
            ("An open quotation \"4111 …", "An open quotation …"),
            ("odd at [alice]", "odd"),
        ] {
            assert_eq!(without_values(message), kept);
        }
    }

    #[test]
    fn names_and_places_survive() {
        for message in [
            "Unrecognized name: emial; Did you mean email? at [1:8]",
            "Not found: Table demo:shop.order was not found in location US",
            "Query exceeded limit for bytes billed: 1000000. 20971520 or higher required.",
            "Syntax error: Expected end of input but got keyword FROM at [1:8]",
        ] {
            assert_eq!(without_values(message), message);
        }
    }

    #[test]
    fn a_reason_is_one_word() {
        assert_eq!(reason("invalidQuery"), "invalidQuery");
        assert_eq!(reason("alice@example.com"), "unknown");
        assert_eq!(reason(""), "unknown");
    }
}
