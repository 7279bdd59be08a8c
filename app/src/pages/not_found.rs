//! Addresses that are no page.

use leptos::prelude::*;

use super::load::problem;
use crate::api::UiError;

/// Says that nothing is here.
#[component]
pub fn NotFound() -> impl IntoView {
    problem(UiError::NotFound)
}
