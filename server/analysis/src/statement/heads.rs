//! The first words of every statement that BigQuery has.

use super::{Effect, Target};
use crate::{finding::FindingCode as Code, parse::Cursor};

/// The first words of a kind of statement.
pub(super) struct Head {
    words: &'static [&'static str],
    pub name: &'static str,
    pub effect: Effect,
    pub target: Target,
}

/// The head that stands at `at`, and the position behind it. Behind `CREATE`, `OR REPLACE` and
/// `TEMP` are left out.
pub(super) fn find(cursor: &Cursor<'_>, creates: bool, at: usize) -> (&'static Head, usize) {
    let heads = if creates { CREATES } else { HEADS };
    let found = heads.iter().find_map(|head| {
        let mut next = at;
        for word in head.words {
            let fits = match *word {
                "(" => cursor.token(next) == Some(&sqlparser::tokenizer::Token::LParen),
                word => cursor.is(next, word),
            };
            if !fits {
                return None;
            }
            next = cursor.after(next);
        }
        Some((head, next))
    });
    let unknown = if creates { &UNKNOWN_CREATE } else { &UNKNOWN };
    found.unwrap_or((unknown, at))
}

const fn head(
    words: &'static [&'static str],
    name: &'static str,
    effect: Effect,
    target: Target,
) -> Head {
    Head {
        words,
        name,
        effect,
        target,
    }
}

const fn refused(
    words: &'static [&'static str],
    name: &'static str,
    target: Target,
    code: Code,
    message: &'static str,
) -> Head {
    head(words, name, Effect::Refused(code, message), target)
}

const UNKNOWN: Head = refused(
    &[],
    "unknown",
    Target::Nothing,
    Code::SyntaxError,
    "This is no statement of GoogleSQL that is known.",
);

const UNKNOWN_CREATE: Head = refused(
    &[],
    "create",
    Target::Nothing,
    Code::UnsupportedConstruct,
    "Something would be created that is not known.",
);

const SHAPE: &str = "The shape of the warehouse would change.";
const LOST: &str = "What is dropped is lost.";
const RIGHTS: &str = "Rights on data would change.";
const ROWS: &str = "Rights on rows would change.";
const CAPACITY: &str = "What the warehouse may use and cost would change.";
const ROUTINE: &str = "Something would be created whose body is not followed.";
const METADATA: &str = "Metadata of the warehouse is not given out.";
const INDEX: &str = "An index would be built over the table's values.";

/// The longer before the shorter.
#[rustfmt::skip]
const CREATES: &[Head] = &[
    refused(&["TABLE", "FUNCTION"], "create_table_function", Target::Nothing, Code::UnsupportedConstruct, ROUTINE),
    head(&["TABLE"], "create_table", Effect::Create, Target::Next),
    refused(&["SNAPSHOT", "TABLE"], "create_snapshot_table", Target::Next, Code::SchemaChange,
        "The columns of the copy would have no tags."),
    refused(&["EXTERNAL", "TABLE"], "create_external_table", Target::Next, Code::ExternalData,
        "An external table brings in data that nobody tagged."),
    refused(&["EXTERNAL", "SCHEMA"], "create_external_schema", Target::Nothing, Code::ExternalData,
        "An external dataset brings in data that nobody tagged."),
    head(&["VIEW"], "create_view", Effect::Create, Target::Next),
    head(&["MATERIALIZED", "VIEW"], "create_materialized_view", Effect::Create, Target::Next),
    refused(&["MODEL"], "create_model", Target::Next, Code::ModelUse, "A model would be trained on data."),
    refused(&["ROW", "ACCESS", "POLICY"], "create_row_access_policy", Target::On, Code::AccessControl, ROWS),
    refused(&["FUNCTION"], "create_function", Target::Nothing, Code::UnsupportedConstruct, ROUTINE),
    refused(&["AGGREGATE", "FUNCTION"], "create_function", Target::Nothing, Code::UnsupportedConstruct, ROUTINE),
    refused(&["PROCEDURE"], "create_procedure", Target::Nothing, Code::UnsupportedConstruct, ROUTINE),
    refused(&["SCHEMA"], "create_schema", Target::Nothing, Code::SchemaChange, SHAPE),
    refused(&["SEARCH", "INDEX"], "create_search_index", Target::On, Code::SchemaChange, INDEX),
    refused(&["VECTOR", "INDEX"], "create_vector_index", Target::On, Code::SchemaChange, INDEX),
    refused(&["INDEX"], "create_index", Target::On, Code::SchemaChange, INDEX),
    refused(&["CAPACITY"], "create_capacity", Target::Nothing, Code::SchemaChange, CAPACITY),
    refused(&["RESERVATION"], "create_reservation", Target::Nothing, Code::SchemaChange, CAPACITY),
    refused(&["ASSIGNMENT"], "create_assignment", Target::Nothing, Code::SchemaChange, CAPACITY),
];

