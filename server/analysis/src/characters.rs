//! Characters that make a text look different from what it is.

use domain::Finding;

use crate::finding::FindingCode;

/// One finding for each run of characters that are invisible or reorder what is seen.
pub(crate) fn suspicious(sql: &str) -> Option<Finding> {
    if sql.bytes().all(is_plain) {
        return None;
    }
    let (start, found) = sql.char_indices().find(|(_, c)| is_suspicious(*c))?;
    let message = format!(
        "The text holds an invisible character, U+{:04X}.",
        u32::from(found)
    );
    Some(FindingCode::SuspiciousCharacters.at(&(start..start + found.len_utf8()), message))
}

/// Whether a byte alone is a character that is seen, a tab or the end of a line.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Controls, zero-width characters and the bidirectional marks of Unicode
/// (<https://www.unicode.org/reports/tr36/>).
fn is_suspicious(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_found_where_they_stand() {
        assert_eq!(suspicious("SELECT 'Łódź'\t\r\n"), None);
        let found = suspicious("SELECT 'a\u{202e}b'").expect("a finding");
        assert_eq!((found.start, found.end), (9, 12));
    }
}
