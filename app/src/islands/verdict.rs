//! A verdict on one entitlement: a plain form that, in the browser, answers in place.

use domain::{CampaignId, ItemId, Verdict};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlButtonElement};

use super::page;
use crate::api::{
    UiError,
    reviews::{GiveVerdict, give_verdict},
};

/// The three verdicts and their reason.
#[island]
pub fn VerdictForm(
    /// Which review.
    campaign: CampaignId,
    /// Which entitlement.
    item: ItemId,
    /// The verdict so far.
    #[prop(optional_no_strip)]
    verdict: Option<Verdict>,
    /// Its reason, or what was typed before the form came back.
    reason: String,
    /// Why the form came back.
    #[prop(optional_no_strip)]
    error: Option<UiError>,
) -> impl IntoView {
    let given = RwSignal::new(verdict);
    let problem = RwSignal::new(error);
    let typed = RwSignal::new(reason);
    let submit = move |event: SubmitEvent| {
        let Some(chosen) = chosen(&event) else { return };
        event.prevent_default();
        spawn_local(async move {
            match give_verdict(campaign, item, chosen, typed.get_untracked()).await {
                Ok(()) => {
                    let first = given.get_untracked().is_none();
                    given.set(Some(chosen));
                    problem.set(None);
                    advance(item, first);
                }
                Err(error) => {
                    page::announce(&error.to_string());
                    problem.set(Some(error));
                    ask_for_reason(item);
                }
            }
        });
    };
    view! {
        <form class="verdict" method="post" action=GiveVerdict::url() on:submit=submit>
            <input type="hidden" name="campaign" value=campaign.to_string() />
            <input type="hidden" name="item" value=item.to_string() />
            <div class="verdict-buttons" role="group" aria-label="Verdict">
                {CHOICES.map(|(choice, word, key)| {
                    view! {
                        <button
                            class="button small"
                            name="verdict"
                            value=choice.as_str()
                            data-key=key
                            aria-pressed=move || (given.get() == Some(choice)).to_string()
                        >
                            {word}<kbd aria-hidden="true">{key}</kbd>
                        </button>
                    }
                })}
            </div>
            <input
                class="verdict-reason"
                name="reason"
                prop:value=move || typed.get()
                value=typed.get_untracked()
                placeholder="Reason, needed to reduce or revoke"
                aria-label="Reason"
                on:input=move |event| typed.set(event_target_value(&event))
            />
            {move || problem.get().map(|error| view! { <p class="hint wrong" role="alert">{error.to_string()}</p> })}
        </form>
    }
}

const CHOICES: [(Verdict, &str, &str); 3] = [
    (Verdict::Keep, "Keep", "k"),
    (Verdict::Reduce, "Reduce", "r"),
    (Verdict::Revoke, "Revoke", "x"),
];

/// The verdict on the button that sent the form.
fn chosen(event: &SubmitEvent) -> Option<Verdict> {
    let button: HtmlButtonElement = event.submitter()?.dyn_into().ok()?;
    Verdict::from_name(&button.value())
}

/// Counts the verdict, and moves on to the next entitlement.
fn advance(item: ItemId, first: bool) {
    page::announce("Verdict kept.");
    let rows = page::find_all("[data-row]");
    let place = rows.iter().position(|row| row.id() == item.to_string());
    if let Some(row) = place.and_then(|place| rows.get(place)) {
        // The class only dims what is done.
        let _ = row.class_list().add_1("done");
    }
    if let Some(row) = place.and_then(|place| rows.get(place + 1)) {
        page::focus(row);
    }
    if first && let Some(count) = page::find("#decided-count") {
        let decided: u32 = count
            .text_content()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        count.set_text_content(Some(&(decided + 1).to_string()));
        if let Some(bar) = page::find("#progress").and_then(|bar| bar.dyn_into::<Element>().ok()) {
            // The bar repeats the number beside it.
            let _ = bar.set_attribute("value", &(decided + 1).to_string());
        }
    }
}

fn ask_for_reason(item: ItemId) {
    if let Some(field) = page::find(&format!("#{item} .verdict-reason")) {
        page::focus(&field);
    }
}
