//! `/catalog`: tables with their tags, and what untagged columns seem to hold.

use domain::{Tag, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use super::{
    choice::choice,
    load::{Heading, load, now, reason, typed, wrong},
};
use crate::{
    api::{
        catalog::{
            CatalogPage, DecideSuggestion, GivenTagRow, SuggestionRow, TableRow, TagColumn,
            UntagColumn, load_catalog,
        },
        form::{Failure, take_failure},
    },
    components::{Empty, Entry, FailureNote, FormToken, Person, When},
    format::plural,
};

/// The catalog.
#[component]
pub fn Catalog() -> impl IntoView {
    let failure = take_failure();
    load(load_catalog(), move |page| {
        let note = failure.clone();
        let note = note.map(|failure| view! { <FailureNote error=failure.error /> });
        let CatalogPage {
            suggestions,
            given,
            known_tags,
            tables,
            may_decide,
        } = page;
        let now = now();
        let tables: Vec<_> = tables.into_iter().map(table).collect();
        let by_hand = may_decide.then(|| by_hand(known_tags, failure.as_ref()));
        let given: Vec<_> = given
            .into_iter()
            .map(|one| taken_back(one, may_decide, failure.as_ref(), now))
            .collect();
        let given = (!given.is_empty()).then(|| {
            view! {
                <section>
                    <h2>"Tags given here"</h2>
                    <ul class="rows">{given}</ul>
                </section>
            }
        });
        view! {
            <Heading title="Catalog".to_owned() />
            {note}
            <section>
                <h2>"Columns without a tag"</h2>
                {suggested(suggestions, may_decide)} {by_hand}
            </section>
            {given}
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

/// What nobody suggested.
fn by_hand(known: Vec<Tag>, failure: Option<&Failure>) -> AnyView {
    let names = known.into_iter().map(|tag| tag.to_string());
    let options = names.map(|tag| (tag.clone(), tag)).collect();
    let typed_tag = typed(failure, "tag");
    view! {
        <details class="card form-details" open=typed(failure, "column").is_some()>
            <summary>"Tag a column"</summary>
            <form method="post" action=TagColumn::url()>
                <FormToken />
                <Entry
                    name="column"
                    label="Column"
                    hint="project.dataset.table.column, without a tag until now."
                    value=typed(failure, "column").unwrap_or_default()
                    error=wrong(failure, "column")
                />
                {choice("tag", "What it holds", options, typed_tag)}
                <div class="form-actions">
                    <button class="button primary">"Tag it"</button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// A tag that somebody gave, and the way to take it back.
fn taken_back(
    row: GivenTagRow,
    may_decide: bool,
    failure: Option<&Failure>,
    now: Timestamp,
) -> AnyView {
    let take_back = may_decide.then(|| {
        view! {
            <details class="danger">
                <summary>"Take back"</summary>
                <p>
                    "At once: unless BigQuery has a tag of its own for it, the column is read as it is."
                </p>
                <form method="post" action=UntagColumn::url()>
                    <FormToken />
                    <input type="hidden" name="column" value=row.column.to_string() />
                    <input type="hidden" name="tag" value=row.tag.to_string() />
                    {reason(failure)}
                    <button class="button deny">"Take back"</button>
                </form>
            </details>
        }
    });
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <span class="row-title">
                    <code>{format!("{}: {}", row.column, row.tag)}</code>
                </span>
                <p class="row-line">
                    <Person person=row.by />
                    " "
                    <When at=row.at now />
                </p>
                {take_back}
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
