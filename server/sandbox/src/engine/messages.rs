//! The engine's complaints in BigQuery's words.

use super::EngineError;
use crate::error::{QueryError, Reason};

/// Rewords a failure; `source` is the query's text, to say where a name stands in it.
pub(super) fn reword(error: EngineError, source: &str) -> QueryError {
    let text = match error {
        EngineError::Query(error) => return error,
        EngineError::Poisoned => {
            return QueryError::new(Reason::InternalError, "The engine is not usable any more");
        }
        EngineError::Database(error) => error.to_string(),
    };
    if text.contains("INTERRUPT") {
        return QueryError::new(
            Reason::Stopped,
            "Job execution was cancelled: User requested cancellation",
        );
    }
    if text.starts_with("INTERNAL") || text.starts_with("FATAL") {
        return QueryError::new(
            Reason::InternalError,
            "An internal error occurred and the request could not be completed.",
        );
    }
    if let Some(name) = quoted_after(&text, "Referenced column \"")
        .or_else(|| quoted_after(&text, "Column \""))
        .or_else(|| quoted_after(&text, "Referenced table \""))
    {
        return QueryError::invalid_query(format!(
            "Unrecognized name: {name}{}",
            place_of(name, source)
        ));
    }
    if let Some(function) =
        quoted_after(&text, "Macro function bq_").or_else(|| quoted_after(&text, "Macro bq_"))
    {
        let name: String = function
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        return QueryError::invalid_query(format!(
            "No matching signature for function {}",
            name.to_ascii_uppercase()
        ));
    }
    let sentence = text.lines().next().unwrap_or_default();
    let sentence = sentence
        .split_once(" Error: ")
        .map_or(sentence, |(_, rest)| rest);
    QueryError::invalid_query(sentence.replace("bq_", ""))
}

/// What stands between a marker and the next quote.
fn quoted_after<'a>(text: &'a str, marker: &str) -> Option<&'a str> {
    let start = text.find(marker)? + marker.len();
    let rest = &text[start..];
    Some(&rest[..rest.find(['"', '(']).unwrap_or(rest.len())])
}

/// ` at [line:column]` of the first place where a word stands.
fn place_of(word: &str, source: &str) -> String {
    let boundary =
        |character: Option<char>| character.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    for (line_number, line) in source.lines().enumerate() {
        for (at, _) in line.match_indices(word) {
            if boundary(line[..at].chars().next_back())
                && boundary(line[at + word.len()..].chars().next())
            {
                return format!(
                    " at [{}:{}]",
                    line_number + 1,
                    line[..at].chars().count() + 1
                );
            }
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::place_of;

    #[test]
    fn a_word_is_found_where_it_stands_alone() {
        assert_eq!(place_of("x", "SELECT xx,\n  x FROM t"), " at [2:3]");
        assert_eq!(place_of("y", "SELECT 1"), "");
    }
}
