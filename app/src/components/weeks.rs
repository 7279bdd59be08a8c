//! Use by week, as a small strip.

use leptos::prelude::*;

/// The width of one week's bar with its gap, in units of the drawing.
const STEP: usize = 6;
const HEIGHT: u32 = 20;

/// A strip of bars, one a week, oldest first.
#[component]
pub fn Weeks(
    /// Uses by week.
    weeks: Vec<u32>,
) -> impl IntoView {
    let most = weeks.iter().copied().max().unwrap_or(0).max(1);
    let used = weeks.iter().filter(|uses| **uses > 0).count();
    let label = format!(
        "used in {used} of {} weeks, at most {most} a week",
        weeks.len()
    );
    let title = label.clone();
    let width = weeks.len() * STEP;
    let bars: Vec<_> = weeks
        .into_iter()
        .enumerate()
        .map(|(index, uses)| {
            let height = if uses == 0 { 1 } else { 2 + uses * (HEIGHT - 2) / most };
            let class = if uses == 0 { "none" } else { "some" };
            view! { <rect class=class x=index * STEP y=HEIGHT - height width=STEP - 2 height=height /> }
        })
        .collect();
    view! {
        <svg
            class="weeks"
            viewBox=format!("0 0 {width} {HEIGHT}")
            width=width
            height=HEIGHT
            role="img"
            aria-label=label
        >
            <title>{title}</title>
            {bars}
        </svg>
    }
    .into_any()
}
