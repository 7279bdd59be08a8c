//! `SELECT` lists: stars with `EXCEPT` and `REPLACE`, unnamed columns, `SELECT AS STRUCT`.

use sqlparser::ast::{
    Distinct, Expr, NamedWindowDefinition, NamedWindowExpr, ReplaceSelectItem, Select,
    SelectFlavor, SelectItem, SelectItemQualifiedWildcardKind, ValueTableMode,
    WildcardAdditionalOptions,
};

use super::{
    Elements, Rendered, Renderer, Scope, Shape, composites::output_name, literals, names, types,
};
use crate::{engine::quote, error::QueryError};

impl Renderer<'_> {
    pub(super) fn select(&mut self, select: &Select) -> Rendered {
        refuse_odd(select)?;
        self.scopes.push(Scope::default());
        let rendered = self.scoped_select(select);
        self.scopes.pop();
        rendered
    }

    fn scoped_select(&mut self, select: &Select) -> Rendered {
        let from = self.from(&select.from)?;
        let as_struct = matches!(
            select.value_table_mode,
            Some(ValueTableMode::AsStruct | ValueTableMode::DistinctAsStruct)
        );
        let mut sql = String::from("SELECT ");
        sql += self.distinct(select)?;
        sql += &if as_struct {
            self.row_struct(&select.projection)?
        } else {
            self.projection(&select.projection)?
        };
        sql += &from;
        if let Some(condition) = &select.selection {
            sql += " WHERE ";
            sql += &self.expression(condition)?;
        }
        sql += &self.group_by(select)?;
        if let Some(condition) = &select.having {
            sql += " HAVING ";
            sql += &self.expression(condition)?;
        }
        if !select.named_window.is_empty() {
            sql += " WINDOW ";
            sql += &self.windows(&select.named_window)?;
        }
        if let Some(condition) = &select.qualify {
            sql += " QUALIFY ";
            sql += &self.expression(condition)?;
        }
        Ok(sql)
    }

    #[expect(clippy::unused_self, reason = "reads as one of the renderer's steps")]
    fn distinct(&self, select: &Select) -> Result<&'static str, QueryError> {
        let by_mode = matches!(
            select.value_table_mode,
            Some(ValueTableMode::DistinctAsStruct | ValueTableMode::DistinctAsValue)
        );
        match select.distinct {
            Some(Distinct::Distinct) => Ok("DISTINCT "),
            None | Some(Distinct::All) if by_mode => Ok("DISTINCT "),
            None | Some(Distinct::All) => Ok(""),
            Some(Distinct::On(_)) => Err(QueryError::unsupported("DISTINCT ON")),
        }
    }

    fn windows(&mut self, windows: &[NamedWindowDefinition]) -> Rendered {
        let rendered = windows
            .iter()
            .map(|NamedWindowDefinition(name, window)| match window {
                NamedWindowExpr::WindowSpec(spec) => Ok(format!(
                    "{} AS ({})",
                    quote(&name.value),
                    self.window(spec)?
                )),
                NamedWindowExpr::NamedWindow(_) => {
                    Err(QueryError::unsupported("a window that names another"))
                }
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rendered.join(", "))
    }

    fn projection(&mut self, items: &[SelectItem]) -> Rendered {
        let mut columns = Vec::with_capacity(items.len());
        let mut anonymous = 0;
        for item in items {
            columns.push(match item {
                SelectItem::UnnamedExpr(
                    expression @ (Expr::Identifier(_) | Expr::CompoundIdentifier(_)),
                ) if output_name(expression).is_some() => self.expression(expression)?,
                SelectItem::UnnamedExpr(expression) => {
                    let name = output_name(expression).unwrap_or_else(|| {
                        anonymous += 1;
                        format!("f{}_", anonymous - 1)
                    });
                    format!("{} AS {}", self.expression(expression)?, quote(&name))
                }
                SelectItem::ExprWithAlias { expr, alias } => {
                    format!("{} AS {}", self.expression(expr)?, quote(&alias.value))
                }
                SelectItem::Wildcard(options) => self.star(options)?,
                SelectItem::QualifiedWildcard(qualifier, options) => {
                    self.qualified_star(qualifier, options)?
                }
                SelectItem::ExprWithAliases { .. } => {
                    return Err(QueryError::unsupported("several aliases"));
                }
            });
        }
        Ok(columns.join(", "))
    }

    fn star(&mut self, options: &WildcardAdditionalOptions) -> Rendered {
        let relations = self.scopes.last().map_or(&[][..], |scope| &scope.relations);
        if !relations
            .iter()
            .any(|relation| matches!(relation.shape, Shape::Elements { .. }))
        {
            let suffix = relations
                .iter()
                .any(|relation| matches!(relation.shape, Shape::Columns { suffix: true, .. }));
            return Ok(format!("*{}", self.star_options(options, suffix)?));
        }
        if options.opt_except.is_some() || options.opt_replace.is_some() {
            return Err(QueryError::unsupported(
                "* EXCEPT or * REPLACE over UNNEST; qualify the star",
            ));
        }
        let mut columns = Vec::new();
        for relation in relations {
            let alias = quote(&relation.alias);
            match &relation.shape {
                Shape::Columns { suffix: false, .. } => columns.push(format!("{alias}.*")),
                Shape::Columns { .. } => {
                    columns.push(format!("{alias}.* EXCLUDE (\"_TABLE_SUFFIX\")"));
                }
                Shape::Elements { elements, offset } => {
                    columns.push(match elements {
                        Elements::Structs => format!("{alias}.*"),
                        Elements::Scalars => alias,
                        Elements::Unknown => {
                            return Err(QueryError::unsupported(
                                "* over UNNEST of an expression; name the columns",
                            ));
                        }
                    });
                    columns.extend(offset.as_deref().map(quote));
                }
            }
        }
        Ok(columns.join(", "))
    }

    fn qualified_star(
        &mut self,
        qualifier: &SelectItemQualifiedWildcardKind,
        options: &WildcardAdditionalOptions,
    ) -> Rendered {
        let suffix = match qualifier {
            SelectItemQualifiedWildcardKind::ObjectName(name) => {
                self.is_wildcard_table(&name.to_string())
            }
            SelectItemQualifiedWildcardKind::Expr(_) => false,
        };
        let path = self.star_path(qualifier)?;
        Ok(format!("{path}.*{}", self.star_options(options, suffix)?))
    }

    fn is_wildcard_table(&self, alias: &str) -> bool {
        self.scopes
            .iter()
            .flat_map(|scope| &scope.relations)
            .any(|relation| {
                relation.alias.eq_ignore_ascii_case(alias)
                    && matches!(relation.shape, Shape::Columns { suffix: true, .. })
            })
    }

    fn star_path(&mut self, qualifier: &SelectItemQualifiedWildcardKind) -> Rendered {
        match qualifier {
            SelectItemQualifiedWildcardKind::ObjectName(name) => self.path(&names::parts(name)?),
            SelectItemQualifiedWildcardKind::Expr(expression) => {
                Ok(format!("({})", self.expression(expression)?))
            }
        }
    }

    /// ` EXCLUDE (…) REPLACE (…)`.
    fn star_options(&mut self, options: &WildcardAdditionalOptions, suffix: bool) -> Rendered {
        refuse_odd_star(options)?;
        let mut excluded: Vec<String> = if suffix {
            vec![quote("_TABLE_SUFFIX")]
        } else {
            Vec::new()
        };
        if let Some(except) = &options.opt_except {
            excluded.push(quote(&except.first_element.value));
            excluded.extend(
                except
                    .additional_elements
                    .iter()
                    .map(|column| quote(&column.value)),
            );
        }
        let mut sql = String::new();
        if !excluded.is_empty() {
            sql = format!(" EXCLUDE ({})", excluded.join(", "));
        }
        if let Some(replace) = &options.opt_replace {
            sql = format!(
                "{sql} REPLACE ({})",
                self.replacements(replace, |name, value| format!("{value} AS {}", quote(name)))?
            );
        }
        Ok(sql)
    }

    /// The entries of `REPLACE`, each written by name and value.
    fn replacements(
        &mut self,
        replace: &ReplaceSelectItem,
        write: fn(&str, &str) -> String,
    ) -> Rendered {
        let rendered = replace
            .items
            .iter()
            .map(|item| {
                Ok(write(
                    &item.column_name.value,
                    &self.expression(&item.expr)?,
                ))
            })
            .collect::<Result<Vec<_>, QueryError>>()?;
        Ok(rendered.join(", "))
    }

    /// The one column of `SELECT AS STRUCT …`.
    fn row_struct(&mut self, items: &[SelectItem]) -> Rendered {
        let (base, items) = match items {
            [SelectItem::QualifiedWildcard(qualifier, options), rest @ ..] => {
                let path = self.star_path(qualifier)?;
                (Some(self.updated_struct(path, options)?), rest)
            }
            [SelectItem::Wildcard(options), rest @ ..] => {
                let path = self.only_relation()?;
                (Some(self.updated_struct(path, options)?), rest)
            }
            plain => (None, plain),
        };
        let fields = self.struct_fields(items)?;
        let each = |write: fn(&(String, String)) -> String| {
            fields.iter().map(write).collect::<Vec<_>>().join(", ")
        };
        Ok(match base {
            Some(base) if fields.is_empty() => base,
            Some(base) => format!(
                "struct_insert({base}, {})",
                each(|(name, value)| named_argument(name, value))
            ),
            None => format!(
                "{{{}}}",
                each(|(name, value)| format!("{}: {value}", literals::text(name)))
            ),
        })
    }

    /// The row of the only relation in `FROM`.
    fn only_relation(&self) -> Rendered {
        match self.scopes.last().map(|scope| scope.relations.as_slice()) {
            Some([relation]) => Ok(quote(&relation.alias)),
            _ => Err(QueryError::unsupported(
                "SELECT AS STRUCT * over several tables",
            )),
        }
    }

    /// The name and value of each field.
    fn struct_fields(&mut self, items: &[SelectItem]) -> Result<Vec<(String, String)>, QueryError> {
        let mut fields = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let (expression, name) = match item {
                SelectItem::UnnamedExpr(expression) => (expression, output_name(expression)),
                SelectItem::ExprWithAlias { expr, alias } => (expr, Some(alias.value.clone())),
                other => {
                    let message = format!("SELECT AS STRUCT with {other} in this place");
                    return Err(QueryError::unsupported(message));
                }
            };
            let name = name.unwrap_or_else(|| types::anonymous_field(index));
            fields.push((name, self.expression(expression)?));
        }
        Ok(fields)
    }

    /// `s.* REPLACE (x AS f)` as one value.
    fn updated_struct(&mut self, path: String, options: &WildcardAdditionalOptions) -> Rendered {
        refuse_odd_star(options)?;
        if options.opt_except.is_some() {
            return Err(QueryError::unsupported("SELECT AS STRUCT with * EXCEPT"));
        }
        match &options.opt_replace {
            None => Ok(path),
            Some(replace) => Ok(format!(
                "struct_update({path}, {})",
                self.replacements(replace, named_argument)?
            )),
        }
    }
}

