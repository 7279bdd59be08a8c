//! The portal with sample desks and no program behind it, for looking at pages:
//! `cargo run -p app --example gallery [none|some|many]`, then <http://127.0.0.1:3100>.

#![expect(clippy::expect_used, reason = "the samples are constants of ours")]

#[path = "../tests/samples/mod.rs"]
mod samples;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{Router, extract::Path as Part, http::header, response::IntoResponse, routing::get};
use domain::{Role, Timestamp};
use leptos::{config::LeptosOptions, prelude::provide_context};
use samples::{Amount, desks};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let amount = match std::env::args().nth(1).as_deref() {
        Some("none") => Amount::None,
        Some("many") => Amount::Many,
        _ => Amount::Some,
    };
    let options = LeptosOptions::builder().output_name("countersign").build();
    let context = move || provide_context(desks(now(), amount, &Role::ALL));
    let router = Router::new()
        .route("/pkg/countersign.css", get(stylesheet))
        .route("/pkg/{file}", get(front))
        .route("/favicon.svg", get(favicon))
        .merge(app::router(options, Arc::new(context)));
    let port = std::env::var("PORT").unwrap_or_else(|_| "3100".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    axum::serve(listener, router).await
}

fn now() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(0))
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The browser half, when one was built into `target/site/pkg`.
async fn front(Part(file): Part<String>) -> impl IntoResponse {
    let kind = if Path::new(&file)
        .extension()
        .is_some_and(|ending| ending == "wasm")
    {
        "application/wasm"
    } else {
        "text/javascript"
    };
    let folder = std::env::var("SITE_PKG")
        .map_or_else(|_| workspace().join("target/site/pkg"), PathBuf::from);
    let found = Path::new(&file)
        .file_name()
        .and_then(|name| std::fs::read(folder.join(name)).ok());
    ([(header::CONTENT_TYPE, kind)], found.unwrap_or_default())
}

async fn favicon() -> impl IntoResponse {
    let file = std::fs::read(workspace().join("public/favicon.svg"));
    (
        [(header::CONTENT_TYPE, "image/svg+xml")],
        file.unwrap_or_default(),
    )
}

async fn stylesheet() -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "text/css")],
        inlined(&workspace().join("style/main.css")),
    )
}

/// A stylesheet with its imports in their places.
fn inlined(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines = text.lines().map(|line| {
        let import = line
            .trim()
            .strip_prefix("@import \"")
            .and_then(|rest| rest.strip_suffix("\";"));
        match (import, path.parent()) {
            (Some(name), Some(folder)) => inlined(&folder.join(name)),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}
