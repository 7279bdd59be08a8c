//! The frame's few icons, as paths on a square of 20.

use leptos::prelude::*;

/// Two strokes of a pen, one across the other: a signature and its countersignature.
pub const BRAND: &str =
    "M3 13.5C6 5 8.5 4.5 8.2 9.5S11.5 14 17 6M6.5 16.5C9 11 12 9.5 12.2 12.4S14.5 14.6 17 12.5";
/// A tray.
pub const INBOX: &str = "M3 11.5L5.2 4h9.6L17 11.5V16H3zM3 11.5h4l1.2 2.2h3.6L13 11.5h4";
/// A play mark in a frame.
pub const SESSIONS: &str = "M3 4h14v12H3zM8.4 7.4v5.2l4.2-2.6z";
/// A square machine.
pub const AGENTS: &str = "M4 4h12v12H4zM7.6 8.4v1.8M12.4 8.4v1.8M7.6 13h4.8";
/// A list with ticks.
pub const REVIEWS: &str = "M3.4 5.4l1.2 1.2l2-2.2M3.4 10.4l1.2 1.2l2-2.2M3.4 15.4l1.2 1.2l2-2.2M9.5 5.6H17M9.5 10.6H17M9.5 15.6H17";
/// Links of a chain.
pub const LEDGER: &str = "M8.4 11.6a2.8 2.8 0 0 0 4 0l2.6-2.6a2.83 2.83 0 0 0-4-4L9.8 6.2M11.6 8.4a2.8 2.8 0 0 0-4 0L5 11a2.83 2.83 0 0 0 4 4l1.2-1.2";
/// A sheet with rules.
pub const POLICIES: &str = "M5 3h10v14H5zM7.6 6.6h4.8M7.6 10h4.8M7.6 13.4h2.6";
/// A table with a column.
pub const CATALOG: &str = "M3.5 4h13v12h-13zM3.5 8h13M8 4v12";
/// Two heads.
pub const PEOPLE: &str = "M7.4 9.6a2.7 2.7 0 1 0 0-5.4a2.7 2.7 0 0 0 0 5.4zM2.6 16c.4-3 2.2-4.4 4.8-4.4s4.4 1.4 4.8 4.4M12.6 4.5a2.6 2.6 0 0 1 0 4.9M14 11.8c1.9.4 3.1 1.8 3.4 4.2";
/// A lens.
pub const SEARCH: &str = "M9 3.8a5.2 5.2 0 1 0 0 10.4A5.2 5.2 0 0 0 9 3.8zM12.8 12.8L16.6 16.6";

/// An icon; the words beside it say what it means.
#[component]
pub fn Icon(
    /// Its path.
    path: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
            <path d=path />
        </svg>
    }
    .into_any()
}
