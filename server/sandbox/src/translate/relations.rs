//! `FROM` clauses: tables, wildcard tables, joins, subqueries, `UNNEST`, `PIVOT`, samples.

use sqlparser::ast::{
    Expr, ExprWithAlias, Ident, Join, JoinConstraint, JoinOperator, PivotValueSource, TableAlias,
    TableFactor, TableSampleKind, TableSampleMethod, TableSampleUnit, TableWithJoins,
};

use super::{Relation, Rendered, Renderer, Shape, names::Named, statements::last_part, translate};
use crate::{
    engine::{JOBS, TableName, quote},
    error::QueryError,
};

impl Renderer<'_> {
    /// ` FROM …`, or nothing.
    pub(super) fn from(&mut self, tables: &[TableWithJoins]) -> Rendered {
        if tables.is_empty() {
            return Ok(String::new());
        }
        Ok(format!(" FROM {}", self.tables(tables)?))
    }

    pub(super) fn tables(&mut self, tables: &[TableWithJoins]) -> Rendered {
        let rendered = tables
            .iter()
            .map(|table| self.joined_table(table))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rendered.join(", "))
    }

    fn joined_table(&mut self, table: &TableWithJoins) -> Rendered {
        let mut sql = self.relation(&table.relation)?;
        for join in &table.joins {
            sql += &self.join(join)?;
        }
        Ok(sql)
    }

    fn join(&mut self, join: &Join) -> Rendered {
        let (keyword, constraint) = match &join.join_operator {
            JoinOperator::Join(JoinConstraint::None)
            | JoinOperator::Inner(JoinConstraint::None) => ("CROSS JOIN", &JoinConstraint::None),
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => {
                ("JOIN", constraint)
            }
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => {
                ("LEFT JOIN", constraint)
            }
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => {
                ("RIGHT JOIN", constraint)
            }
            JoinOperator::FullOuter(constraint) => ("FULL JOIN", constraint),
            JoinOperator::CrossJoin(constraint @ JoinConstraint::None) => {
                ("CROSS JOIN", constraint)
            }
            _ => return Err(QueryError::unsupported("this form of JOIN")),
        };
        let relation = self.relation(&join.relation)?;
        let constraint = self.join_constraint(keyword, constraint, &join.relation)?;
        Ok(format!(" {keyword} {relation}{constraint}"))
    }

    fn join_constraint(
        &mut self,
        keyword: &str,
        constraint: &JoinConstraint,
        joined: &TableFactor,
    ) -> Rendered {
        match constraint {
            JoinConstraint::On(condition) => Ok(format!(" ON {}", self.expression(condition)?)),
            JoinConstraint::Using(columns) => {
                let columns = columns
                    .iter()
                    .map(last_part)
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(format!(" USING ({})", columns.join(", ")))
            }
            JoinConstraint::None if keyword == "CROSS JOIN" => Ok(String::new()),
            JoinConstraint::None if matches!(joined, TableFactor::UNNEST { .. }) => {
                Ok(" ON TRUE".into())
            }
            JoinConstraint::None | JoinConstraint::Natural => Err(QueryError::invalid_query(
                format!("{keyword} must have an ON or USING clause"),
            )),
        }
    }

    pub(super) fn relation(&mut self, factor: &TableFactor) -> Rendered {
        match factor {
            TableFactor::Table {
                args: None,
                version: None,
                json_path: None,
                with_ordinality: false,
                ..
            } => self.named_table(factor),
            TableFactor::Table {
                name,
                version: Some(_),
                ..
            } => Err(QueryError::unsupported(format!("{name} FOR SYSTEM_TIME"))),
            TableFactor::Derived {
                lateral: false,
                subquery,
                alias,
                sample: None,
            } => {
                let query = self.query(subquery)?;
                let alias = alias_name(alias.as_ref())?
                    .map_or_else(|| self.fresh(), |ident| ident.value.clone());
                self.define(
                    &alias,
                    Shape::Columns {
                        known: None,
                        suffix: false,
                    },
                );
                Ok(format!("({query}) AS {}", quote(&alias)))
            }
            TableFactor::UNNEST {
                alias,
                array_exprs,
                with_offset,
                with_offset_alias,
                with_ordinality: false,
            } => {
                let [array] = array_exprs.as_slice() else {
                    return Err(QueryError::unsupported("UNNEST of several arrays"));
                };
                let offset = with_offset.then(|| offset_name(with_offset_alias.as_ref()));
                self.unnest(array, alias_name(alias.as_ref())?, offset)
            }
            TableFactor::NestedJoin {
                table_with_joins,
                alias: None,
            } => Ok(format!("({})", self.joined_table(table_with_joins)?)),
            TableFactor::Pivot { .. } => self.pivot(factor),
            other => Err(QueryError::unsupported(format!("{other} in FROM"))),
        }
    }

    pub(super) fn define(&mut self, alias: &str, shape: Shape) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.relations.push(Relation {
                alias: alias.to_owned(),
                shape,
            });
        }
    }

    fn named_table(&mut self, factor: &TableFactor) -> Rendered {
        let TableFactor::Table {
            name,
            alias,
            with_hints,
            partitions,
            sample,
            index_hints,
            ..
        } = factor
        else {
            return Err(QueryError::unsupported("this table"));
        };
        if !with_hints.is_empty() || !partitions.is_empty() || !index_hints.is_empty() {
            return Err(QueryError::unsupported(format!("hints on {name}")));
        }
        let alias = alias_name(alias.as_ref())?;
        let named = match self.resolve(name)? {
            Named::Path(path) => return self.unnest(&Expr::CompoundIdentifier(path), alias, None),
            named => named,
        };
        let (relation, default_alias, shape) = self.source(named)?;
        let alias = alias.map_or(default_alias, |ident| ident.value.clone());
        self.define(&alias, shape);
        Ok(format!(
            "{relation} AS {}{}",
            quote(&alias),
            sample_clause(sample.as_ref())?
        ))
    }

    /// The engine's SQL for a table, its name where it has no alias, and how `*` sees it.
    fn source(&mut self, named: Named) -> Result<(String, String, Shape), QueryError> {
        let unknown = Shape::Columns {
            known: None,
            suffix: false,
        };
        Ok(match named {
            Named::Path(_) => return Err(QueryError::unsupported("an array in this place")),
            Named::Common(common) => (quote(&common), common, unknown),
            Named::Information { dataset, view } => {
                (self.information_schema(&dataset, &view)?, view, unknown)
            }
            Named::Jobs => (JOBS.to_owned(), "JOBS".to_owned(), unknown),
            Named::Wildcard { dataset, prefix } => {
                let shape = Shape::Columns {
                    known: None,
                    suffix: true,
                };
                (self.wildcard_table(&dataset, &prefix)?, prefix, shape)
            }
            Named::Table(table) => {
                self.refer(&table)?;
                let shape = Shape::Columns {
                    known: Some(table.clone()),
                    suffix: false,
                };
                (table.quoted(), table.table, shape)
            }
        })
    }

    /// Notes that a table is read; a view counts as the tables below it.
    pub(super) fn refer(&mut self, table: &TableName) -> Result<(), QueryError> {
        match self.context.catalog.table(table)?.view_query {
            Some(query) => self
                .references
                .extend(translate(query, self.context)?.references),
            None => {
                self.references.insert(table.clone());
            }
        }
        Ok(())
    }

    /// All tables with a prefix, one above the other, with the rest of their names as a column.
    ///
    /// Source: <https://cloud.google.com/bigquery/docs/querying-wildcard-tables>
    fn wildcard_table(&mut self, dataset: &str, prefix: &str) -> Rendered {
        let catalog = self.context.catalog;
        let members: Vec<&TableName> = catalog
            .tables_of(dataset)
            .filter(|table| table.view_query.is_none() && table.name.table.starts_with(prefix))
            .map(|table| &table.name)
            .collect();
        if members.is_empty() {
            return Err(QueryError::not_found(format!(
                "demo:{dataset}.{prefix}* does not match any table."
            )));
        }
        let mut branches = Vec::with_capacity(members.len());
        for member in members {
            self.refer(member)?;
            let suffix = super::literals::text(&member.table[prefix.len()..]);
            branches.push(format!(
                "SELECT *, {suffix} AS \"_TABLE_SUFFIX\" FROM {}",
                member.quoted()
            ));
        }
        Ok(format!("({})", branches.join(" UNION ALL BY NAME ")))
    }

    fn pivot(&mut self, factor: &TableFactor) -> Rendered {
        let TableFactor::Pivot {
            table,
            aggregate_functions,
            value_column,
            value_source,
            default_on_null: None,
            alias,
        } = factor
        else {
            return Err(QueryError::unsupported("this form of PIVOT"));
        };
        let ([aggregate], [column], PivotValueSource::List(values)) = (
            aggregate_functions.as_slice(),
            value_column.as_slice(),
            value_source,
        ) else {
            return Err(QueryError::unsupported(
                "PIVOT with several aggregates or columns",
            ));
        };
        if aggregate.alias.is_some() {
            return Err(QueryError::unsupported("PIVOT with a named aggregate"));
        }
        let table = self.relation(table)?;
        let (aggregate, column) = (self.expression(&aggregate.expr)?, self.expression(column)?);
        let values = values
            .iter()
            .map(|value| self.pivot_value(value))
            .collect::<Result<Vec<_>, _>>()?
            .join(", ");
        let alias =
            alias_name(alias.as_ref())?.map_or_else(|| self.fresh(), |ident| ident.value.clone());
        Ok(format!(
            "{table} PIVOT ({aggregate} FOR {column} IN ({values})) AS {}",
            quote(&alias)
        ))
    }

    fn pivot_value(&mut self, value: &ExprWithAlias) -> Rendered {
        let sql = self.expression(&value.expr)?;
        Ok(match &value.alias {
            Some(alias) => format!("{sql} AS {}", quote(&alias.value)),
            None => sql,
        })
    }
}