/// `name := value`. The engine loses the name of an argument that is itself a macro, so the value
/// is wrapped.
fn named_argument(name: &str, value: &str) -> String {
    format!("{} := CASE WHEN true THEN {value} END", quote(name))
}

fn refuse_odd_star(options: &WildcardAdditionalOptions) -> Result<(), QueryError> {
    let odd = options.opt_ilike.is_some()
        || options.opt_exclude.is_some()
        || options.opt_rename.is_some()
        || options.opt_alias.is_some();
    if odd {
        Err(QueryError::unsupported(format!("*{options}")))
    } else {
        Ok(())
    }
}

fn refuse_odd(select: &Select) -> Result<(), QueryError> {
    let odd = !select.optimizer_hints.is_empty()
        || select.select_modifiers.is_some()
        || select.top.is_some()
        || select.exclude.is_some()
        || select.into.is_some()
        || !select.lateral_views.is_empty()
        || select.prewhere.is_some()
        || !select.connect_by.is_empty()
        || !select.cluster_by.is_empty()
        || !select.distribute_by.is_empty()
        || !select.sort_by.is_empty()
        || select.flavor != SelectFlavor::Standard
        || select.projection.is_empty();
    if odd {
        Err(QueryError::unsupported("this form of SELECT"))
    } else {
        Ok(())
    }
}
