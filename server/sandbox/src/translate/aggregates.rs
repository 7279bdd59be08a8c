//! Aggregate and window functions, with `DISTINCT`, `ORDER BY`, `LIMIT` and `OVER`.

use sqlparser::ast::{
    DuplicateTreatment, Function, FunctionArg, FunctionArgExpr, FunctionArgumentClause,
    FunctionArguments, NullTreatment, OrderByExpr, WindowFrame, WindowFrameBound, WindowSpec,
    WindowType,
};

use super::{Rendered, Renderer};
use crate::error::QueryError;

/// Functions that are the same in the engine but for their name.
const SAME: &[(&str, &str)] = &[
    ("COUNT", "count"),
    ("SUM", "sum"),
    ("AVG", "avg"),
    ("MIN", "min"),
    ("MAX", "max"),
    ("MIN_BY", "min_by"),
    ("MAX_BY", "max_by"),
    ("ANY_VALUE", "any_value"),
    ("LOGICAL_AND", "bool_and"),
    ("LOGICAL_OR", "bool_or"),
    ("BIT_AND", "bit_and"),
    ("BIT_OR", "bit_or"),
    ("BIT_XOR", "bit_xor"),
    ("STDDEV", "stddev_samp"),
    ("STDDEV_SAMP", "stddev_samp"),
    ("STDDEV_POP", "stddev_pop"),
    ("VARIANCE", "var_samp"),
    ("VAR_SAMP", "var_samp"),
    ("VAR_POP", "var_pop"),
    ("CORR", "corr"),
    ("COVAR_SAMP", "covar_samp"),
    ("COVAR_POP", "covar_pop"),
    ("GROUPING", "grouping"),
    ("ROW_NUMBER", "row_number"),
    ("RANK", "rank"),
    ("DENSE_RANK", "dense_rank"),
    ("PERCENT_RANK", "percent_rank"),
    ("CUME_DIST", "cume_dist"),
    ("NTILE", "ntile"),
    ("LAG", "lag"),
    ("LEAD", "lead"),
    ("FIRST_VALUE", "first_value"),
    ("LAST_VALUE", "last_value"),
    ("NTH_VALUE", "nth_value"),
    ("PERCENTILE_CONT", "quantile_cont"),
    ("PERCENTILE_DISC", "quantile_disc"),
];

/// Functions which need more than a new name.
const DIFFERENT: &[&str] = &[
    "COUNTIF",
    "APPROX_COUNT_DISTINCT",
    "ARRAY_AGG",
    "ARRAY_CONCAT_AGG",
    "STRING_AGG",
    "APPROX_QUANTILES",
];

/// A call of an aggregate, taken apart.
struct Call {
    distinct: &'static str,
    arguments: Vec<String>,
    order_by: String,
    limit: Option<String>,
    nulls: Option<NullTreatment>,
    over: String,
}

