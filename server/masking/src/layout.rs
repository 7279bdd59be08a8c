//! What the masker knows of each column before it sees a row.

use domain::{Column, Mode};

use crate::MaskError;

/// A column, or a field within one, as rows are read by it.
pub(crate) struct Field {
    /// Its name, behind those of the structs around it.
    pub(crate) path: String,
    pub(crate) data_type: String,
    pub(crate) kind: Kind,
    pub(crate) is_repeated: bool,
    /// The fields of a struct, each with its name as JSON and a colon.
    pub(crate) fields: Vec<(String, Field)>,
}

/// How a value is read and written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Integer,
    Float,
    Bool,
    Decimal,
    Timestamp,
    /// A date or a time of day, which has no room for anything else.
    Calendar,
    Bytes,
    Json,
    Struct,
    /// Types whose wire text is already what people read, and types yet to come.
    Text,
}

impl Kind {
    fn of(data_type: &str) -> Self {
        match data_type {
            "INT64" | "INTEGER" => Self::Integer,
            "FLOAT64" | "FLOAT" => Self::Float,
            "BOOL" | "BOOLEAN" => Self::Bool,
            "NUMERIC" | "BIGNUMERIC" | "DECIMAL" | "BIGDECIMAL" => Self::Decimal,
            "TIMESTAMP" => Self::Timestamp,
            "DATE" | "TIME" | "DATETIME" => Self::Calendar,
            "BYTES" => Self::Bytes,
            "JSON" => Self::Json,
            "STRUCT" | "RECORD" => Self::Struct,
            _ => Self::Text,
        }
    }
}

impl Field {
    pub(crate) fn of(column: &Column) -> Self {
        Self::at(column, column.name.clone())
    }

    fn at(column: &Column, path: String) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut fields = Vec::new();
        for (position, field) in column.fields.iter().enumerate() {
            // A query may give a struct fields without a name, or several of one name.
            let name = if field.name.is_empty() || names.contains(&field.name) {
                format!("{}_{position}", field.name)
            } else {
                field.name.clone()
            };
            let key = format!("{}:", serde_json::Value::from(name.as_str()));
            fields.push((key, Self::at(field, format!("{path}.{}", field.name))));
            names.push(name);
        }
        Self {
            kind: Kind::of(&column.data_type),
            data_type: column.data_type.clone(),
            is_repeated: column.mode == Mode::Repeated,
            fields,
            path,
        }
    }

    pub(crate) fn undecodable(&self) -> MaskError {
        MaskError::Undecodable {
            column: self.path.clone(),
            data_type: self.data_type.clone(),
        }
    }
}
