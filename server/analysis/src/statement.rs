//! What kind of statement a text is, by its first words: only some kinds are followed at all.

use sqlparser::{
    keywords::Keyword,
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    finding::{FindingCode, Place},
    lexer::place,
};

/// What is done with a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Query,
    Insert,
    Update,
    Delete,
    Merge,
    CreateTableAs,
    /// Never run, for this reason.
    Refused(&'static str, FindingCode, &'static str),
}

impl Kind {
    /// As the report names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "select",
            Self::Insert => "insert",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Merge => "merge",
            Self::CreateTableAs => "create_table_as",
            Self::Refused(kind, ..) => kind,
        }
    }

    /// The kind of the statement that these tokens are.
    pub fn of(tokens: &[TokenWithSpan]) -> Self {
        let words: Vec<String> = significant(tokens)
            .map_while(|t| match &t.token {
                Token::Word(word) if word.quote_style.is_none() => {
                    Some(word.value.to_ascii_uppercase())
                }
                Token::LParen => Some("(".to_owned()),
                _ => None,
            })
            .take(6)
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["SELECT" | "WITH" | "FROM" | "(", ..] => Self::Query,
            ["INSERT", ..] => Self::Insert,
            ["UPDATE", ..] => Self::Update,
            ["DELETE", ..] => Self::Delete,
            ["MERGE", ..] => Self::Merge,
            ["CREATE", rest @ ..] => Self::create(rest, tokens),
            words => Self::refused(words),
        }
    }

    fn create(words: &[&str], tokens: &[TokenWithSpan]) -> Self {
        use FindingCode as Code;
        let words = words.strip_prefix(&["OR", "REPLACE"]).unwrap_or(words);
        match words {
            ["TABLE", ..] if selects(tokens) => Self::CreateTableAs,
            ["EXTERNAL", ..] => Self::Refused(
                "create_external_table",
                Code::ExternalData,
                "An external table brings in data that nobody tagged.",
            ),
            ["MODEL", ..] => Self::Refused(
                "create_model",
                Code::ModelUse,
                "A model would be trained on data.",
            ),
            ["ROW", ..] => Self::Refused(
                "create_row_access_policy",
                Code::AccessControl,
                "Rights on rows would change.",
            ),
            ["FUNCTION" | "AGGREGATE", ..]
            | ["TEMP" | "TEMPORARY", "FUNCTION" | "AGGREGATE", ..]
                if runs_elsewhere(tokens) =>
            {
                Self::Refused(
                    "create_function",
                    Code::RemoteCode,
                    "A function would be created that runs outside GoogleSQL.",
                )
            }
            ["TABLE" | "TEMP" | "TEMPORARY" | "SNAPSHOT", ..] => Self::Refused(
                "create_table",
                Code::SchemaChange,
                "A table would be created otherwise than from a query.",
            ),
            ["VIEW" | "MATERIALIZED", ..] => Self::Refused(
                "create_view",
                Code::SchemaChange,
                "A view would give columns new names without tags.",
            ),
            ["FUNCTION" | "AGGREGATE", ..] => Self::Refused(
                "create_function",
                Code::SchemaChange,
                "A function would be created, whose body is not followed.",
            ),
            ["PROCEDURE", ..] => Self::Refused(
                "create_procedure",
                Code::SchemaChange,
                "A procedure would be created, whose body is not followed.",
            ),
            _ => Self::Refused("create", Code::SchemaChange, "Something would be created."),
        }
    }

    fn refused(words: &[&str]) -> Self {
        use FindingCode as Code;
        let (kind, code, message) = match words {
            ["DROP", "ALL" | "ROW", ..] => (
                "drop_row_access_policy",
                Code::AccessControl,
                "Rights on rows would change.",
            ),
            ["DROP", ..] => ("drop", Code::Destructive, "What is dropped is lost."),
            ["TRUNCATE", ..] => (
                "truncate",
                Code::Destructive,
                "Every row of the table would be lost.",
            ),
            ["ALTER" | "UNDROP" | "RENAME", ..] => (
                "alter",
                Code::SchemaChange,
                "The shape of the warehouse would change.",
            ),
            ["GRANT", ..] => ("grant", Code::AccessControl, "Rights on data would change."),
            ["REVOKE", ..] => (
                "revoke",
                Code::AccessControl,
                "Rights on data would change.",
            ),
            ["EXPORT", ..] => (
                "export_data",
                Code::DataExport,
                "Rows would leave the warehouse without being masked.",
            ),
            ["LOAD", ..] => (
                "load_data",
                Code::ExternalData,
                "Data from outside would be brought in.",
            ),
            ["CALL", ..] => (
                "call",
                Code::ProcedureCall,
                "The body of the procedure is not seen.",
            ),
            ["EXECUTE", ..] => (
                "execute_immediate",
                Code::DynamicSql,
                "Text would be run as a statement.",
            ),
            [
                "DECLARE" | "SET" | "BEGIN" | "COMMIT" | "ROLLBACK" | "IF" | "LOOP" | "WHILE"
                | "REPEAT" | "FOR" | "CASE" | "RAISE" | "RETURN" | "BREAK" | "LEAVE" | "CONTINUE"
                | "ITERATE" | "END",
                ..,
            ] => ("script", Code::Script, "Scripts are not followed."),
            ["ASSERT", ..] => (
                "assert",
                Code::UnsupportedConstruct,
                "An assertion tells about rows by failing.",
            ),
            ["EXPLAIN" | "DESCRIBE" | "DESC" | "SHOW", ..] => (
                "describe",
                Code::MetadataProbing,
                "Metadata of the warehouse is not given out.",
            ),
            _ => (
                "unknown",
                Code::SyntaxError,
                "This is no statement of GoogleSQL that is known.",
            ),
        };
        Self::Refused(kind, code, message)
    }
}

