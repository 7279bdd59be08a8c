//! The same query in other white space, with comments, and with keywords in another case.
//!
//! It has a small lexer of its own, so that it does not repeat mistakes of the one it tests. Texts
//! with a backslash, a comment or a triple quote are beyond it.

/// Words that may be written in any case; names of tables may not.
const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CROSS",
    "DESC",
    "DISTINCT",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "FALSE",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IN",
    "INNER",
    "INTERSECT",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "QUALIFY",
    "RECURSIVE",
    "RIGHT",
    "SELECT",
    "THEN",
    "TRUE",
    "UNION",
    "UNNEST",
    "USING",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// What may stand between two words.
const GAPS: &[&str] = &[
    " ",
    "\n",
    "\t",
    "  ",
    "\r\n",
    " /* ' */ ",
    "/**/",
    " -- it's\n",
    " # `\n",
    "\n/* -- */\n",
];

/// A token, and whether white space stands before it.
struct Token<'t> {
    text: &'t str,
    spaced: bool,
}

/// The query in another form; none where this lexer does not do.
pub fn reformatted(sql: &str, seed: u64) -> Option<String> {
    let beyond = ["\\", "--", "#", "/*", "'''", "\"\"\"", "\r"];
    if beyond.iter().any(|mark| sql.contains(mark)) || !sql.is_ascii() {
        return None;
    }
    let tokens = tokens(sql)?;
    let mut choices = seed;
    let mut choose = |bound: usize| {
        choices = choices
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(choices >> 33).unwrap_or_default() % bound
    };
    let mut text = String::new();
    for (at, token) in tokens.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| tokens.get(at));
        let free = before.is_some_and(|before| may_part(before.text, token.text));
        if token.spaced || (free && choose(3) == 0) {
            text.push_str(GAPS[choose(GAPS.len())]);
        }
        match choose(3) {
            0 if is_keyword(token.text) => text.push_str(&token.text.to_lowercase()),
            1 if is_keyword(token.text) => text.push_str(&capitalised(token.text)),
            _ => text.push_str(token.text),
        }
    }
    Some(text)
}

/// The names, keywords and operators alone, without literals and what separates those; none
/// where this lexer does not do.
pub fn without_literals(sql: &str) -> Option<String> {
    if sql.contains(['\\', '#']) || sql.contains("--") || sql.contains("/*") {
        return None;
    }
    let is_literal =
        |text: &str| text.ends_with(['\'', '"']) || text.starts_with(|c: char| c.is_ascii_digit());
    let tokens = tokens(sql)?;
    let kept = tokens.iter().filter(|token| !is_literal(token.text));
    let plain = |text: &str| text.replace(['`', '-', ',', ';', '.'], " ").to_lowercase();
    let kept: Vec<String> = kept.map(|token| plain(token.text)).collect();
    let kept = kept.join(" ");
    Some(kept.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The tokens alone, keywords in capitals: equal for texts that differ in form only. Masks may
/// hold a backslash, in raw strings, where it means nothing to a lexer.
pub fn normal(sql: &str) -> String {
    let stripped = without_comments(sql);
    let tokens = tokens(&stripped).expect("a text that was reformatted");
    let words = tokens.iter().map(|token| match token.text {
        word if is_keyword(word) => word.to_uppercase(),
        other => other.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_keyword(word: &str) -> bool {
    KEYWORDS
        .iter()
        .any(|keyword| keyword.eq_ignore_ascii_case(word))
}

fn capitalised(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + &rest.to_lowercase()
}

/// White space may come between brackets, commas and words, never within a path or an operator.
fn may_part(before: &str, after: &str) -> bool {
    let bracket = |text: &str| matches!(text, "(" | ")" | "," | "[" | "]");
    bracket(before) || bracket(after)
}

/// The comments of `GAPS` taken out again.
fn without_comments(sql: &str) -> String {
    let comments = GAPS.iter().filter(|gap| !gap.trim().is_empty());
    comments.fold(sql.to_owned(), |text, gap| text.replace(gap, " "))
}

fn tokens(sql: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < sql.len() {
        let rest = &sql[at..];
        let blank = rest.len() - rest.trim_start().len();
        let token = first_token(rest.trim_start())?;
        if token.is_empty() {
            break;
        }
        tokens.push(Token {
            text: token,
            spaced: blank > 0,
        });
        at += blank + token.len();
    }
    Some(tokens)
}

/// The token that a text starts with.
fn first_token(text: &str) -> Option<&str> {
    let Some(first) = text.chars().next() else {
        return Some("");
    };
    let in_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = match first {
        '\'' | '"' | '`' => text[1..].find(first)? + 2,
        c if in_word(c) || c == '@' => {
            let end = text[1..]
                .find(|c| !in_word(c))
                .map_or(text.len(), |end| end + 1);
            match text[end..].chars().next() {
                // A prefix belongs to its string.
                Some(quote @ ('\'' | '"')) => end + text[end + 1..].find(quote)? + 2,
                _ => end,
            }
        }
        '(' | ')' | ',' | '[' | ']' | ';' => 1,
        _ => text
            .find(|c: char| in_word(c) || c.is_whitespace() || "()[],;'\"`@".contains(c))
            .unwrap_or(text.len()),
    };
    text.get(..end)
}
