//! Rows as they were delivered.

use leptos::prelude::*;

use crate::{
    api::sessions::{RowColumn, RowTable},
    format::{number, plural},
};

/// The first rows of a result; masked cells are hatched and name their rule on hover.
#[component]
pub fn DeliveredRows(
    /// The rows.
    table: RowTable,
) -> impl IntoView {
    let shown = table.rows.len();
    let rest = (table.total > u64::try_from(shown).unwrap_or(u64::MAX))
        .then(|| format!("The first {shown} of {} rows.", number(table.total)));
    let caption = rest.unwrap_or_else(|| plural(table.total, "row"));
    let head: Vec<_> = table.columns.iter().map(heading).collect();
    let body: Vec<_> = table
        .rows
        .into_iter()
        .map(|cells| row(&table.columns, cells))
        .collect();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Rows as delivered">
            <table class="delivered">
                <caption>{caption}</caption>
                <thead>
                    <tr>{head}</tr>
                </thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn heading(column: &RowColumn) -> AnyView {
    let masked = column
        .masked
        .then_some(view! { <span class="masked-word">"masked"</span> });
    let unmasked = column
        .unmasked
        .then_some(view! { <strong class="risk-critical unmasked">"unmasked"</strong> });
    view! { <th scope="col">{column.name.clone()}{masked}{unmasked}</th> }.into_any()
}

fn row(columns: &[RowColumn], cells: Vec<Option<String>>) -> AnyView {
    let mut columns = columns.iter();
    let cells: Vec<_> = cells
        .into_iter()
        .map(|value| cell(columns.next(), value))
        .collect();
    view! { <tr>{cells}</tr> }.into_any()
}

fn cell(column: Option<&RowColumn>, value: Option<String>) -> AnyView {
    let masked = column.is_some_and(|column| column.masked);
    let title = masked.then(|| match column.and_then(|column| column.rule) {
        Some(rule) => format!("Masked by {}: {}", rule.as_str(), rule.looks_like()),
        None => "Derived from masked values only".to_owned(),
    });
    let text = match value {
        Some(text) => view! { {text} }.into_any(),
        None => view! { <span class="null">"NULL"</span> }.into_any(),
    };
    view! {
        <td class:masked=masked title=title>
            {text}
        </td>
    }
    .into_any()
}
