//! A text as the statements that it holds, in their order, those within blocks included
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>).
//!
//! Which of them run, and how often, is not followed: every one counts as run, any number of times.

mod reader;

use std::ops::Range;

pub(crate) use reader::read;

/// A part of a text, by the positions of its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A statement of SQL.
    Statement(Range<usize>),
    /// `DECLARE names [type] [DEFAULT value]`.
    Declare {
        names: Vec<usize>,
        /// Empty where the value gives it.
        data_type: Range<usize>,
        default: Option<Range<usize>>,
    },
    /// `SET names = value`.
    Set {
        names: Vec<usize>,
        value: Range<usize>,
    },
    /// `FOR variable IN (query) DO`.
    For {
        variable: usize,
        query: Range<usize>,
    },
    /// An expression that decides what runs, or the message of `RAISE`.
    Condition {
        kind: &'static str,
        value: Range<usize>,
    },
    /// Words that read nothing, such as `BREAK`.
    Bare { kind: &'static str, at: usize },
    /// From here on, statements run only if a block or branch is entered.
    Enter { repeats: bool },
    /// The block or branch that was entered last ends here.
    Leave,
}

impl Item {
    /// Where it stands among the tokens.
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Statement(range)
            | Self::Condition { value: range, .. }
            | Self::For { query: range, .. } => range.clone(),
            Self::Declare {
                names,
                data_type,
                default,
            } => {
                let start = names.first().copied().unwrap_or_default();
                start..default.as_ref().map_or(data_type.end, |range| range.end)
            }
            Self::Set { names, value } => names.first().copied().unwrap_or(value.start)..value.end,
            Self::Bare { at, .. } => *at..*at + 1,
            Self::Enter { .. } | Self::Leave => 0..0,
        }
    }
}

/// Whether the text is more than one statement of SQL.
pub(crate) fn is_script(items: &[Item]) -> bool {
    !matches!(items, [Item::Statement(_)])
}

/// Whether a statement may run more than once.
pub(crate) fn repeats(items: &[Item]) -> bool {
    items
        .iter()
        .any(|item| matches!(item, Item::Enter { repeats: true }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    fn kinds(sql: &str) -> Option<String> {
        let items = read(&lexer::tokens(sql).ok()?).ok()?;
        let kinds = items.iter().filter_map(|item| match item {
            Item::Statement(_) => Some("statement"),
            Item::Declare { .. } => Some("declare"),
            Item::Set { .. } => Some("set"),
            Item::For { .. } => Some("for"),
            Item::Condition { kind, .. } | Item::Bare { kind, .. } => Some(*kind),
            Item::Enter { .. } | Item::Leave => None,
        });
        Some(kinds.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn nested_blocks_give_all_their_statements() {
        let sql = "DECLARE x, y INT64 DEFAULT 1; SET (x, y) = (1, 2); l: BEGIN IF CASE WHEN x = 1 \
                   THEN TRUE END THEN SELECT 1; ELSEIF x = 2 THEN BREAK; ELSE LOOP SELECT 2; \
                   LEAVE; END LOOP; END IF; EXCEPTION WHEN ERROR THEN RAISE USING MESSAGE = 'a'; \
                   END l; FOR r IN (SELECT 1) DO REPEAT SELECT 3; UNTIL x = 1 END REPEAT; END FOR; \
                   CASE x WHEN 1 THEN COMMIT; END CASE; WHILE TRUE DO CALL p(); END WHILE";
        assert_eq!(
            kinds(sql).as_deref(),
            Some(
                "declare set begin if statement if break loop statement break raise for repeat \
                 statement repeat case case commit_transaction while statement"
            )
        );
        let procedure = "CREATE PROCEDURE p() BEGIN SELECT 1; IF TRUE THEN SELECT 2; END IF; END";
        assert_eq!(
            kinds(procedure).as_deref(),
            Some("statement begin statement if statement")
        );
    }

    #[test]
    fn broken_scripts_are_refused() {
        for sql in [
            "",
            ";",
            "SELECT 1;; SELECT 2",
            "BEGIN SELECT 1;",
            "IF TRUE THEN SELECT 1; END",
            "END",
            "SET x",
            "LOOP SELECT 1; END LOOP SELECT 2",
        ] {
            assert_eq!(
                kinds(sql).filter(|k| !k.starts_with("statement")),
                None,
                "{sql}"
            );
        }
    }
}
