//! Text of others, with every disguised character spelled out.

use leptos::prelude::*;

use crate::characters::{Disguise, Stretch, stretches};

/// The text as it is read, with what is not what it seems made visible.
#[must_use]
pub fn visible(text: &str) -> AnyView {
    let stretches = stretches(text);
    if let [Stretch::Plain(plain)] = stretches.as_slice() {
        return (*plain).to_owned().into_any();
    }
    let parts: Vec<_> = stretches
        .into_iter()
        .map(|stretch| match stretch {
            Stretch::Plain(text) => text.to_owned().into_any(),
            Stretch::Disguised(c, disguise) => disguised(c, disguise),
        })
        .collect();
    view! { {parts} }.into_any()
}

/// A character that is not what it seems: its code, after the letter if it has one.
#[must_use]
pub fn disguised(c: char, disguise: Disguise) -> AnyView {
    let code = format!("U+{:04X}", u32::from(c));
    match disguise {
        Disguise::Invisible => view! {
            <span class="invisible" title="A character that cannot be seen">
                {code}
            </span>
        }
        .into_any(),
        Disguise::LooksLike(like) => view! {
            <span class="lookalike" title=format!("Looks like {like}, and is another letter")>
                {c.to_string()}
                <small>{code}</small>
            </span>
        }
        .into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disguised_characters_are_spelled_and_the_rest_stays() {
        let html = visible("p\u{430}y\u{202e}<b>").to_html().replace("<!>", "");
        assert!(html.contains("<small>U+0430</small>"), "{html}");
        assert!(html.contains(">U+202E<"), "{html}");
        assert!(!html.contains('\u{202e}'), "{html}");
        assert!(html.contains("&lt;b&gt;"), "{html}");
    }
}
