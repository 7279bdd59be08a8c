//! What a draft would have decided on past queries, beside what was decided.

use domain::Timestamp;
use leptos::prelude::*;

use crate::{
    api::policies::{SimulatedRow, Simulation},
    components::When,
    format::number,
};

/// The counts, and the queries that would be decided differently.
pub fn show(simulation: Simulation, now: Timestamp) -> AnyView {
    let Simulation {
        same,
        unknown,
        was,
        would,
        rows,
    } = simulation;
    let counts: Vec<_> = [
        ("run at once", was.run, would.run),
        ("need approval", was.approve, would.approve),
        ("are blocked", was.block, would.block),
    ]
    .map(|(what, was, would)| {
        view! {
            <tr>
                <th scope="row">{what}</th>
                <td>{was}</td>
                <td>{would}</td>
            </tr>
        }
    })
    .into_iter()
    .collect();
    let unknown = (unknown > 0).then(|| {
        let queries = queries(unknown);
        view! { <p class="quiet">{queries}" cannot be compared: they came before facts were kept."</p> }
    });
    let rows: Vec<_> = rows.into_iter().map(|each| row(each, now)).collect();
    let differing = if rows.is_empty() {
        view! { <p>"No query would be decided differently."</p> }.into_any()
    } else {
        view! { <ul class="rows simulated">{rows}</ul> }.into_any()
    };
    view! {
        <section class="card">
            <h2>"The last 30 days under this draft"</h2>
            <table class="counts">
                <thead>
                    <tr>
                        <th scope="col">"Queries that"</th>
                        <th scope="col">"were decided so"</th>
                        <th scope="col">"would be"</th>
                    </tr>
                </thead>
                <tbody>{counts}</tbody>
            </table>
            <p class="quiet">{queries(same)}" would be decided as before."</p>
            {unknown}
            {differing}
        </section>
    }
    .into_any()
}

fn queries(count: u32) -> String {
    match count {
        1 => "1 query".to_owned(),
        _ => format!("{} queries", number(count.into())),
    }
}

fn row(row: SimulatedRow, now: Timestamp) -> AnyView {
    let href = format!("/sessions/{}#{}", row.run, row.intent);
    view! {
        <li class="row" data-row="">
            <div class="row-main">
                <a class="row-title" data-open="" href=href>
                    {row.purpose}
                </a>
                <p class="row-line">
                    <del>{row.was}</del>
                    " "
                    <ins>{row.would}</ins>
                    <span class="quiet">" by "{row.policies.join(", ")}</span>
                </p>
            </div>
            <div class="row-facts">
                <span class="quiet">
                    <When at=row.at now />
                </span>
            </div>
        </li>
    }
    .into_any()
}
