//! Filters of lists: plain forms whose answers stand in the address.

use leptos::prelude::*;

/// A choice that always contains what is chosen, so that an address reproduces its list.
pub fn choice(
    name: &'static str,
    any: &'static str,
    mut options: Vec<(String, String)>,
    chosen: Option<String>,
) -> AnyView {
    if let Some(chosen) = &chosen
        && !options.iter().any(|(value, _)| value == chosen)
    {
        options.push((chosen.clone(), chosen.clone()));
    }
    let options: Vec<_> = options
        .into_iter()
        .map(|(value, label)| {
            let selected = chosen.as_ref() == Some(&value);
            view! {
                <option value=value selected=selected>
                    {label}
                </option>
            }
        })
        .collect();
    view! {
        <select name=name aria-label=any>
            <option value="">{any}</option>
            {options}
        </select>
    }
    .into_any()
}
