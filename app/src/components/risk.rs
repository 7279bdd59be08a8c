//! Risk in words first, then a shape, then a colour.

use domain::{RiskLevel, Severity};
use leptos::prelude::*;

/// A risk level: its shape and its word.
#[component]
pub fn RiskBadge(
    /// Which.
    risk: RiskLevel,
) -> impl IntoView {
    let word = match risk {
        RiskLevel::Low => "Low",
        RiskLevel::Moderate => "Moderate",
        RiskLevel::High => "High",
        RiskLevel::Critical => "Critical",
    };
    view! { <span class=format!("risk risk-{}", risk.as_str())>{shape(risk)}{word}</span> }
        .into_any()
}

/// The shape of a finding's severity, with its word for readers who do not see it.
#[must_use]
pub fn severity_mark(severity: Severity) -> AnyView {
    let word = match severity {
        Severity::Info => "Note: ",
        Severity::Moderate => "Moderate: ",
        Severity::High => "High: ",
        Severity::Critical => "Critical: ",
    };
    view! {
        {shape(severity.into())}
        <span class="unseen">{word}</span>
    }
    .into_any()
}

/// One shape a level, told apart without colour: circle, diamond, triangle, octagon.
fn shape(risk: RiskLevel) -> AnyView {
    let (outline, filled) = match risk {
        RiskLevel::Low => ("M8 3.5a4.5 4.5 0 1 0 0 9a4.5 4.5 0 1 0 0-9z", false),
        RiskLevel::Moderate => ("M8 1.8L14.2 8L8 14.2L1.8 8z", false),
        RiskLevel::High => ("M8 1.8L15 14H1z", true),
        RiskLevel::Critical => ("M5.2 1.2h5.6l4 4v5.6l-4 4H5.2l-4-4V5.2z", true),
    };
    let stroke = match risk {
        RiskLevel::High => "M8 6v3.6M8 11.6v.4",
        RiskLevel::Critical => "M8 4.4v4.4M8 11.2v.4",
        _ => "",
    };
    view! {
        <svg class="shape" class:filled=filled viewBox="0 0 16 16" aria-hidden="true">
            <path class="outline" d=outline />
            <path class="sign" d=stroke />
        </svg>
    }
    .into_any()
}
