//! Columns as the catalog, a dry run and a result describe them.

use serde::{Deserialize, Serialize};

use crate::Tag;

/// Whether a column may be missing, and how often it occurs in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Mode {
    /// One value or NULL.
    #[default]
    Nullable,
    /// One value.
    Required,
    /// An array of values.
    Repeated,
}

impl Mode {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the form serde asks for")]
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A column or a nested field
/// (<https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// As declared; names compare without case.
    pub name: String,
    /// GoogleSQL's name of the type: `STRING`, `INT64`, `STRUCT` …
    #[serde(rename = "type")]
    pub data_type: String,
    /// Nullable unless said.
    #[serde(default, skip_serializing_if = "Mode::is_default")]
    pub mode: Mode,
    /// The fields of a `STRUCT`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Column>,
    /// What it holds; none means unclassified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Tag>,
    /// Whether it is read as it is although it is tagged, because people let one query do so.
    /// Nothing that is read or written says this: whoever asks for it sets it in memory.
    #[serde(skip)]
    pub unmasked: bool,
}

impl Column {
    /// Whether this column, or a field within it, holds sensitive values.
    #[must_use]
    pub fn is_sensitive(&self) -> bool {
        self.tag.as_ref().is_some_and(Tag::is_sensitive)
            || self.fields.iter().any(Self::is_sensitive)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_makes_its_column_sensitive() {
        let column: Column = serde_json::from_str(
            r#"{"name":"user","type":"STRUCT","fields":[{"name":"email","type":"STRING","tag":"pii.email"}]}"#,
        )
        .expect("a column");
        assert!(column.is_sensitive());
        assert_eq!(column.mode, Mode::Nullable);
    }
}
