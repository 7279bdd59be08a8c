//! What approvers asked, what was answered, and the forms for both.

use domain::{ApprovalId, IntentId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        form::Failure,
        questions::{AnswerQuestion, AskQuestion, Question, Questions, load_questions},
    },
    components::{FailureNote, FormToken},
    islands::LiveQuestions,
    pages::load::{load, typed},
};

/// The section about questions; nothing where nobody asked and this person may not.
pub fn show(
    approval: ApprovalId,
    intent: IntentId,
    failure: Option<Failure>,
    now: Timestamp,
) -> AnyView {
    load(load_questions(approval), move |questions| {
        section(approval, intent, &questions, failure.as_ref(), now)
    })
}

fn section(
    approval: ApprovalId,
    intent: IntentId,
    questions: &Questions,
    failure: Option<&Failure>,
    now: Timestamp,
) -> AnyView {
    let ask = questions.may_ask.then(|| ask(approval, failure));
    let open = questions.asked.iter().filter(|one| one.answers.is_empty());
    let answers: Vec<_> = open
        .filter(|_| questions.may_answer)
        .map(|question| answer(approval, question, failure))
        .collect();
    let asked = questions.asked.clone();
    view! {
        <section class="questions" id="questions">
            <LiveQuestions approval intent asked now />
            {answers}
            {ask}
        </section>
    }
    .into_any()
}

fn ask(approval: ApprovalId, failure: Option<&Failure>) -> AnyView {
    let before = typed(failure, "question");
    let came_back = before.is_some();
    let note = failure
        .filter(|_| came_back)
        .map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    view! {
        <details class="ask" open=came_back data-while-pending="">
            <summary>"Ask the agent"</summary>
            {note}
            <form method="post" action=AskQuestion::url()>
                <FormToken />
                <input type="hidden" name="approval" value=approval.to_string() />
                <textarea
                    name="question"
                    rows="2"
                    required
                    maxlength="1000"
                    aria-label="Your question"
                    placeholder="The agent and the person behind it see this. The time to decide goes on."
                >
                    {before}
                </textarea>
                <button class="button small">"Ask"</button>
            </form>
        </details>
    }
    .into_any()
}

fn answer(approval: ApprovalId, question: &Question, failure: Option<&Failure>) -> AnyView {
    view! {
        <form
            class="answer"
            method="post"
            action=AnswerQuestion::url()
            data-while-pending=""
        >
            <FormToken />
            <input type="hidden" name="approval" value=approval.to_string() />
            <input type="hidden" name="question" value=question.question.to_string() />
            <textarea
                name="answer"
                rows="2"
                required
                maxlength="1000"
                aria-label=format!("Your answer to {}", question.person.name)
                placeholder=format!("Your answer to {}", question.person.name)
            >
                {typed(failure, "answer")}
            </textarea>
            <button class="button small">"Answer"</button>
        </form>
    }
    .into_any()
}
