//! What a run may know of the columns of one table: their types, tags and masks.

use domain::{Column, MaskRule, MaskRules, Mode, TableName, Tag};

use super::{ReadableTable, ServiceError, Services};
use crate::context::Context;

/// A column, or a field within one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedColumn {
    /// Its path within the table: `user.email`.
    pub path: String,
    /// GoogleSQL's name of the type; none where it is not known, as of a view's columns.
    pub data_type: Option<String>,
    /// How often it occurs in a row.
    pub mode: Mode,
    /// What it holds, where it is known.
    pub tag: Option<Tag>,
    /// What masks it where it is read.
    pub rule: Option<MaskRule>,
}

impl Services {
    /// A table or view that the run may read, with its columns; others do not exist for it.
    pub async fn described_table(
        &self,
        context: &Context,
        name: &TableName,
    ) -> Result<(ReadableTable, Vec<DescribedColumn>), ServiceError> {
        let mut tables = self.readable_tables(context).await?.into_iter();
        let found = tables.find(|table| table.name == *name);
        let found = found.ok_or(ServiceError::NotFound { what: "table" })?;
        let mut columns = Vec::new();
        if found.is_view {
            let all = self.analyse(context, &format!("SELECT * FROM `{name}`"))?;
            let outputs = all.statements.into_iter().flat_map(|s| s.columns);
            columns.extend(outputs.map(of_a_view));
        } else {
            let catalog = self.catalog.current()?;
            describe(&found.columns, "", &catalog.mask_rules, &mut columns);
        }
        Ok((found, columns))
    }
}

fn of_a_view(column: analysis::OutputColumn) -> DescribedColumn {
    DescribedColumn {
        path: column.name,
        data_type: None,
        mode: Mode::Nullable,
        tag: column.tags.into_iter().next(),
        rule: column.rule,
    }
}

/// The columns with the fields within them behind each.
fn describe(
    columns: &[Column],
    path: &str,
    rules: &MaskRules,
    described: &mut Vec<DescribedColumn>,
) {
    for column in columns {
        let path = format!("{path}{}", column.name);
        let sensitive = column.tag.as_ref().filter(|tag| tag.is_sensitive());
        described.push(DescribedColumn {
            path: path.clone(),
            data_type: Some(column.data_type.clone()),
            mode: column.mode,
            rule: sensitive.map(|tag| rules.rule(tag)),
            tag: column.tag.clone(),
        });
        describe(&column.fields, &format!("{path}."), rules, described);
    }
}
