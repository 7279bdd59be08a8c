//! What approvers asked, what was answered, and the forms for both.

use domain::{ApprovalId, IntentId, Timestamp};
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        approvals::ApprovalPage,
        form::Failure,
        questions::{AnswerQuestion, AskQuestion, Question, Questions, load_questions},
    },
    components::FormToken,
    islands::LiveQuestions,
    pages::load::{load, typed},
};

/// The section about questions; nothing where nobody asked and this person may not.
pub fn show(page: &ApprovalPage, failure: Option<Failure>, now: Timestamp) -> AnyView {
    let (approval, intent) = (page.approval, page.intent);
    // Whoever may decide asks beside the decision.
    let asks_here = page.hindrance.is_some();
    load(load_questions(approval), move |questions| {
        let failure = failure.as_ref();
        let ask = (questions.may_ask && asks_here).then(|| ask(approval, failure));
        section((approval, intent), &questions, ask, failure, now)
    })
}

fn section(
    (approval, intent): (ApprovalId, IntentId),
    questions: &Questions,
    ask: Option<AnyView>,
    failure: Option<&Failure>,
    now: Timestamp,
) -> AnyView {
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

/// The way to ask instead of deciding. The time to decide goes on.
pub fn ask(approval: ApprovalId, failure: Option<&Failure>) -> AnyView {
    let before = typed(failure, "question");
    let came_back = before.is_some();
    view! {
        <details class="more" open=came_back>
            <summary class="button" data-key="q">
                "Ask"
                <kbd aria-hidden="true">"q"</kbd>
            </summary>
            <form method="post" action=AskQuestion::url()>
                <FormToken />
                <input type="hidden" name="approval" value=approval.to_string() />
                <div class="field">
                    <label for="question">"Ask the agent"</label>
                    <textarea id="question" name="question" rows="3" required maxlength="1000">
                        {before}
                    </textarea>
                    <p class="hint">
                        "The agent and the person behind it see this. The time to decide goes on."
                    </p>
                </div>
                <button class="button primary">"Send the question"</button>
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
