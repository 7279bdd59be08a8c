//! Cuts SQL into pieces for colouring and comparing. It never fails and loses nothing:
//! the pieces put together are the text.

/// What a piece of SQL is, as far as colour goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `SELECT`, `FROM` …
    Keyword,
    /// A name, quoted or not.
    Name,
    /// A string or bytes literal.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
    /// White space.
    Space,
    /// Operators and punctuation.
    Symbol,
}

/// One piece, with its place in the text in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text.
    pub text: &'a str,
    /// Where it begins.
    pub start: usize,
}

const KEYWORDS: &[&str] = &[
    "ALL",
    "AND",
    "ANY",
    "ARRAY",
    "AS",
    "ASC",
    "BETWEEN",
    "BY",
    "CASE",
    "CAST",
    "CREATE",
    "CROSS",
    "CURRENT",
    "DEFAULT",
    "DELETE",
    "DESC",
    "DISTINCT",
    "DROP",
    "ELSE",
    "END",
    "EXCEPT",
    "EXISTS",
    "FALSE",
    "FOLLOWING",
    "FOR",
    "FROM",
    "FULL",
    "GROUP",
    "HAVING",
    "IF",
    "IN",
    "INNER",
    "INSERT",
    "INTERSECT",
    "INTERVAL",
    "INTO",
    "IS",
    "JOIN",
    "LEFT",
    "LIKE",
    "LIMIT",
    "MERGE",
    "NOT",
    "NULL",
    "OFFSET",
    "ON",
    "OR",
    "ORDER",
    "OUTER",
    "OVER",
    "PARTITION",
    "PIVOT",
    "PRECEDING",
    "QUALIFY",
    "RANGE",
    "REPLACE",
    "RIGHT",
    "ROWS",
    "SELECT",
    "SET",
    "STRUCT",
    "TABLE",
    "THEN",
    "TRUE",
    "TRUNCATE",
    "UNBOUNDED",
    "UNION",
    "UNNEST",
    "UPDATE",
    "USING",
    "VALUES",
    "VIEW",
    "WHEN",
    "WHERE",
    "WINDOW",
    "WITH",
];

/// Cuts a text into pieces.
#[must_use]
pub fn pieces(sql: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = sql.get(start..).filter(|rest| !rest.is_empty()) {
        let (kind, length) = next(rest);
        let (text, _) = rest.split_at(length);
        found.push(Piece { kind, text, start });
        start += length;
    }
    found
}

/// What the text begins with, and how many bytes long it is (at least one character).
fn next(rest: &str) -> (Kind, usize) {
    let first = rest.chars().next().unwrap_or(' ');
    if rest.starts_with("--") || first == '#' {
        return (Kind::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
        return (Kind::Comment, end);
    }
    if let Some(length) = literal(rest) {
        return (Kind::Text, length);
    }
    match first {
        '`' => (Kind::Name, quoted(rest, "`")),
        c if c.is_whitespace() => (Kind::Space, run(rest, char::is_whitespace)),
        c if c.is_ascii_digit() => (
            Kind::Number,
            run(rest, |c| c.is_ascii_alphanumeric() || c == '.'),
        ),
        c if is_name(c) => {
            let length = run(rest, is_name);
            (word(&rest[..length]), length)
        }
        c => (Kind::Symbol, c.len_utf8()),
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '@'
}

fn word(text: &str) -> Kind {
    let upper = text.to_ascii_uppercase();
    if KEYWORDS.binary_search(&upper.as_str()).is_ok() {
        Kind::Keyword
    } else {
        Kind::Name
    }
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// The length of a string literal with its prefix (`r`, `b`, `rb`) and its quotes, one
/// or three (GoogleSQL, lexical structure).
fn literal(rest: &str) -> Option<usize> {
    let prefix = run(rest, |c| matches!(c, 'r' | 'R' | 'b' | 'B'));
    let body = rest.get(prefix..).filter(|_| prefix <= 2)?;
    ["\"\"\"", "'''", "\"", "'"]
        .into_iter()
        .find(|quote| body.starts_with(quote))
        .map(|quote| prefix + quoted(body, quote))
}

/// The length of a quoted text with its quotes; a backslash keeps the next character.
fn quoted(body: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while let Some(rest) = body.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) {
            return at + quote.len();
        }
        let mut characters = rest.chars();
        let first = characters.next().map_or(1, char::len_utf8);
        let escaped = rest.starts_with('\\').then(|| characters.next()).flatten();
        at += first + escaped.map_or(0, char::len_utf8);
    }
    body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(sql: &str) -> Vec<(Kind, &str)> {
        pieces(sql)
            .into_iter()
            .filter(|piece| piece.kind != Kind::Space)
            .map(|piece| (piece.kind, piece.text))
            .collect()
    }

    #[test]
    fn keywords_are_sorted_for_the_search() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn nothing_is_lost() {
        for sql in [
            "",
            "SELECT 'it\\'s' FROM `p.d.t` -- note\n/* é */ WHERE x >= 1.5e3",
            "r'\\' '''a'b'''",
            "'never closed é",
            "🦀\u{200b}`",
        ] {
            let text: String = pieces(sql).iter().map(|piece| piece.text).collect();
            assert_eq!(text, sql);
        }
    }

    #[test]
    fn pieces_know_what_they_are() {
        assert_eq!(
            kinds("select emaïl, 'a--b' from t # end"),
            [
                (Kind::Keyword, "select"),
                (Kind::Name, "emaïl"),
                (Kind::Symbol, ","),
                (Kind::Text, "'a--b'"),
                (Kind::Keyword, "from"),
                (Kind::Name, "t"),
                (Kind::Comment, "# end"),
            ]
        );
    }

    #[test]
    fn a_prefix_belongs_to_its_literal_only() {
        assert_eq!(kinds("rb'x'"), [(Kind::Text, "rb'x'")]);
        assert_eq!(kinds("br"), [(Kind::Name, "br")]);
    }
}
