//! Windows and sort keys: they decide about rows, never about values.

use sqlparser::ast::{
    NamedWindowDefinition, NamedWindowExpr, OrderByExpr, OrderBySort, WindowFrameBound, WindowSpec,
    WindowType,
};

use super::{Clause, Ctes, Output, Walk, expression::place_of, name, query::ordinal};
use crate::{
    finding::{Followed, Refusal},
    scope::Scope,
};

impl Walk<'_> {
    pub(super) fn named_window(
        &mut self,
        definition: &NamedWindowDefinition,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let NamedWindowDefinition(ident, window) = definition;
        name(ident)?;
        match window {
            NamedWindowExpr::NamedWindow(other) => name(other).map(drop),
            NamedWindowExpr::WindowSpec(spec) => self.window(spec, scope, ctes),
        }
    }

    pub(super) fn over(
        &mut self,
        over: &WindowType,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        match over {
            WindowType::NamedWindow(window) => name(window).map(drop),
            WindowType::WindowSpec(spec) => self.window(spec, scope, ctes),
        }
    }

    fn window(&mut self, spec: &WindowSpec, scope: &Scope<'_>, ctes: &Ctes) -> Followed<()> {
        let WindowSpec {
            window_name: _,
            partition_by,
            order_by,
            window_frame,
        } = spec;
        for key in partition_by {
            self.within(Clause::Window, |walk| walk.expression(key, scope, ctes))?;
        }
        for key in order_by {
            self.within(Clause::Window, |walk| walk.sort_key(key, None, scope, ctes))?;
        }
        let Some(frame) = window_frame else {
            return Ok(());
        };
        for bound in std::iter::once(&frame.start_bound).chain(&frame.end_bound) {
            match bound {
                WindowFrameBound::CurrentRow => {}
                WindowFrameBound::Preceding(rows) | WindowFrameBound::Following(rows) => {
                    if let Some(rows) = rows {
                        self.within(Clause::Window, |walk| walk.expression(rows, scope, ctes))?;
                    }
                }
            }
        }
        Ok(())
    }

    /// A key of `ORDER BY`; with an output, a whole number counts off its columns.
    pub(super) fn sort_key(
        &mut self,
        key: &OrderByExpr,
        output: Option<&Output>,
        scope: &Scope<'_>,
        ctes: &Ctes,
    ) -> Followed<()> {
        let OrderByExpr {
            expr,
            options,
            with_fill: None,
        } = key
        else {
            return Err(Refusal::unsupported(&place_of(&key.expr), "WITH FILL"));
        };
        if matches!(options.sort, Some(OrderBySort::Using(_))) {
            return Err(Refusal::unsupported(
                &place_of(expr),
                "ORDER BY with an operator",
            ));
        }
        self.within(Clause::Order, |walk| {
            match output.and_then(|output| ordinal(expr, output)) {
                Some(counted) => {
                    walk.note(&counted.value.flow, &place_of(expr));
                    Ok(())
                }
                None => walk.expression(expr, scope, ctes).map(drop),
            }
        })
    }
}
