//! What every page does: read its address, wait for its data, say its title.

use std::{future::Future, str::FromStr, sync::Arc};

use axum::http::StatusCode;
use domain::Timestamp;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    api::{UiError, desks, form::Failure},
    components::{Entry, Problem},
    ssr::set_status,
};

/// Waits for a page's data, then shows it, or says why not with the status that fits.
pub fn load<T>(
    data: impl Future<Output = Result<T, UiError>> + Send + 'static,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let data = OnceResource::new_blocking(data);
    let show = Arc::new(show);
    view! {
        <Suspense>
            {move || {
                let show = Arc::clone(&show);
                Suspend::new(async move {
                    match data.await {
                        Ok(value) => show(value),
                        Err(error) => problem(error),
                    }
                })
            }}
        </Suspense>
    }
    .into_any()
}

/// A page that is only a problem.
pub fn problem(error: UiError) -> AnyView {
    set_status(match &error {
        UiError::SignedOut => StatusCode::UNAUTHORIZED,
        UiError::Forbidden { .. } => StatusCode::FORBIDDEN,
        UiError::NotFound => StatusCode::NOT_FOUND,
        UiError::Conflict { .. } => StatusCode::CONFLICT,
        UiError::Invalid { .. } => StatusCode::BAD_REQUEST,
        UiError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    });
    view! {
        <Title text="Countersign" />
        <Problem error />
    }
    .into_any()
}

/// The part of the address that names the page's subject.
///
/// # Errors
/// [`UiError::NotFound`] when it is not of that kind: such a page does not exist.
pub fn subject<T: FromStr>() -> Result<T, UiError> {
    use_params_map()
        .with_untracked(|params| params.get("id"))
        .and_then(|id| id.parse().ok())
        .ok_or(UiError::NotFound)
}

/// A value of the address's query; empty ones count as missing.
pub fn query(name: &str) -> Option<String> {
    use_query_map()
        .with_untracked(|query| query.get(name))
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// Every value of the address's query under one name.
pub fn queries(name: &str) -> Vec<String> {
    let all = use_query_map().with_untracked(|query| query.get_all(name));
    all.unwrap_or_default()
}

/// Now, by the program's clock.
pub fn now() -> Timestamp {
    desks().map_or(Timestamp::from_micros(0), |desks| desks.viewer.now)
}

/// What was typed into a field before the form came back.
pub fn typed(failure: Option<&Failure>, field: &str) -> Option<String> {
    let (_, value) = failure?.typed.iter().find(|(name, _)| name == field)?;
    Some(value.clone())
}

/// The message for a field of the form that came back.
pub fn wrong(failure: Option<&Failure>, field: &str) -> Option<String> {
    match &failure?.error {
        UiError::Invalid {
            field: wrong,
            message,
        } if wrong == field => Some(message.clone()),
        _ => None,
    }
}

/// The field for the reason that an act on somebody or something needs.
pub fn reason(failure: Option<&Failure>) -> AnyView {
    view! {
        <Entry
            name="reason"
            label="Reason"
            hint="Kept in the ledger for good."
            value=typed(failure, "reason").unwrap_or_default()
            error=wrong(failure, "reason")
        />
    }
    .into_any()
}

/// A page's title as a sentence, with what can be done beside it.
#[component]
pub fn Heading(
    /// The sentence.
    title: String,
    /// What can be done.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=format!("{title} · Countersign") />
        <header class="heading">
            <h1>{title}</h1>
            <div class="heading-actions">{children.map(|children| children())}</div>
        </header>
    }
    .into_any()
}