impl Renderer<'_> {
    /// The call, if the function is an aggregate or window function.
    pub(super) fn aggregate(
        &mut self,
        name: &str,
        function: &Function,
    ) -> Result<Option<String>, QueryError> {
        let same = SAME
            .iter()
            .find(|(bigquery, _)| *bigquery == name)
            .map(|(_, engine)| *engine);
        if same.is_none() && !DIFFERENT.contains(&name) {
            return Ok(None);
        }
        let call = self.take_apart(function)?;
        same.map_or_else(|| call.different(name), |engine| call.same(engine))
            .map(Some)
    }

    fn take_apart(&mut self, function: &Function) -> Result<Call, QueryError> {
        let mut call = Call {
            distinct: "",
            arguments: Vec::new(),
            order_by: String::new(),
            limit: None,
            nulls: function.null_treatment,
            over: function
                .over
                .as_ref()
                .map(|window| self.over(window))
                .transpose()?
                .unwrap_or_default(),
        };
        let FunctionArguments::List(list) = &function.args else {
            return Ok(call);
        };
        if matches!(list.duplicate_treatment, Some(DuplicateTreatment::Distinct)) {
            call.distinct = "DISTINCT ";
        }
        for argument in &list.args {
            call.arguments.push(match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(expression)) => {
                    self.expression(expression)?
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => "*".into(),
                other => return Err(QueryError::unsupported(format!("the argument {other}"))),
            });
        }
        for clause in &list.clauses {
            match clause {
                FunctionArgumentClause::IgnoreOrRespectNulls(treatment) => {
                    call.nulls = Some(*treatment);
                }
                FunctionArgumentClause::OrderBy(keys) => {
                    call.order_by = format!(" ORDER BY {}", self.order_keys(keys)?);
                }
                FunctionArgumentClause::Limit(limit) => call.limit = Some(self.expression(limit)?),
                other => {
                    return Err(QueryError::unsupported(format!(
                        "{other} inside a function"
                    )));
                }
            }
        }
        Ok(call)
    }

    fn over(&mut self, window: &WindowType) -> Rendered {
        match window {
            WindowType::NamedWindow(name) => {
                Ok(format!(" OVER {}", crate::engine::quote(&name.value)))
            }
            WindowType::WindowSpec(spec) => Ok(format!(" OVER ({})", self.window(spec)?)),
        }
    }

    /// The inside of `OVER (…)`.
    pub(super) fn window(&mut self, spec: &WindowSpec) -> Rendered {
        let mut parts = Vec::new();
        if let Some(name) = &spec.window_name {
            parts.push(crate::engine::quote(&name.value));
        }
        if !spec.partition_by.is_empty() {
            parts.push(format!("PARTITION BY {}", self.list(&spec.partition_by)?));
        }
        if !spec.order_by.is_empty() {
            parts.push(format!("ORDER BY {}", self.order_keys(&spec.order_by)?));
        }
        if let Some(frame) = &spec.window_frame {
            parts.push(self.frame(frame)?);
        }
        Ok(parts.join(" "))
    }

    fn frame(&mut self, frame: &WindowFrame) -> Rendered {
        let start = self.bound(&frame.start_bound)?;
        Ok(match &frame.end_bound {
            Some(end) => format!("{} BETWEEN {start} AND {}", frame.units, self.bound(end)?),
            None => format!("{} {start}", frame.units),
        })
    }

    fn bound(&mut self, bound: &WindowFrameBound) -> Rendered {
        Ok(match bound {
            WindowFrameBound::CurrentRow => "CURRENT ROW".into(),
            WindowFrameBound::Preceding(None) => "UNBOUNDED PRECEDING".into(),
            WindowFrameBound::Following(None) => "UNBOUNDED FOLLOWING".into(),
            WindowFrameBound::Preceding(Some(rows)) => {
                format!("{} PRECEDING", self.expression(rows)?)
            }
            WindowFrameBound::Following(Some(rows)) => {
                format!("{} FOLLOWING", self.expression(rows)?)
            }
        })
    }

    /// The keys of an `ORDER BY` inside a function or window.
    pub(super) fn order_keys(&mut self, keys: &[OrderByExpr]) -> Rendered {
        let rendered = keys
            .iter()
            .map(|key| {
                let expression = self.expression(&key.expr)?;
                self.order_key(&expression, key)
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(rendered.join(", "))
    }
}

impl Call {
    fn same(&self, engine: &str) -> Rendered {
        if self.limit.is_some() {
            return Err(QueryError::unsupported("LIMIT inside this function"));
        }
        let nulls = match self.nulls {
            Some(NullTreatment::IgnoreNulls) => " IGNORE NULLS",
            _ => "",
        };
        let Self {
            distinct,
            order_by,
            over,
            ..
        } = self;
        Ok(format!(
            "{engine}({distinct}{}{order_by}{nulls}){over}",
            self.arguments.join(", ")
        ))
    }

    fn different(&self, name: &str) -> Rendered {
        let Self {
            distinct,
            order_by,
            over,
            ..
        } = self;
        match (name, self.arguments.as_slice()) {
            ("COUNTIF", [condition]) if distinct.is_empty() => {
                Ok(format!("count(*) FILTER (WHERE {condition}){over}"))
            }
            ("APPROX_COUNT_DISTINCT", [value]) => Ok(format!("count(DISTINCT {value}){over}")),
            ("ARRAY_AGG", [value]) => {
                let filter = match self.nulls {
                    Some(NullTreatment::IgnoreNulls) => {
                        format!(" FILTER (WHERE {value} IS NOT NULL)")
                    }
                    _ => String::new(),
                };
                Ok(self.limited(&format!(
                    "array_agg({distinct}{value}{order_by}){filter}{over}"
                )))
            }
            ("ARRAY_CONCAT_AGG", [value]) => Ok(format!(
                "flatten({})",
                self.limited(&format!("array_agg({value}{order_by})"))
            )),
            ("STRING_AGG", [value]) => Ok(self.text(value, "','")),
            ("STRING_AGG", [value, delimiter]) => Ok(self.text(value, delimiter)),
            ("APPROX_QUANTILES", [value, count]) => quantiles(value, count),
            _ => Err(QueryError::invalid_query(format!(
                "No matching signature for aggregate function {name}"
            ))),
        }
    }

    /// `STRING_AGG` through a list, because of its limit.
    fn text(&self, value: &str, delimiter: &str) -> String {
        let Self {
            distinct,
            order_by,
            over,
            ..
        } = self;
        let list = format!(
            "array_agg({distinct}{value}{order_by}) FILTER (WHERE {value} IS NOT NULL){over}"
        );
        format!("array_to_string({}, {delimiter})", self.limited(&list))
    }

    fn limited(&self, list: &str) -> String {
        match &self.limit {
            Some(limit) => format!("list_slice({list}, 1, {limit})"),
            None => list.to_owned(),
        }
    }
}

/// `APPROX_QUANTILES(x, n)`: the `n + 1` boundaries, here exact.
fn quantiles(value: &str, count: &str) -> Rendered {
    let count: u16 = count
        .trim_end_matches("::BIGINT")
        .parse()
        .ok()
        .filter(|count| (1..=1000).contains(count))
        .ok_or_else(|| {
            QueryError::unsupported(
                "APPROX_QUANTILES with a number that is not a literal from 1 to 1000",
            )
        })?;
    let boundaries: Vec<String> = (0..=count)
        .map(|index| (f64::from(index) / f64::from(count)).to_string())
        .collect();
    Ok(format!(
        "quantile_disc({value}, [{}])",
        boundaries.join(", ")
    ))
}