/// The alias's name; one with a list of columns is refused.
pub(super) fn alias_name(alias: Option<&TableAlias>) -> Result<Option<&Ident>, QueryError> {
    match alias {
        None => Ok(None),
        Some(alias) if alias.columns.is_empty() && alias.at.is_none() => Ok(Some(&alias.name)),
        Some(alias) => Err(QueryError::unsupported(format!("the alias {alias}"))),
    }
}

fn offset_name(alias: Option<&Ident>) -> String {
    alias.map_or_else(|| "offset".to_owned(), |ident| ident.value.clone())
}

/// ` TABLESAMPLE SYSTEM (10 PERCENT)`.
fn sample_clause(sample: Option<&TableSampleKind>) -> Rendered {
    let Some(TableSampleKind::BeforeTableAlias(sample) | TableSampleKind::AfterTableAlias(sample)) =
        sample
    else {
        return Ok(String::new());
    };
    let percent = match (&sample.name, &sample.quantity) {
        (Some(TableSampleMethod::System), Some(quantity))
            if quantity.unit == Some(TableSampleUnit::Percent) =>
        {
            quantity.value.to_string().parse::<f64>().ok()
        }
        _ => None,
    };
    match percent {
        Some(percent)
            if sample.seed.is_none() && sample.bucket.is_none() && sample.offset.is_none() =>
        {
            Ok(format!(" TABLESAMPLE SYSTEM ({percent} PERCENT)"))
        }
        _ => Err(QueryError::unsupported("this form of TABLESAMPLE")),
    }
}
