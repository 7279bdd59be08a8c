//! Statements that make and drop tables.

use sqlparser::ast::{ColumnOption, CreateTable, CreateTableOptions, ObjectName};

use super::{Kind, Rendered, Renderer, statements::Statementful, types};
use crate::{
    engine::quote,
    error::{QueryError, Reason},
};

impl Renderer<'_> {
    pub(super) fn create(&mut self, create: &CreateTable) -> Statementful {
        let odd = create.temporary
            || create.external
            || create.transient
            || create.snapshot
            || create.like.is_some()
            || create.clone.is_some()
            || !create.constraints.is_empty()
            || !matches!(create.table_options, CreateTableOptions::None);
        if odd {
            return Err(QueryError::unsupported("this form of CREATE TABLE"));
        }
        let target = self.target(&create.name)?;
        if !create.or_replace && !create.if_not_exists && self.context.catalog.contains(&target) {
            return Err(QueryError::new(
                Reason::Duplicate,
                format!("Already Exists: Table demo:{}", target.path()),
            ));
        }
        let replace = if create.or_replace { " OR REPLACE" } else { "" };
        let condition = if create.if_not_exists {
            " IF NOT EXISTS"
        } else {
            ""
        };
        let head = format!("CREATE{replace} TABLE{condition} {}", target.quoted());
        match (&create.query, create.columns.as_slice()) {
            (Some(query), []) => Ok((
                Kind::Ddl("CREATE_TABLE_AS_SELECT"),
                format!("{head} AS {}", self.query(query)?),
            )),
            (None, [_, ..]) => Ok((
                Kind::Ddl("CREATE_TABLE"),
                format!("{head} ({})", columns(create)?),
            )),
            _ => Err(QueryError::unsupported("this form of CREATE TABLE")),
        }
    }

    pub(super) fn drop_table(&mut self, name: &ObjectName, if_exists: bool) -> Rendered {
        if if_exists {
            let target = self.target(name)?;
            return Ok(format!("DROP TABLE IF EXISTS {}", target.quoted()));
        }
        Ok(format!("DROP TABLE {}", self.writable(name)?))
    }
}

fn columns(create: &CreateTable) -> Rendered {
    let rendered = create
        .columns
        .iter()
        .map(|column| {
            let mut sql = format!(
                "{} {}",
                quote(&column.name.value),
                types::engine_type(&column.data_type)?
            );
            for option in &column.options {
                match option.option {
                    ColumnOption::NotNull => sql += " NOT NULL",
                    _ => {
                        return Err(QueryError::unsupported(format!(
                            "the column option {option}"
                        )));
                    }
                }
            }
            Ok(sql)
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(rendered.join(", "))
}
