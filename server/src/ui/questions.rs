//! The desk for questions.

use app::api::{
    UiError,
    questions::{Answer, Question, QuestionDesk, Questions},
};
use async_trait::async_trait;
use domain::{ApprovalId, QuestionId};

use super::{Desk, errors::shown, names::person_ref};
use crate::services::QuestionView;

#[async_trait]
impl QuestionDesk for Desk {
    async fn questions(&self, approval: ApprovalId) -> Result<Questions, UiError> {
        let asked = self.services.questions(&self.context, approval).await;
        let may = self.services.may_ask_or_answer(&self.context, approval);
        let (may_ask, may_answer) = may.await.map_err(shown)?;
        Ok(Questions {
            asked: asked.map_err(shown)?.into_iter().map(question).collect(),
            may_ask,
            may_answer,
        })
    }

    async fn ask(&self, approval: ApprovalId, text: String) -> Result<(), UiError> {
        let asked = self.services.ask_question(&self.context, approval, &text);
        asked.await.map(drop).map_err(shown)
    }

    async fn answer(
        &self,
        approval: ApprovalId,
        question: QuestionId,
        text: String,
    ) -> Result<(), UiError> {
        let view = self.services.approval(&self.context, approval).await;
        let intent = view.map_err(shown)?.intent.intent.id;
        let answered = self
            .services
            .answer_question(&self.context, intent, question, &text);
        answered.await.map_err(shown)
    }
}

fn question(view: QuestionView) -> Question {
    let answers = view.answers.into_iter().map(|(answer, person)| Answer {
        person: person.as_ref().map(person_ref),
        text: answer.answer,
        at: answer.answered_at,
    });
    Question {
        question: view.question.id,
        person: person_ref(&view.asked_by),
        text: view.question.question,
        at: view.question.asked_at,
        answers: answers.collect(),
    }
}
