//! Fields of plain forms: label, hint, the message when the form came back.

use leptos::prelude::*;

/// A field of one line.
#[component]
pub fn Entry(
    /// The field's name in the form.
    name: &'static str,
    /// What it is.
    label: &'static str,
    /// What to write; may be empty.
    #[prop(optional)]
    hint: &'static str,
    /// The kind of input: `text`, `email`, `date`, `number`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What is in it.
    #[prop(optional)]
    value: String,
    /// Why it came back.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// Whether it may stay empty.
    #[prop(optional)]
    optional: bool,
    /// The smallest number or the first day.
    #[prop(optional_no_strip)]
    min: Option<String>,
    /// The largest number or the last day.
    #[prop(optional_no_strip)]
    max: Option<String>,
) -> impl IntoView {
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=name>
                {label}{optional.then_some(view! { <span class="quiet">" (optional)"</span> })}
            </label>
            <input
                id=name
                name=name
                type=kind
                value=value
                required=!optional
                min=min
                max=max
                autocomplete="off"
                aria-invalid=invalid
                aria-describedby=format!("{name}-hint")
            />
            {hint_line(name, hint, error)}
        </div>
    }
    .into_any()
}

/// A field of several lines.
#[component]
pub fn Area(
    /// The field's name in the form.
    name: &'static str,
    /// What it is.
    label: &'static str,
    /// What to write; may be empty.
    #[prop(optional)]
    hint: &'static str,
    /// What is in it.
    #[prop(optional)]
    value: String,
    /// Why it came back.
    #[prop(optional_no_strip)]
    error: Option<String>,
    /// Whether it holds code.
    #[prop(optional)]
    code: bool,
    /// Whether it may stay empty; what holds code always may.
    #[prop(optional)]
    optional: bool,
    /// Lines that are seen at once.
    #[prop(default = 3)]
    lines: u32,
) -> impl IntoView {
    let invalid = error.is_some().then_some("true");
    view! {
        <div class="field">
            <label for=name>
                {label}{optional.then_some(view! { <span class="quiet">" (optional)"</span> })}
            </label>
            <textarea
                id=name
                name=name
                rows=lines
                class:code=code
                required=!code && !optional
                spellcheck=if code { "false" } else { "true" }
                aria-invalid=invalid
                aria-describedby=format!("{name}-hint")
            >
                {value}
            </textarea>
            {hint_line(name, hint, error)}
        </div>
    }
    .into_any()
}

fn hint_line(name: &'static str, hint: &'static str, error: Option<String>) -> AnyView {
    let class = if error.is_some() {
        "hint wrong"
    } else {
        "hint"
    };
    let text = error.unwrap_or_else(|| hint.to_owned());
    view! {
        <p class=class id=format!("{name}-hint")>
            {text}
        </p>
    }
    .into_any()
}
