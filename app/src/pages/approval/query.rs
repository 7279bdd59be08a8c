//! What runs: the SQL as asked, as run and the difference; what comes back; what
//! changed since the last one.

use domain::Timestamp;
use leptos::prelude::*;

use crate::{
    api::approvals::{ApprovalPage, OutputColumn, Previous},
    components::{SqlChanges, SqlDifference, SqlView, Tagged, Tags, When, visible},
};

/// The page's left half.
pub fn show(page: &ApprovalPage, now: Timestamp) -> AnyView {
    let outputs: Vec<_> = page.outputs.iter().cloned().map(output).collect();
    let previous = page
        .previous
        .clone()
        .map(|previous| changed(previous, &page.sql, now));
    view! {
        <section class="approval-query" aria-label="The query">
            {texts(page)}
            {page.default_dataset.clone().map(dataset)}
            <section class="comes-back" aria-label="Comes back" tabindex="0">
                <h2>"Comes back"</h2>
                <ul class="outputs">{outputs}</ul>
            </section>
            {previous}
        </section>
    }
    .into_any()
}

/// Another dataset than usual gives every short name another meaning.
fn dataset(name: String) -> AnyView {
    view! {
        <p class="tab-note">"Short names mean tables of " <code>{visible(&name)}</code> "."</p>
    }
    .into_any()
}

/// The three texts behind three tabs: radio buttons, so that no script is needed.
fn texts(page: &ApprovalPage) -> AnyView {
    let columns = page.tables.iter().flat_map(|table| &table.sensitive);
    let tagged = Tagged::new(columns.map(|column| (column.path.clone(), column.tag.clone())));
    let asked = view! {
        <SqlView sql=page.sql.clone() findings=page.findings.clone() tagged=tagged.clone() />
    };
    let Some(masked) = page.masked_sql.clone().filter(|masked| *masked != page.sql) else {
        return view! {
            <div class="tabs">
                <p class="tab-note">"Runs exactly as asked."</p>
                <div class="tab-panels">{asked}</div>
            </div>
        }
        .into_any();
    };
    view! {
        <fieldset class="tabs">
            <legend class="unseen">"Which text"</legend>
            <input type="radio" name="text" id="as-asked" checked />
            <label for="as-asked">"as asked"</label>
            <input type="radio" name="text" id="as-run" />
            <label for="as-run">"as run"</label>
            <input type="radio" name="text" id="difference" />
            <label for="difference">"difference"</label>
            <div class="tab-panels">
                <div class="panel panel-asked">{asked}</div>
                <div class="panel panel-run">
                    <SqlView sql=masked.clone() tagged />
                </div>
                <div class="panel panel-difference">
                    <SqlDifference before=page.sql.clone() after=masked />
                </div>
            </div>
        </fieldset>
    }
    .into_any()
}

pub fn output(column: OutputColumn) -> AnyView {
    let how = match (column.masked, column.rule) {
        (true, Some(rule)) => Some((rule.as_str(), format!("masked: {}", rule.looks_like()))),
        (true, None) => Some(("Derived from masked values only", "masked".to_owned())),
        (false, _) => None,
    };
    let how = how.map(|(title, text)| {
        view! {
            <span class="masked-word" title=title>
                {text}
            </span>
        }
    });
    let bare = (!column.masked && !column.tags.is_empty())
        .then_some(view! { <strong class="risk-critical unmasked">"not masked"</strong> });
    view! {
        <li>
            <code>{visible(&column.name)}</code>
            <span class="quiet">{column.data_type}</span>
            <Tags tags=column.tags />
            {how}
            {bare}
        </li>
    }
    .into_any()
}

/// What an approver who knows the last such query has to read.
fn changed(previous: Previous, sql: &str, now: Timestamp) -> AnyView {
    view! {
        <section class="since" aria-label="Changed since the last such query">
            <h2>
                "Changed since "
                <a href=format!("/approvals/{}", previous.approval)>"the last such query"</a>
                " was approved, "
                <When at=previous.decided_at now />
            </h2>
            <SqlChanges before=previous.sql after=sql.to_owned() />
        </section>
    }
    .into_any()
}
