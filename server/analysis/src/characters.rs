//! Characters that make a text look different from what it is.

use domain::Finding;

use crate::finding::FindingCode;

/// More places of one text tell nothing new.
const MOST_FINDINGS: usize = 20;

/// One finding for each run of characters that are invisible or reorder what is seen.
pub(crate) fn suspicious(sql: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if sql.bytes().all(is_plain) {
        return findings;
    }
    let mut rest = sql.char_indices().peekable();
    while let Some((start, first)) = rest.find(|(_, c)| is_suspicious(*c))
        && findings.len() < MOST_FINDINGS
    {
        let mut end = start + first.len_utf8();
        while let Some((at, further)) = rest.next_if(|(_, c)| is_suspicious(*c)) {
            end = at + further.len_utf8();
        }
        let message = format!(
            "The text holds an invisible character, U+{:04X}.",
            u32::from(first)
        );
        findings.push(FindingCode::SuspiciousCharacters.at(&(start..end), message));
    }
    findings
}

/// Whether a byte alone is a character that is seen, a tab or the end of a line.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// Controls, zero-width characters, fillers and the bidirectional marks of Unicode
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
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_found_where_they_stand() {
        let places = |sql| {
            let found = suspicious(sql).into_iter();
            found.map(|f| (f.start, f.end)).collect::<Vec<_>>()
        };
        assert_eq!(places("SELECT 'Łódź ❤\u{fe0f}'\t\r\n"), []);
        assert_eq!(places("SELECT 'a\u{202e}b'"), [(9, 12)]);
        assert_eq!(places("\u{200b}\u{200d}a\u{ad}"), [(0, 6), (7, 9)]);
        assert_eq!(suspicious(&"a\u{feff}".repeat(100)).len(), MOST_FINDINGS);
    }
}
