//! Names of tables: backquoted, hyphenated, two or three parts, wildcards, `INFORMATION_SCHEMA`.

use sqlparser::ast::{Ident, ObjectName, ObjectNamePart};

use super::{Relation, Rendered, Renderer, Shape, literals};
use crate::{
    engine::{PROJECT, Table, TableName, quote},
    error::QueryError,
};

/// What a name in a `FROM` clause stands for.
pub(super) enum Named {
    /// A common table expression.
    Common(String),
    /// A table or view.
    Table(TableName),
    /// All tables of a dataset whose name starts so.
    Wildcard { dataset: String, prefix: String },
    /// A view over the catalog itself.
    Information { dataset: String, view: String },
    /// The jobs of the project.
    Jobs,
    /// An array column of a relation further left, to be unnested.
    Path(Vec<Ident>),
}

/// The parts of a name; a name without parts that are functions.
pub(super) fn parts(name: &ObjectName) -> Result<Vec<Ident>, QueryError> {
    name.0
        .iter()
        .map(|part| match part {
            ObjectNamePart::Identifier(ident) => Ok(ident.clone()),
            ObjectNamePart::Function(_) => Err(QueryError::unsupported(format!("the name {name}"))),
        })
        .collect()
}

/// Words which the engine takes for session values where no column of that name is near, even
/// in quotes.
const SESSION_VALUES: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

impl Renderer<'_> {
    /// The path of a column or field, such as `"c"."address"."city"`.
    pub(super) fn path(&self, idents: &[Ident]) -> Rendered {
        let mut parts: Vec<String> = idents.iter().map(|ident| quote(&ident.value)).collect();
        if let Some(first) = idents.first()
            && SESSION_VALUES
                .iter()
                .any(|word| word.eq_ignore_ascii_case(&first.value))
            && !self.defines(&first.value)
        {
            let owner = self.owner_of(&first.value).ok_or_else(|| {
                let place = super::at(first.span);
                QueryError::invalid_query(format!("Unrecognized name: {}{place}", first.value))
            })?;
            parts.insert(0, quote(owner));
        }
        Ok(parts.join("."))
    }

    /// The nearest relation that has a column, or may have.
    fn owner_of(&self, column: &str) -> Option<&str> {
        self.scopes.iter().rev().find_map(|scope| {
            let has_column = |relation: &&Relation| match &relation.shape {
                Shape::Columns {
                    known: Some(table), ..
                } => self.context.catalog.table(table).is_ok_and(|table| {
                    table
                        .columns
                        .iter()
                        .any(|field| field.name.eq_ignore_ascii_case(column))
                }),
                Shape::Columns { known: None, .. } => scope.relations.len() == 1,
                Shape::Elements { .. } => false,
            };
            scope
                .relations
                .iter()
                .find(has_column)
                .map(|relation| relation.alias.as_str())
        })
    }

    /// Finds out what a name in a `FROM` clause stands for.
    pub(super) fn resolve(&self, name: &ObjectName) -> Result<Named, QueryError> {
        let idents = parts(name)?;
        if let [single] = idents.as_slice()
            && let Some(common) = self
                .common_tables
                .iter()
                .rev()
                .find(|table| table.eq_ignore_ascii_case(&single.value))
        {
            return Ok(Named::Common(common.clone()));
        }
        if idents.len() > 1 && self.defines(&idents[0].value) {
            return Ok(Named::Path(idents));
        }
        let words: Vec<&str> = idents
            .iter()
            .flat_map(|ident| ident.value.split('.'))
            .collect();
        if let Some(at) = words
            .iter()
            .position(|word| word.eq_ignore_ascii_case("INFORMATION_SCHEMA"))
        {
            let view = words[at + 1..].join(".").to_ascii_uppercase();
            if matches!(view.as_str(), "JOBS" | "JOBS_BY_PROJECT") {
                return require_region(&words[..at], name).map(|()| Named::Jobs);
            }
            let dataset = self.dataset(&words[..at], name)?;
            return Ok(Named::Information { dataset, view });
        }
        let table = self.table_name(&words, name)?;
        Ok(match table.table.strip_suffix('*') {
            Some(prefix) => Named::Wildcard {
                dataset: table.dataset,
                prefix: prefix.to_owned(),
            },
            None => Named::Table(table),
        })
    }

    /// The name of a table that is written or made.
    pub(super) fn target(&self, name: &ObjectName) -> Result<TableName, QueryError> {
        let idents = parts(name)?;
        let words: Vec<&str> = idents
            .iter()
            .flat_map(|ident| ident.value.split('.'))
            .collect();
        self.table_name(&words, name)
    }

    fn table_name(&self, words: &[&str], name: &ObjectName) -> Result<TableName, QueryError> {
        let Some((table, qualifiers)) = words.split_last() else {
            return Err(QueryError::invalid_query("Invalid empty table name"));
        };
        Ok(TableName::new(self.dataset(qualifiers, name)?, *table))
    }

    /// The dataset named by what stands before the table, and known to exist.
    fn dataset(&self, qualifiers: &[&str], name: &ObjectName) -> Result<String, QueryError> {
        let dataset = match qualifiers {
            [] => self.context.default_dataset.ok_or_else(|| {
                QueryError::invalid_query(format!(
                    "Table \"{}\" must be qualified with a dataset (e.g. dataset.table).",
                    name.to_string().replace('`', "")
                ))
            })?,
            [dataset] => dataset,
            [project, dataset] if *project == PROJECT => dataset,
            [project, _] => return Err(QueryError::not_found(format!("Project {project}"))),
            _ => {
                return Err(QueryError::invalid_query(format!(
                    "Invalid table name: {name}"
                )));
            }
        };
        self.context.catalog.require_dataset(dataset)?;
        Ok(dataset.to_owned())
    }

    /// Whether a `FROM` clause around here defines the alias.
    pub(super) fn defines(&self, alias: &str) -> bool {
        self.scopes
            .iter()
            .flat_map(|scope| &scope.relations)
            .any(|relation| relation.alias.eq_ignore_ascii_case(alias))
    }

    /// `INFORMATION_SCHEMA.TABLES` or `.COLUMNS` of a dataset as rows written in place.
    ///
    /// Source: <https://cloud.google.com/bigquery/docs/information-schema-tables>
    pub(super) fn information_schema(
        &self,
        dataset: &str,
        view: &str,
    ) -> Result<String, QueryError> {
        let tables = self.context.catalog.tables_of(dataset);
        let (columns, rows): (&str, Vec<String>) = match view {
            "TABLES" => (
                "table_catalog, table_schema, table_name, table_type, is_insertable_into, is_typed",
                tables.map(table_row).collect(),
            ),
            "COLUMNS" => (
                "table_catalog, table_schema, table_name, column_name, ordinal_position, is_nullable, data_type",
                tables.flat_map(column_rows).collect(),
            ),
            other => {
                return Err(QueryError::unsupported(format!(
                    "INFORMATION_SCHEMA.{other}"
                )));
            }
        };
        if rows.is_empty() {
            return Err(QueryError::unsupported(
                "INFORMATION_SCHEMA of an empty dataset",
            ));
        }
        Ok(format!(
            "(SELECT * FROM (VALUES {}) AS t({columns}))",
            rows.join(", ")
        ))
    }
}

