//! Questions and answers, as they come.

use domain::{ApprovalId, IntentId, Timestamp};
use leptos::{prelude::*, task::spawn_local};

use super::{live, page};
use crate::{
    api::questions::{Answer, Question, load_questions},
    components::{When, visible},
};

/// What was asked and answered about one request.
#[island]
pub fn LiveQuestions(
    /// Which request.
    approval: ApprovalId,
    /// What it asks for.
    intent: IntentId,
    /// As the page was rendered.
    asked: Vec<Question>,
    /// Now, by the program's clock.
    now: Timestamp,
) -> impl IntoView {
    let asked = RwSignal::new(asked);
    Effect::new(move |_| {
        live::subscribe("intent", move |moved| {
            if moved.is_empty() || moved == intent.to_string() {
                refresh(approval, asked);
            }
        });
    });
    view! { <div>{move || asked.with(|asked| shown(asked, now))}</div> }
}

fn refresh(approval: ApprovalId, asked: RwSignal<Vec<Question>>) {
    spawn_local(async move {
        let Ok(fresh) = load_questions(approval).await else {
            return;
        };
        if asked.with_untracked(|known| *known != fresh.asked) {
            page::announce("There is a new question or answer.");
            asked.set(fresh.asked);
        }
    });
}

fn shown(asked: &[Question], now: Timestamp) -> AnyView {
    if asked.is_empty() {
        return ().into_any();
    }
    let asked: Vec<_> = asked.iter().map(|one| question(one, now)).collect();
    view! {
        <h2>"Questions"</h2>
        <ol class="asked">{asked}</ol>
    }
    .into_any()
}

fn question(question: &Question, now: Timestamp) -> AnyView {
    let answers: Vec<_> = question
        .answers
        .iter()
        .map(|one| answer(one, now))
        .collect();
    let waiting = question
        .answers
        .is_empty()
        .then_some(view! { <p class="quiet">"No answer yet."</p> });
    view! {
        <li>
            <p class="said-by">
                <strong>{visible(&question.person.name)}</strong>
                " asks "
                <span class="quiet">
                    <When at=question.at now />
                </span>
            </p>
            <blockquote>{visible(&question.text)}</blockquote>
            {answers}
            {waiting}
        </li>
    }
    .into_any()
}

fn answer(answer: &Answer, now: Timestamp) -> AnyView {
    let who = match &answer.person {
        Some(person) => visible(&person.name),
        None => view! { "The agent" }.into_any(),
    };
    view! {
        <p class="said-by">
            <strong>{who}</strong>
            " answers "
            <span class="quiet">
                <When at=answer.at now />
            </span>
        </p>
        <blockquote>{visible(&answer.text)}</blockquote>
    }
    .into_any()
}
