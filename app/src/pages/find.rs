//! `/find`: goes from what was typed into the search to a page.

use domain::{AgentId, ApprovalId, CampaignId, RunId};
use leptos::prelude::*;
use leptos_axum::redirect;
use leptos_router::location::Url;

use super::load::query;

/// Goes where the search leads.
#[component]
pub fn Find() -> impl IntoView {
    redirect(&target(&query("q").unwrap_or_default()));
}

/// An id leads to its page, a number to the ledger, an e-mail address or a name to the
/// sessions of that person or agent.
fn target(text: &str) -> String {
    if text.is_empty() {
        "/sessions".to_owned()
    } else if let Ok(id) = text.parse::<ApprovalId>() {
        format!("/approvals/{id}")
    } else if let Ok(id) = text.parse::<RunId>() {
        format!("/sessions/{id}")
    } else if let Ok(id) = text.parse::<AgentId>() {
        format!("/agents/{id}")
    } else if let Ok(id) = text.parse::<CampaignId>() {
        format!("/reviews/{id}")
    } else if let Ok(sequence) = text.trim_start_matches('#').parse::<u64>() {
        format!("/ledger/{sequence}")
    } else if text.contains('@') {
        format!("/sessions?person={}", Url::escape(text))
    } else {
        format!("/sessions?agent={}", Url::escape(text))
    }
}

#[cfg(test)]
mod tests {
    use super::target;

    #[test]
    fn what_was_typed_leads_to_its_page() {
        let run = "run_01900000000070008000000000007f3a";
        assert_eq!(target(run), format!("/sessions/{run}"));
        assert_eq!(target("#17"), "/ledger/17");
        assert_eq!(
            target("alice@example.com"),
            "/sessions?person=alice%40example%2Ecom"
        );
        assert_eq!(target("churn&x=1"), "/sessions?agent=churn%26x%3D1");
        assert_eq!(target(""), "/sessions");
    }
}