/// Jobs are looked up in a region, ours or none.
fn require_region(qualifiers: &[&str], name: &ObjectName) -> Result<(), QueryError> {
    let region = match qualifiers {
        [project, region] if *project == PROJECT => region,
        [region] => region,
        _ => "",
    };
    if region.eq_ignore_ascii_case("region-us") {
        return Ok(());
    }
    Err(QueryError::invalid_query(format!(
        "{name} must be qualified with the region of the project (e.g. `region-us`)."
    )))
}

fn table_row(table: &Table) -> String {
    let (kind, insertable) = if table.view_query.is_some() {
        ("VIEW", "NO")
    } else {
        ("BASE TABLE", "YES")
    };
    let TableName { dataset, table } = &table.name;
    let texts = [PROJECT, dataset, table, kind, insertable, "NO"].map(literals::text);
    format!("({})", texts.join(", "))
}

fn column_rows(table: &Table) -> Vec<String> {
    let describe = |(index, field): (usize, &crate::engine::Field)| {
        let nullable = if field.required { "NO" } else { "YES" };
        let place = [PROJECT, &table.name.dataset, &table.name.table, &field.name]
            .map(literals::text)
            .join(", ");
        let data_type = literals::text(&field.column_type.sql_name());
        format!(
            "({place}, {}::BIGINT, '{nullable}', {data_type})",
            index + 1
        )
    };
    table.columns.iter().enumerate().map(describe).collect()
}
