//! What on the page is not what it seems: said once, in words, beside the other reasons.

use domain::Severity;
use leptos::prelude::*;

use crate::{
    api::approvals::ApprovalPage,
    characters::{Disguise, disguises},
    components::severity_mark,
    format::plural,
};

/// One reason for each text with disguised characters.
pub fn notes(page: &ApprovalPage) -> Vec<AnyView> {
    let comments: String = page
        .votes
        .iter()
        .map(|vote| vote.comment.as_str())
        .collect();
    let texts = [
        ("The SQL", page.sql.as_str()),
        ("The purpose", &page.purpose),
        ("The ticket", page.ticket.as_deref().unwrap_or_default()),
        ("The agent's name", &page.agent.name),
        ("The person's name", &page.person.name),
        ("A comment", &comments),
    ];
    texts
        .into_iter()
        .filter_map(|(what, text)| note(what, text))
        .map(|note| {
            view! { <li>{severity_mark(Severity::High)}<span>{note}</span></li> }.into_any()
        })
        .collect()
}

fn note(what: &str, text: &str) -> Option<String> {
    let found = disguises(text);
    let invisible = found
        .iter()
        .filter(|(_, _, disguise)| *disguise == Disguise::Invisible)
        .count();
    let lookalike = found.len() - invisible;
    let parts = [
        (invisible, "character", "that cannot be seen"),
        (lookalike, "letter", "that only looks Latin"),
    ];
    let parts = parts.into_iter().filter(|(count, ..)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, noun, which)| format!("{} {which}", plural(count, noun)))
        .collect();
    (!parts.is_empty()).then(|| format!("{what} holds {}.", parts.join(" and ")))
}

#[cfg(test)]
mod tests {
    use super::note;

    #[test]
    fn disguises_are_counted_in_words() {
        assert_eq!(note("The SQL", "SELECT 1"), None);
        assert_eq!(
            note("The SQL", "a\u{202e}b\u{200b} p\u{430}y").as_deref(),
            Some(
                "The SQL holds 2 characters that cannot be seen and 1 letter that only looks Latin."
            )
        );
    }
}