/// Tokens without white space.
pub(crate) fn significant(tokens: &[TokenWithSpan]) -> impl Iterator<Item = &TokenWithSpan> {
    tokens
        .iter()
        .filter(|t| !matches!(t.token, Token::Whitespace(_)))
}

/// From the first token to the last.
pub(crate) fn place_of(tokens: &[TokenWithSpan]) -> Place {
    let mut all = significant(tokens);
    let first = all.next().map_or(0..0, |t| place(t.span));
    let last = all.last().map_or(first.end, |t| place(t.span).end);
    first.start..last
}

/// Whether a function is remote, or written in another language than SQL.
fn runs_elsewhere(tokens: &[TokenWithSpan]) -> bool {
    significant(tokens).any(|t| {
        matches!(&t.token, Token::Word(word) if word.quote_style.is_none()
            && ["REMOTE", "LANGUAGE"].iter().any(|w| word.value.eq_ignore_ascii_case(w)))
    })
}

/// Whether a `CREATE TABLE` ends in `AS` and a query.
fn selects(tokens: &[TokenWithSpan]) -> bool {
    let mut before = Keyword::NoKeyword;
    significant(tokens).any(|t| {
        let (now, opens) = match &t.token {
            Token::Word(word) => (word.keyword, false),
            Token::LParen => (Keyword::NoKeyword, true),
            _ => (Keyword::NoKeyword, false),
        };
        let found = before == Keyword::AS
            && (opens || matches!(now, Keyword::SELECT | Keyword::WITH | Keyword::FROM));
        before = now;
        found
    })
}

/// The name behind `DROP TABLE`, `TRUNCATE TABLE` and the like, where nothing else follows.
pub(crate) fn target(tokens: &[TokenWithSpan]) -> Option<sqlparser::ast::ObjectName> {
    let mut parser = crate::parse::parser(tokens.to_vec());
    parser.parse_one_of_keywords(&[Keyword::DROP, Keyword::TRUNCATE])?;
    parser.advance_token();
    let _ = parser.parse_keywords(&[Keyword::IF, Keyword::EXISTS]);
    let name = parser.parse_object_name(true).ok()?;
    (parser.peek_token().token == Token::EOF).then_some(name)
}