/// The longer before the shorter.
#[rustfmt::skip]
const HEADS: &[Head] = &[
    head(&["SELECT"], "select", Effect::Query, Target::Nothing),
    head(&["WITH"], "select", Effect::Query, Target::Nothing),
    head(&["FROM"], "select", Effect::Query, Target::Nothing),
    head(&["("], "select", Effect::Query, Target::Nothing),
    head(&["INSERT"], "insert", Effect::Insert, Target::Nothing),
    head(&["UPDATE"], "update", Effect::Change, Target::Nothing),
    head(&["DELETE"], "delete", Effect::Change, Target::Nothing),
    head(&["MERGE"], "merge", Effect::Change, Target::Nothing),
    refused(&["TRUNCATE", "TABLE"], "truncate", Target::Next, Code::Destructive,
        "Every row of the table would be lost."),
    refused(&["DROP", "ALL", "ROW", "ACCESS", "POLICIES"], "drop_all_row_access_policies", Target::On,
        Code::AccessControl, ROWS),
    refused(&["DROP", "ROW", "ACCESS", "POLICY"], "drop_row_access_policy", Target::On, Code::AccessControl, ROWS),
    refused(&["DROP", "TABLE", "FUNCTION"], "drop_table_function", Target::Nothing, Code::Destructive, LOST),
    head(&["DROP", "TABLE"], "drop_table", Effect::DropTable, Target::Next),
    refused(&["DROP", "SNAPSHOT", "TABLE"], "drop_snapshot_table", Target::Next, Code::Destructive, LOST),
    refused(&["DROP", "EXTERNAL", "TABLE"], "drop_external_table", Target::Next, Code::Destructive, LOST),
    refused(&["DROP", "MATERIALIZED", "VIEW"], "drop_materialized_view", Target::Next, Code::Destructive, LOST),
    refused(&["DROP", "VIEW"], "drop_view", Target::Next, Code::Destructive, LOST),
    refused(&["DROP", "MODEL"], "drop_model", Target::Next, Code::Destructive, LOST),
    refused(&["DROP", "SEARCH", "INDEX"], "drop_search_index", Target::On, Code::Destructive, LOST),
    refused(&["DROP", "VECTOR", "INDEX"], "drop_vector_index", Target::On, Code::Destructive, LOST),
    refused(&["DROP", "FUNCTION"], "drop_function", Target::Nothing, Code::Destructive, LOST),
    refused(&["DROP", "PROCEDURE"], "drop_procedure", Target::Nothing, Code::Destructive, LOST),
    refused(&["DROP", "SCHEMA"], "drop_schema", Target::Nothing, Code::Destructive, LOST),
    refused(&["DROP"], "drop", Target::Nothing, Code::Destructive, LOST),
    refused(&["ALTER", "TABLE"], "alter_table", Target::Next, Code::SchemaChange, SHAPE),
    refused(&["ALTER", "VIEW"], "alter_view", Target::Next, Code::SchemaChange, SHAPE),
    refused(&["ALTER", "MATERIALIZED", "VIEW"], "alter_materialized_view", Target::Next, Code::SchemaChange, SHAPE),
    refused(&["ALTER", "MODEL"], "alter_model", Target::Next, Code::SchemaChange, SHAPE),
    refused(&["ALTER", "SCHEMA"], "alter_schema", Target::Nothing, Code::SchemaChange, SHAPE),
    refused(&["ALTER", "SEARCH", "INDEX"], "alter_search_index", Target::On, Code::SchemaChange, INDEX),
    refused(&["ALTER", "VECTOR", "INDEX"], "alter_vector_index", Target::On, Code::SchemaChange, INDEX),
    refused(&["ALTER"], "alter", Target::Nothing, Code::SchemaChange, SHAPE),
    refused(&["UNDROP"], "undrop_schema", Target::Nothing, Code::SchemaChange, SHAPE),
    refused(&["RENAME"], "rename", Target::Nothing, Code::SchemaChange, SHAPE),
    refused(&["GRANT"], "grant", Target::On, Code::AccessControl, RIGHTS),
    refused(&["REVOKE"], "revoke", Target::On, Code::AccessControl, RIGHTS),
    refused(&["EXPORT", "MODEL"], "export_model", Target::Read, Code::DataExport, "A model would leave the warehouse."),
    refused(&["EXPORT"], "export_data", Target::Nothing, Code::DataExport, "Rows would leave the warehouse."),
    refused(&["LOAD", "DATA"], "load_data", Target::Into, Code::ExternalData, "Data from outside would be brought in."),
    refused(&["CALL"], "call", Target::Nothing, Code::ProcedureCall, "The body of the procedure is not seen."),
    refused(&["EXECUTE"], "execute_immediate", Target::Nothing, Code::DynamicSql, "Text would be run as a statement."),
    refused(&["ASSERT"], "assert", Target::Nothing, Code::UnsupportedConstruct,
        "An assertion tells about rows by failing."),
    refused(&["EXPLAIN"], "explain", Target::Nothing, Code::MetadataProbing, METADATA),
    refused(&["DESCRIBE"], "describe", Target::Nothing, Code::MetadataProbing, METADATA),
    refused(&["SHOW"], "describe", Target::Nothing, Code::MetadataProbing, METADATA),
];
