//! Components as HTML.

use domain::{Ballot, MaskRule, PersonId, RiskLevel, Timestamp};
use leptos::prelude::*;

use super::{DeliveredRows, RiskBadge, Signatures, Weeks, When};
use crate::api::{
    PersonRef, Vote,
    sessions::{RowColumn, RowTable},
};

fn now() -> Timestamp {
    Timestamp::from_date("2026-11-22").expect("a day")
}

fn vote(ballot: Ballot, comment: &str) -> Vote {
    Vote {
        person: PersonRef {
            id: PersonId::new(uuid::Uuid::from_u128(1)),
            name: "Chen Wei".to_owned(),
            email: "chen@example.com".to_owned(),
        },
        ballot,
        comment: comment.to_owned(),
        at: now().plus_seconds(-60),
    }
}

#[test]
fn risk_is_said_in_a_word_beside_its_shape() {
    let html = view! { <RiskBadge risk=RiskLevel::Critical /> }.to_html();
    assert!(html.contains("Critical") && html.contains("<svg"), "{html}");
}

#[test]
fn a_time_is_relative_to_read_and_exact_on_hover() {
    let html = view! { <When at=now().plus_seconds(-190) now=now() /> }.to_html();
    assert!(html.contains("3 min ago"), "{html}");
    assert!(html.contains("title=\"2026-11-21 23:56:50 UTC\""), "{html}");
}

#[test]
fn missing_signatures_are_empty_lines_only_while_votes_may_come() {
    let given = vec![vote(Ballot::Approve, "")];
    let open = view! { <Signatures votes=given.clone() needed=3 open=true now=now() /> }.to_html();
    assert_eq!(open.matches("not yet signed").count(), 2);
    let over = view! { <Signatures votes=given needed=3 open=false now=now() /> }.to_html();
    assert!(!over.contains("not yet signed"));
}

#[test]
fn a_comment_is_text() {
    let votes = vec![vote(Ballot::Deny, "<b onclick=x>no</b>")];
    let html = view! { <Signatures votes needed=1 open=false now=now() /> }.to_html();
    assert!(html.contains("&lt;b onclick=x&gt;no"), "{html}");
    assert!(html.contains("denied"));
}

#[test]
fn masked_cells_name_their_rule_and_missing_values_are_null() {
    let table = RowTable {
        columns: vec![RowColumn {
            name: "email".to_owned(),
            masked: true,
            rule: Some(MaskRule::EmailMask),
            unmasked: false,
        }],
        rows: vec![vec![Some("XXXXX@example.com".to_owned())], vec![None]],
        total: 412,
    };
    let html = view! { <DeliveredRows table /> }.to_html();
    assert!(html.contains("The first 2 of 412 rows."), "{html}");
    assert!(
        html.contains("Masked by EMAIL_MASK: XXXXX@domain"),
        "{html}"
    );
    assert!(html.contains("NULL"));
}

#[test]
fn a_strip_of_weeks_is_said_in_words_too() {
    let html = view! { <Weeks weeks=vec![0, 4, 0, 2] /> }.to_html();
    assert!(
        html.contains("used in 2 of 4 weeks, at most 4 a week"),
        "{html}"
    );
    assert_eq!(html.matches("<rect").count(), 4);
}
