//! A verdict on one entitlement: a plain form that, in the browser, answers in place.

use domain::{CampaignId, ItemId, Verdict};
use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
};
use wasm_bindgen::JsCast;
use web_sys::{HtmlButtonElement, HtmlElement};

use super::page;
use crate::{
    api::{
        UiError,
        reviews::{GiveVerdict, give_verdict},
    },
    components::FormToken,
};

/// What the form knows.
#[derive(Clone, Copy)]
struct Form {
    campaign: CampaignId,
    item: ItemId,
    /// The verdict that is kept.
    given: RwSignal<Option<Verdict>>,
    /// The verdict that waits for its reason.
    wanted: RwSignal<Option<Verdict>>,
    reason: RwSignal<String>,
    problem: RwSignal<Option<UiError>>,
}

/// The three verdicts and their reason.
#[island]
pub fn VerdictForm(
    /// Which review.
    campaign: CampaignId,
    /// Which entitlement.
    item: ItemId,
    /// The verdict so far.
    verdict: Option<Verdict>,
    /// Its reason, or what was typed before the form came back.
    reason: String,
    /// Why the form came back.
    error: Option<UiError>,
) -> impl IntoView {
    let form = Form {
        campaign,
        item,
        given: RwSignal::new(verdict),
        wanted: RwSignal::new(verdict),
        reason: RwSignal::new(reason),
        problem: RwSignal::new(error),
    };
    view! {
        <form
            class="verdict"
            method="post"
            action=GiveVerdict::url()
            on:submit=move |event| form.submit(&event)
        >
            <FormToken />
            // Without this, Enter in the reason would press the first verdict.
            <button class="unseen" disabled=true aria-hidden="true"></button>
            <input type="hidden" name="campaign" value=campaign.to_string() />
            <input type="hidden" name="item" value=item.to_string() />
            <div class="verdict-buttons" role="group" aria-label="Verdict">
                {CHOICES
                    .map(|(choice, word, key)| {
                        view! {
                            <button
                                class="button small"
                                name="verdict"
                                value=choice.as_str()
                                data-key=key
                                aria-pressed=move || (form.given.get() == Some(choice)).to_string()
                            >
                                {word}
                                <kbd aria-hidden="true">{key}</kbd>
                            </button>
                        }
                    })}
            </div>
            <input
                class="verdict-reason"
                name="reason"
                autocomplete="off"
                value=form.reason.get_untracked()
                placeholder="Reason, needed to reduce or revoke"
                aria-label="Reason"
                on:input=move |event| form.reason.set(event_target_value(&event))
                on:keydown=move |event| form.confirm(&event)
            />
            {move || {
                let problem = form.problem.get();
                problem
                    .map(|error| {
                        view! {
                            <p class="hint wrong" role="alert">
                                {error.to_string()}
                            </p>
                        }
                    })
            }}
        </form>
    }
}

const CHOICES: [(Verdict, &str, &str); 3] = [
    (Verdict::Keep, "Keep", "k"),
    (Verdict::Reduce, "Reduce", "r"),
    (Verdict::Revoke, "Revoke", "x"),
];

impl Form {
    fn submit(self, event: &SubmitEvent) {
        let button = event.submitter().and_then(|button| button.dyn_into().ok());
        let verdict =
            button.and_then(|button: HtmlButtonElement| Verdict::from_name(&button.value()));
        if let Some(verdict) = verdict {
            event.prevent_default();
            self.give(verdict);
        }
    }

    /// Enter in the reason gives the verdict that waits for it.
    fn confirm(self, event: &KeyboardEvent) {
        if event.key() == "Enter"
            && let Some(verdict) = self.wanted.get_untracked()
        {
            event.prevent_default();
            self.give(verdict);
        }
    }

    fn give(self, verdict: Verdict) {
        self.wanted.set(Some(verdict));
        spawn_local(async move {
            let reason = self.reason.get_untracked();
            match give_verdict(self.campaign, self.item, verdict, reason).await {
                Ok(()) => self.given(verdict),
                Err(error) => self.refused(error),
            }
        });
    }

    fn given(self, verdict: Verdict) {
        let first = self.given.get_untracked().is_none();
        self.given.set(Some(verdict));
        self.problem.set(None);
        page::announce("The verdict is kept.");
        if first {
            count_one_more();
        }
        move_on(self.item);
    }

    fn refused(self, error: UiError) {
        page::announce(&error.to_string());
        self.problem.set(Some(error));
        if let Some(field) = page::find(&format!("#{} .verdict-reason", self.item)) {
            page::focus(&field);
        }
    }
}

/// Dims the decided entitlement and gives the focus to the next.
fn move_on(item: ItemId) {
    let rows: Vec<HtmlElement> = page::find_all("[data-row]");
    let place = rows.iter().position(|row| row.id() == item.to_string());
    if let Some(row) = place.and_then(|place| rows.get(place)) {
        // A row that stays bright is decided all the same.
        let _ = row.class_list().add_1("done");
    }
    if let Some(next) = place.and_then(|place| rows.get(place + 1)) {
        page::focus(next);
    }
}

/// Counts on the page; after the last verdict, the page is loaded again to be signed.
fn count_one_more() {
    let Some(count) = page::find("#decided-count") else {
        return;
    };
    let decided: u32 = count
        .text_content()
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let decided = (decided + 1).to_string();
    count.set_text_content(Some(&decided));
    let Some(bar) = page::find("#progress") else {
        return;
    };
    // The bar only repeats the number beside it.
    let _ = bar.set_attribute("value", &decided);
    if bar.get_attribute("max") == Some(decided) {
        // Where the browser refuses, the next visit shows the signature's form.
        let _ = window().location().reload();
    }
}
