//! Pieces of text that change nothing in the reading of what is around them.

use super::{Lexer, is_word, quoted::Quoted};

/// Whether a piece is made of whole tokens without comments, and closes the brackets that it
/// opens and no others. Characters that masks do not need are not looked at more closely: with
/// them it is not.
pub(crate) fn is_closed(piece: &str) -> bool {
    let mut lexer = Lexer { text: piece, at: 0 };
    let mut open = 0_usize;
    while let Some(&first) = lexer.rest().as_bytes().first() {
        if let Some(form) = Quoted::starting(lexer.rest()) {
            if lexer.skip_quoted(form).is_none() {
                return false;
            }
            continue;
        }
        match first {
            b'(' | b'[' => open += 1,
            b')' | b']' if open > 0 => open -= 1,
            b' ' | b',' | b'.' | b'<' | b'=' | b'@' => {}
            _ if is_word(first) => {
                lexer.take_while(is_word);
                continue;
            }
            _ => return false,
        }
        lexer.at += 1;
    }
    open == 0
}

#[cfg(test)]
mod tests {
    use super::is_closed;

    #[test]
    fn brackets_and_quotes_must_close_within() {
        for piece in [
            "`a b`",
            "IF(LENGTH(`a`) <= 4, 'XXXXX', CONCAT('XXXXX', RIGHT(`a`, 4))) AS `a`",
            r"REGEXP_EXTRACT(a, r'^[^@\s]+@([A-Za-z0-9.-]+)$')",
            r"b'' AS `a\`) --`, [1] AS `#`",
            "CONCAT(@salt, ')')",
        ] {
            assert!(is_closed(piece), "{piece}");
        }
        for piece in [
            "f(a",
            "a)",
            "a) FROM (b",
            "[",
            "'a",
            "`a",
            r"`a\`",
            r"r'\'",
            "'''a'",
            "a -- b",
            "a # b",
            "a /* b",
            "a; b",
            "a\n",
            "é",
            "a - b",
            "f('a\nb')",
        ] {
            assert!(!is_closed(piece), "{piece}");
        }
    }
}
