//! What holds for any text: the bodies of the fuzz targets in `fuzz/`, which need more than the
//! public interface. Only built for them, by the feature `fuzzing`, and for the tests, which run
//! the same bodies over the corpus and over a fixed number of mutated queries.

#![expect(
    clippy::expect_used,
    reason = "a target that cannot read its data stops"
)]

mod mutation;

use std::sync::OnceLock;

use domain::{Finding, Route};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::{Analysis, Catalog, FindingCode, Statement, analyse, lexer};
pub use mutation::query;

/// The catalog of the tests.
fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let json = include_str!("../../tests/data/catalog.json");
        serde_json::from_str(json).expect("a catalog")
    })
}

/// Tokens stand in order, none is empty, and only white space and comments are between them.
///
/// # Panics
/// Where this is broken.
pub fn read(text: &str) {
    let Ok(tokens) = lexer::tokens(text) else {
        return;
    };
    let mut before = 0;
    for token in &tokens {
        let place = lexer::place(token.span);
        assert!(before <= place.start, "tokens overlap at {before}");
        assert!(place.start < place.end, "an empty token at {}", place.start);
        assert_gap(text.get(before..place.start));
        before = place.end;
    }
    assert_gap(text.get(before..));
}

fn assert_gap(gap: Option<&str>) {
    let gap = gap.expect("tokens end between characters of the text");
    let space = |t: &TokenWithSpan| matches!(t.token, Token::Whitespace(_));
    let skipped = lexer::tokens(gap).is_ok_and(|tokens| tokens.iter().all(space));
    assert!(skipped, "a gap holds {gap:?}");
}

/// Any text is answered, and the parts of the answer agree.
///
/// # Panics
/// Where this is broken.
pub fn judge(text: &str) {
    let analysis = analyse(text, catalog());
    let understood = analysis.not_understood_because.is_none();
    assert_eq!(analysis.understood, understood);
    assert!(understood || analysis.route == Route::Block);
    let may_be_sent = analysis.route != Route::Block;
    assert_eq!(analysis.masked_sql.is_some(), may_be_sent);
    assert!(!analysis.statements.is_empty());
    for Finding {
        code, start, end, ..
    } in analysis.findings()
    {
        assert!(start <= end, "{code} at {start}..{end}");
        assert!(text.get(*start..*end).is_some(), "{code} at {start}..{end}");
    }
}

/// The masked SQL is understood again, answers with the same columns and needs no other mask.
///
/// # Panics
/// Where this is broken.
pub fn rewrite(text: &str) {
    let first = analyse(text, catalog());
    let Some(masked) = &first.masked_sql else {
        return;
    };
    let second = analyse(masked, catalog());
    if has(&second, FindingCode::TooDeep) || has(&second, FindingCode::TooLarge) {
        return;
    }
    assert_eq!(second.masked_sql.as_ref(), Some(masked), "{text}");
    let reason = &second.not_understood_because;
    assert!(second.understood, "{reason:?}\n{text}\n{masked}");
    for (one, two) in first.statements.iter().zip(&second.statements) {
        assert_eq!(one.kind, two.kind, "{masked}");
        let names = |statement: &Statement| -> Vec<String> {
            statement.columns.iter().map(|c| c.name.clone()).collect()
        };
        assert_eq!(names(one), names(two), "{masked}");
    }
}

fn has(analysis: &Analysis, code: FindingCode) -> bool {
    analysis.findings().any(|found| found.code == code.as_str())
}

#[cfg(test)]
mod tests;
