//! Changes to the text, between whole tokens.

use sqlparser::tokenizer::TokenWithSpan;

use super::unmaskable;
use crate::{
    finding::{Followed, Place},
    lexer::place,
};

/// A piece of the text and what stands there instead.
pub(super) struct Edit {
    pub place: Place,
    pub text: String,
}

/// The text with its edits, which come in order.
pub(super) fn apply(sql: &str, tokens: &[TokenWithSpan], edits: &[Edit]) -> Followed<String> {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut text = String::with_capacity(sql.len() + added);
    let mut copied = 0;
    for Edit { place, text: new } in edits {
        if !is_between(tokens, place.start) || !is_between(tokens, place.end) {
            return Err(unmaskable(place, "It is not made of whole tokens."));
        }
        let kept = sql.get(copied..place.start);
        text.push_str(kept.ok_or_else(|| unmaskable(place, "It overlaps another table."))?);
        text.push_str(new);
        copied = place.end;
    }
    text.push_str(sql.get(copied..).unwrap_or_default());
    Ok(text)
}

/// Whether a token starts or ends here, so that no token, nor a comment, is torn apart.
fn is_between(tokens: &[TokenWithSpan], at: usize) -> bool {
    let next = tokens.partition_point(|t| place(t.span).end <= at);
    let starts = tokens.get(next).is_some_and(|t| place(t.span).start == at);
    let last = next.checked_sub(1).and_then(|last| tokens.get(last));
    starts || last.is_some_and(|t| place(t.span).end == at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    fn edited(place: Place) -> Option<String> {
        let sql = "SELECT 'a b' /* c d */ FROM t";
        let tokens = lexer::tokens(sql).expect("tokens");
        let text = "X".to_owned();
        apply(sql, &tokens, &[Edit { place, text }]).ok()
    }

    #[test]
    fn tokens_and_comments_stay_whole() {
        let sql = |text: &str| Some(text.to_owned());
        assert_eq!(edited(28..29), sql("SELECT 'a b' /* c d */ FROM X"));
        assert_eq!(edited(0..0), sql("XSELECT 'a b' /* c d */ FROM t"));
        assert_eq!(edited(12..12), sql("SELECT 'a b'X /* c d */ FROM t"));
        for inside in [3, 9, 18] {
            assert_eq!(edited(inside..inside), None);
            assert_eq!(edited(7..inside.max(8)), None);
        }
        assert_eq!(edited(28..30), None);
    }
}
