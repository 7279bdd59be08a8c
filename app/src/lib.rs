//! Countersign's portal: pages, components and islands in Leptos.
//!
//! Rendered on the server, complete without JavaScript; islands add what moves.
//! The program behind it is reached through [`api`] only.

#![expect(
    clippy::needless_pass_by_value,
    reason = "components and their helpers own what they show"
)]

pub mod api;
mod characters;
pub mod components;
pub mod format;
#[cfg(feature = "ssr")]
mod frame;
#[cfg(feature = "ssr")]
mod icons;
pub mod islands;
#[cfg(feature = "ssr")]
mod pages;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod ssr;

#[cfg(feature = "ssr")]
pub use ssr::router;

/// Brings the islands of a page to life.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}
