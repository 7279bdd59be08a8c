//! The signatures on a request: those given, and the lines still empty.

use domain::{Ballot, Timestamp};
use leptos::prelude::*;

use super::{Person, When, visible};
use crate::api::Vote;

/// Signature lines: one for each vote, and one for each that is still needed.
#[component]
pub fn Signatures(
    /// Votes so far.
    votes: Vec<Vote>,
    /// Votes that it needs.
    needed: u32,
    /// Whether votes may still come.
    open: bool,
    /// Now.
    now: Timestamp,
) -> impl IntoView {
    let given = votes
        .iter()
        .filter(|vote| vote.ballot == Ballot::Approve)
        .count();
    let missing = if open {
        usize::try_from(needed)
            .unwrap_or_default()
            .saturating_sub(given)
    } else {
        0
    };
    let votes: Vec<_> = votes.into_iter().map(|vote| signature(vote, now)).collect();
    let empty: Vec<_> = (0..missing)
        .map(|_| {
            view! {
                <li class="signature empty-line">
                    <span class="quiet">"not yet signed"</span>
                </li>
            }
        })
        .collect();
    view! { <ul class="signatures">{votes}{empty}</ul> }.into_any()
}

fn signature(vote: Vote, now: Timestamp) -> AnyView {
    let (word, class) = match vote.ballot {
        Ballot::Approve => ("approved", "signature"),
        Ballot::Deny => ("denied", "signature denied"),
    };
    let comment = (!vote.comment.is_empty()).then_some(view! { <q>{visible(&vote.comment)}</q> });
    view! {
        <li class=class>
            <Person person=vote.person />
            " "
            <b>{word}</b>
            " "
            <When at=vote.at now />
            {comment}
        </li>
    }
    .into_any()
}
