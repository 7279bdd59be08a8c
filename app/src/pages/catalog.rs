//! `/catalog`: tables with their tags, and what untagged columns seem to hold.

use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, load};
use crate::{
    api::{
        catalog::{CatalogPage, DecideSuggestion, SuggestionRow, TableRow, load_catalog},
        form::take_failure,
    },
    components::{Empty, FailureNote, FormToken},
    format::plural,
};

/// The catalog.
#[component]
pub fn Catalog() -> impl IntoView {
    let failure = take_failure();
    load(load_catalog(), move |page| {
        let failure = failure.clone();
        let note = failure.map(|failure| view! { <FailureNote error=failure.error /> });
        let CatalogPage {
            suggestions,
            tables,
            may_decide,
        } = page;
        let tables: Vec<_> = tables.into_iter().map(table).collect();
        view! {
            <Heading title="Catalog".to_owned() />
            {note}
            <section>
                <h2>"Columns without a tag"</h2>
                {suggested(suggestions, may_decide)}
            </section>
            <section>
                <h2>"Tables"</h2>
                <ul class="rows">{tables}</ul>
            </section>
        }
        .into_any()
    })
}

fn suggested(suggestions: Vec<SuggestionRow>, may_decide: bool) -> AnyView {
    if suggestions.is_empty() {
        return view! {
            <Empty
                title="Nothing to decide"
                hint="What untagged columns seem to hold, by their names and by what was found in results, shows here."
            />
        }
        .into_any();
    }
    let rows = suggestions.into_iter();
    let rows: Vec<_> = rows.map(|one| suggestion(one, may_decide)).collect();
    view! {
        <p class="quiet">
            "A tag given here counts at once: the column is masked where it is read, approvals that wait are judged anew, and policies see the tag. A policy tag of BigQuery's counts before it."
        </p>
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

fn suggestion(row: SuggestionRow, may_decide: bool) -> AnyView {
    let decide = may_decide.then(|| {
        view! {
            <form method="post" action=DecideSuggestion::url()>
                <FormToken />
                <input type="hidden" name="column" value=row.column.to_string() />
                <input type="hidden" name="tag" value=row.tag.to_string() />
                <button class="button small" name="accept" value="true">
                    "Accept"
                </button>
                " "
                <button class="button small" name="accept" value="false">
                    "Dismiss"
                </button>
            </form>
        }
    });
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">
                    <code>{row.column.to_string()}</code>
                </span>
                <p class="row-line">
                    {row.data_type} " · seems to be " <code>{row.tag.to_string()}</code> ": "
                    {row.because}
                </p>
            </div>
            <div class="row-facts">
                <span class="quiet">"would be read as "{row.looks_like}</span>
                {decide}
            </div>
        </li>
    }
    .into_any()
}

fn table(row: TableRow) -> AnyView {
    let tags: Vec<_> = row
        .tagged
        .iter()
        .map(|(path, tag)| view! { <li><code>{format!("{path}: {tag}")}</code></li> })
        .collect();
    let kind = if row.is_view {
        "view".to_owned()
    } else {
        plural(row.columns, "column")
    };
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">
                    <code>{row.name.to_string()}</code>
                </span>
                <ul class="row-line">{tags}</ul>
            </div>
            <div class="row-facts">
                <span class="quiet">{kind}</span>
            </div>
        </li>
    }
    .into_any()
}
