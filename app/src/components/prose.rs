//! Sentences in which names stand between backticks.

use leptos::prelude::*;

/// The sentence, with its names set as code.
#[must_use]
pub fn prose(sentence: &str) -> Vec<AnyView> {
    let parts = sentence.split('`').enumerate();
    parts
        .map(|(place, part)| {
            let part = part.to_owned();
            // Every second part stands between two backticks.
            if place % 2 == 1 {
                view! { <code>{part}</code> }.into_any()
            } else {
                part.into_any()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_code_and_text_stays_text() {
        let html = prose("`a.b` (<pii>) is read.").to_html().replace("<!>", "");
        assert!(html.contains("<code>a.b</code>"), "{html}");
        assert!(html.contains("(&lt;pii&gt;) is read."), "{html}");
    }
}
