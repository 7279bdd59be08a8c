//! What tables and values look like to the generator: kinds of values, and relations of them.

use sandbox::engine::{Catalog, ColumnType, Field};

/// What a value is, as far as the grammar tells types apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `INT64`.
    Integer,
    /// `FLOAT64`.
    Float,
    /// `NUMERIC`.
    Numeric,
    /// `BOOL`.
    Truth,
    /// `STRING`.
    Text,
    /// `DATE`.
    Day,
    /// `JSON`.
    Document,
    /// `STRUCT`.
    Record(Vec<Member>),
    /// `ARRAY`.
    List(Box<Kind>),
}

/// A column or a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

/// A table, a view, or tables behind a wildcard.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name as a query writes it.
    pub name: String,
    /// Its columns in order; pseudo-columns start with an underscore.
    pub columns: Vec<Member>,
}

impl Kind {
    /// Kinds that can be compared, grouped by and sorted by.
    pub const SCALARS: [Self; 6] = [
        Self::Text,
        Self::Integer,
        Self::Float,
        Self::Numeric,
        Self::Truth,
        Self::Day,
    ];

    /// Whether values can be compared and grouped by.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        Self::SCALARS.contains(self)
    }

    fn of(column_type: &ColumnType) -> Option<Self> {
        Some(match column_type {
            ColumnType::Int64 => Self::Integer,
            ColumnType::Float64 => Self::Float,
            ColumnType::Numeric => Self::Numeric,
            ColumnType::Bool => Self::Truth,
            ColumnType::String => Self::Text,
            ColumnType::Date => Self::Day,
            ColumnType::Json => Self::Document,
            ColumnType::Struct(fields) => Self::Record(members(fields)),
            ColumnType::Array(element) => Self::List(Box::new(Self::of(element)?)),
            ColumnType::Bytes | ColumnType::Datetime | ColumnType::Time | ColumnType::Timestamp => {
                return None;
            }
        })
    }
}

impl Member {
    /// A column or field.
    pub fn new(name: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            kind,
        }
    }
}

fn members(fields: &[Field]) -> Vec<Member> {
    let known = |field: &Field| Some(Member::new(&field.name, Kind::of(&field.column_type)?));
    fields.iter().filter_map(known).collect()
}

/// What can be read: every table and view of a dataset, and the wildcard over `logs_…`.
#[must_use]
pub fn sources(catalog: &Catalog, dataset: &str) -> Vec<Source> {
    let mut sources: Vec<Source> = catalog
        .tables_of(dataset)
        .map(|table| Source {
            name: table.name.path(),
            columns: members(&table.columns),
        })
        .collect();
    let sharded = sources.iter().find(|source| source.name.contains("logs_"));
    if let Some(member) = sharded {
        let mut columns = member.columns.clone();
        columns.push(Member::new("_TABLE_SUFFIX", Kind::Text));
        sources.push(Source {
            name: format!("`{dataset}.logs_*`"),
            columns,
        });
    }
    sources
}
