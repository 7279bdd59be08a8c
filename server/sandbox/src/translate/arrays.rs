//! Arrays in a `FROM` clause: `UNNEST`, its offset, and what `*` sees of it.

use sqlparser::ast::{Expr, Ident};

use super::{Elements, Rendered, Renderer, Shape};
use crate::engine::{ColumnType, quote};

impl Renderer<'_> {
    /// `UNNEST(array) AS v WITH OFFSET AS o`, as a subquery that may use what stands further left.
    pub(super) fn unnest(
        &mut self,
        array: &Expr,
        alias: Option<&Ident>,
        offset: Option<String>,
    ) -> Rendered {
        let elements = self.elements_of(array);
        let array = self.expression(array)?;
        let mut columns = match (alias, elements) {
            (Some(alias), _) => format!("unnest({array}) AS {}", quote(&alias.value)),
            (None, Elements::Scalars) => format!("unnest({array}) AS f0_"),
            (None, _) => format!("unnest({array}, max_depth := 2)"),
        };
        if let Some(offset) = &offset {
            columns = format!(
                "{columns}, generate_subscripts({array}, 1) - 1 AS {}",
                quote(offset)
            );
        }
        let engine_alias = self.fresh();
        match alias {
            Some(alias) => self.define(&alias.value, Shape::Elements { elements, offset }),
            None => self.define(
                &engine_alias,
                Shape::Columns {
                    known: None,
                    suffix: false,
                },
            ),
        }
        Ok(format!("(SELECT {columns}) AS {}", quote(&engine_alias)))
    }

    /// What an array holds, so that `*` over it is right or refused.
    fn elements_of(&self, array: &Expr) -> Elements {
        match array {
            Expr::Array(array) => match array.elem.first() {
                Some(Expr::Struct { .. } | Expr::Tuple(_)) => Elements::Structs,
                Some(Expr::Value(_) | Expr::TypedString(_)) => Elements::Scalars,
                _ => Elements::Unknown,
            },
            Expr::Function(function) => {
                match function.name.to_string().to_ascii_uppercase().as_str() {
                    "GENERATE_ARRAY"
                    | "GENERATE_DATE_ARRAY"
                    | "GENERATE_TIMESTAMP_ARRAY"
                    | "SPLIT"
                    | "REGEXP_EXTRACT_ALL"
                    | "JSON_QUERY_ARRAY"
                    | "JSON_VALUE_ARRAY" => Elements::Scalars,
                    _ => Elements::Unknown,
                }
            }
            Expr::Identifier(ident) => self.column_elements(std::slice::from_ref(ident)),
            Expr::CompoundIdentifier(path) => self.column_elements(path),
            _ => Elements::Unknown,
        }
    }

    fn column_elements(&self, path: &[Ident]) -> Elements {
        let same = |name: &str, ident: &Ident| name.eq_ignore_ascii_case(&ident.value);
        for relation in self.scopes.iter().rev().flat_map(|scope| &scope.relations) {
            let Shape::Columns {
                known: Some(table), ..
            } = &relation.shape
            else {
                continue;
            };
            let Ok(table) = self.context.catalog.table(table) else {
                continue;
            };
            let path = match path {
                [first, rest @ ..] if same(&relation.alias, first) && !rest.is_empty() => rest,
                whole => whole,
            };
            let mut fields = &table.columns;
            for (index, ident) in path.iter().enumerate() {
                match fields
                    .iter()
                    .find(|field| same(&field.name, ident))
                    .map(|field| &field.column_type)
                {
                    Some(ColumnType::Struct(inner)) => fields = inner,
                    Some(ColumnType::Array(element)) if index + 1 == path.len() => {
                        return if matches!(**element, ColumnType::Struct(_)) {
                            Elements::Structs
                        } else {
                            Elements::Scalars
                        };
                    }
                    _ => break,
                }
            }
        }
        Elements::Unknown
    }
}
