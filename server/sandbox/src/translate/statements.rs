//! Statements: queries, and what changes tables.

use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, FromTable, Insert, Merge, MergeAction, MergeClause,
    MergeClauseKind, MergeInsertKind, MergeUpdateKind, ObjectName, ObjectType, Query, SetExpr,
    Statement, TableFactor, TableObject, TableWithJoins, Truncate, Update, UpdateTableFromKind,
    Values,
};

use super::{Kind, Rendered, Renderer, Scope, names};
use crate::{engine::quote, error::QueryError};

/// What a statement does, and the engine's SQL for it.
pub(super) type Statementful = Result<(Kind, String), QueryError>;

impl Renderer<'_> {
    pub(super) fn statement(&mut self, statement: &Statement) -> Statementful {
        match statement {
            Statement::Query(query) => Ok((Kind::Select, self.query(query)?)),
            Statement::Insert(insert) => Ok((Kind::Dml("INSERT"), self.insert(insert)?)),
            Statement::Update(update) => Ok((Kind::Dml("UPDATE"), self.update(update)?)),
            Statement::Delete(delete) => Ok((Kind::Dml("DELETE"), self.delete(delete)?)),
            Statement::Merge(merge) => Ok((Kind::Dml("MERGE"), self.merge(merge)?)),
            Statement::Truncate(truncate) => {
                Ok((Kind::Dml("TRUNCATE_TABLE"), self.truncate_table(truncate)?))
            }
            Statement::CreateTable(create) => self.create(create),
            Statement::Drop {
                object_type: ObjectType::Table,
                if_exists,
                names,
                ..
            } => {
                let [name] = names.as_slice() else {
                    return Err(QueryError::unsupported("DROP of several tables"));
                };
                Ok((Kind::Ddl("DROP_TABLE"), self.drop_table(name, *if_exists)?))
            }
            other => {
                let first = other.to_string();
                Err(QueryError::unsupported(format!(
                    "the statement {}",
                    first.split(' ').next().unwrap_or_default()
                )))
            }
        }
    }

    /// The engine's name of a table that is changed; views are not.
    pub(super) fn writable(&mut self, name: &ObjectName) -> Rendered {
        let target = self.target(name)?;
        if self.context.catalog.table(&target)?.view_query.is_some() {
            return Err(QueryError::invalid_query(format!(
                "DML over view demo:{} is not supported",
                target.path()
            )));
        }
        self.references.insert(target.clone());
        Ok(target.quoted())
    }

    fn insert(&mut self, insert: &Insert) -> Rendered {
        let odd = insert.or.is_some()
            || insert.ignore
            || insert.overwrite
            || insert.replace_into
            || insert.on.is_some()
            || insert.returning.is_some()
            || insert.table_alias.is_some()
            || !insert.assignments.is_empty()
            || insert.partitioned.is_some()
            || insert.multi_table_insert_type.is_some();
        let (TableObject::TableName(name), Some(source), false) =
            (&insert.table, &insert.source, odd)
        else {
            return Err(QueryError::unsupported("this form of INSERT"));
        };
        let table = self.writable(name)?;
        let columns = self.column_list(&insert.columns)?;
        Ok(format!(
            "INSERT INTO {table}{columns} {}",
            self.rows(source)?
        ))
    }

    fn rows(&mut self, source: &Query) -> Rendered {
        match source.body.as_ref() {
            SetExpr::Values(values) => self.values(values),
            _ => self.query(source),
        }
    }

    fn values(&mut self, values: &Values) -> Rendered {
        let rows = values
            .rows
            .iter()
            .map(|row| Ok(format!("({})", self.list(&row.content)?)))
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(format!("VALUES {}", rows.join(", ")))
    }

    /// ` (a, b)`, or nothing.
    #[expect(clippy::unused_self, reason = "reads as one of the renderer's steps")]
    fn column_list(&self, columns: &[ObjectName]) -> Rendered {
        if columns.is_empty() {
            return Ok(String::new());
        }
        let names = columns
            .iter()
            .map(last_part)
            .collect::<Result<Vec<_>, _>>()?;
        Ok(format!(" ({})", names.join(", ")))
    }

    fn assignments(&mut self, assignments: &[Assignment]) -> Rendered {
        let rendered = assignments
            .iter()
            .map(|assignment| match &assignment.target {
                AssignmentTarget::ColumnName(name) => Ok(format!(
                    "{} = {}",
                    last_part(name)?,
                    self.expression(&assignment.value)?
                )),
                AssignmentTarget::Tuple(_) => {
                    Err(QueryError::unsupported("an assignment to several columns"))
                }
            })
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(rendered.join(", "))
    }

    /// The only table of an `UPDATE` or `DELETE`, with its alias.
    fn only_table(&mut self, table: &TableWithJoins) -> Rendered {
        if !table.joins.is_empty() {
            return Err(QueryError::unsupported("a join in this place"));
        }
        self.changed(&table.relation)
    }

    fn changed(&mut self, factor: &TableFactor) -> Rendered {
        let TableFactor::Table { name, .. } = factor else {
            return Err(QueryError::unsupported(
                "DML on something that is not a table",
            ));
        };
        self.writable(name)?;
        self.relation(factor)
    }

    fn update(&mut self, update: &Update) -> Rendered {
        let odd = update.returning.is_some()
            || update.or.is_some()
            || update.limit.is_some()
            || !update.order_by.is_empty();
        let Some(condition) = &update.selection else {
            return Err(QueryError::invalid_query("UPDATE must have a WHERE clause"));
        };
        if odd {
            return Err(QueryError::unsupported("this form of UPDATE"));
        }
        self.in_scope(|renderer| {
            let table = renderer.only_table(&update.table)?;
            let from = match &update.from {
                None => String::new(),
                Some(UpdateTableFromKind::AfterSet(tables)) => renderer.from(tables)?,
                Some(UpdateTableFromKind::BeforeSet(_)) => {
                    return Err(QueryError::unsupported("UPDATE FROM before SET"));
                }
            };
            let assignments = renderer.assignments(&update.assignments)?;
            Ok(format!(
                "UPDATE {table} SET {assignments}{from} WHERE {}",
                renderer.expression(condition)?
            ))
        })
    }

    fn delete(&mut self, delete: &Delete) -> Rendered {
        let (FromTable::WithFromKeyword(tables) | FromTable::WithoutKeyword(tables)) = &delete.from;
        let Some(condition) = &delete.selection else {
            return Err(QueryError::invalid_query("DELETE must have a WHERE clause"));
        };
        let odd = delete.using.is_some()
            || delete.returning.is_some()
            || !delete.tables.is_empty()
            || delete.limit.is_some();
        let ([table], false) = (tables.as_slice(), odd) else {
            return Err(QueryError::unsupported("this form of DELETE"));
        };
        self.in_scope(|renderer| {
            let table = renderer.only_table(table)?;
            Ok(format!(
                "DELETE FROM {table} WHERE {}",
                renderer.expression(condition)?
            ))
        })
    }

    fn merge(&mut self, merge: &Merge) -> Rendered {
        if merge.output.is_some() {
            return Err(QueryError::unsupported("MERGE with OUTPUT"));
        }
        self.in_scope(|renderer| {
            let target = renderer.changed(&merge.table)?;
            let source = renderer.relation(&merge.source)?;
            let condition = renderer.expression(&merge.on)?;
            let mut sql = format!("MERGE INTO {target} USING {source} ON {condition}");
            for clause in &merge.clauses {
                sql += &renderer.merge_clause(clause)?;
            }
            Ok(sql)
        })
    }

    fn merge_clause(&mut self, clause: &MergeClause) -> Rendered {
        let kind = match clause.clause_kind {
            MergeClauseKind::Matched => "MATCHED",
            MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => "NOT MATCHED",
            MergeClauseKind::NotMatchedBySource => "NOT MATCHED BY SOURCE",
        };
        let predicate = match &clause.predicate {
            Some(predicate) => format!(" AND {}", self.expression(predicate)?),
            None => String::new(),
        };
        let action = match &clause.action {
            MergeAction::Delete { .. } => "DELETE".into(),
            MergeAction::Update(update) => match &update.kind {
                MergeUpdateKind::Set(assignments) => {
                    format!("UPDATE SET {}", self.assignments(assignments)?)
                }
                MergeUpdateKind::Wildcard => {
                    return Err(QueryError::unsupported("UPDATE * in MERGE"));
                }
            },
            MergeAction::Insert(insert) => match &insert.kind {
                MergeInsertKind::Values(values) => {
                    format!(
                        "INSERT{} {}",
                        self.column_list(&insert.columns)?,
                        self.values(values)?
                    )
                }
                _ => return Err(QueryError::unsupported("INSERT ROW in MERGE")),
            },
            MergeAction::DoNothing { .. } => {
                return Err(QueryError::unsupported("DO NOTHING in MERGE"));
            }
        };
        Ok(format!(" WHEN {kind}{predicate} THEN {action}"))
    }

    fn truncate_table(&mut self, truncate: &Truncate) -> Rendered {
        match truncate.table_names.as_slice() {
            [table] if truncate.partitions.is_none() => {
                Ok(format!("DELETE FROM {}", self.writable(&table.name)?))
            }
            _ => Err(QueryError::unsupported("this form of TRUNCATE")),
        }
    }

    fn in_scope(&mut self, render: impl FnOnce(&mut Self) -> Rendered) -> Rendered {
        self.scopes.push(Scope::default());
        let rendered = render(self);
        self.scopes.pop();
        rendered
    }
}

/// The last part of a column's name, quoted.
pub(super) fn last_part(name: &ObjectName) -> Rendered {
    names::parts(name)?
        .last()
        .map(|part| quote(&part.value))
        .ok_or_else(|| QueryError::unsupported("a column without a name"))
}
