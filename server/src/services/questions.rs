//! Questions about a request for approval: approvers ask, the agent or the person behind it
//! answers. Neither prolongs the time to decide.

use domain::{AnswerId, ApprovalId, IntentId, IntentState, PersonId, QuestionId};
use store::{
    AnswerRecord, NewAnswer, NewQuestion, Notification, NotificationKind, PersonRecord,
    QuestionRecord,
};

use super::{Hindrance, Notice, ServiceError, Services, fresh_uuid, intents::is_asker};
use crate::context::{Actor, Context};

/// The longest question or answer, in characters.
const LONGEST: usize = 1000;
/// The most questions about one request, and the most answers to one question.
const QUESTIONS_MAXIMUM: u32 = 10;
const ANSWERS_MAXIMUM: u32 = 5;

/// A question with who asked and who answered.
#[derive(Debug, Clone)]
pub struct QuestionView {
    /// The question.
    pub question: QuestionRecord,
    /// Who asks.
    pub asked_by: PersonRecord,
    /// The answers; those of the agent name no person.
    pub answers: Vec<(AnswerRecord, Option<PersonRecord>)>,
}

impl Services {
    /// The questions about a request with their answers, in order.
    pub async fn questions(
        &self,
        context: &Context,
        id: ApprovalId,
    ) -> Result<Vec<QuestionView>, ServiceError> {
        let view = self.approval(context, id).await?;
        let mut questions = Vec::new();
        for question in self.parts.store.questions_on(view.approval.id).await? {
            let mut answers = Vec::new();
            for answer in &question.answers {
                let person = match answer.answered_by {
                    Some(person) => Some(self.existing_person(person).await?),
                    None => None,
                };
                answers.push((answer.clone(), person));
            }
            questions.push(QuestionView {
                asked_by: self.existing_person(question.asked_by).await?,
                answers,
                question,
            });
        }
        Ok(questions)
    }

    /// Asks about a request: for whoever could decide on it, or has.
    pub async fn ask_question(
        &self,
        context: &Context,
        id: ApprovalId,
        text: &str,
    ) -> Result<QuestionId, ServiceError> {
        let person = context.person()?;
        let view = self.approval(context, id).await?;
        if let Some(hindrance) = view.hindrance.filter(|why| !may_ask(*why)) {
            let (code, sentence) = (hindrance.code(), hindrance.sentence());
            return Err(ServiceError::conflict(code, sentence));
        }
        let question = NewQuestion {
            id: QuestionId::new(fresh_uuid()),
            approval: id,
            asked_by: person.id,
            question: checked("question", text)?,
        };
        let (intent, run) = (view.intent.intent.id, view.intent.run.id);
        let mut tx = self.begin(context).await?;
        tx.require_state(intent, IntentState::PendingApproval)
            .await?;
        if !tx
            .insert_question(&question, run, QUESTIONS_MAXIMUM)
            .await?
        {
            let detail = format!("{QUESTIONS_MAXIMUM} questions were asked already; decide now");
            return Err(ServiceError::conflict("too_many_questions", detail));
        }
        let asked = Notification::new(NotificationKind::QuestionAsked).about(intent);
        tx.notify(&asked.of(question.id)).await?;
        tx.commit().await?;
        self.announce(Notice::Intent(intent));
        Ok(question.id)
    }

    /// Answers a question: for the run that asked, its initiator and its agent's owner.
    pub async fn answer_question(
        &self,
        context: &Context,
        intent: IntentId,
        question: QuestionId,
        text: &str,
    ) -> Result<(), ServiceError> {
        let view = self.intent(context, intent).await?;
        let agent = self.existing_agent(view.run.agent).await?;
        let answered_by = answering(context, |person| is_asker(person, &view.run, agent.owner))?;
        let approval = view.approval.map(|approval| approval.id);
        let approval = approval.ok_or(ServiceError::NotFound { what: "question" })?;
        let known = self.parts.store.questions_on(approval).await?;
        let known = known.iter().find(|one| one.id == question);
        let known = known.ok_or(ServiceError::NotFound { what: "question" })?;
        let answer = NewAnswer {
            id: AnswerId::new(fresh_uuid()),
            question,
            answered_by,
            answer: checked("answer", text)?,
        };
        let mut tx = self.begin(context).await?;
        tx.require_state(intent, IntentState::PendingApproval)
            .await?;
        let ids = (approval, view.run.id);
        if !tx.insert_answer(&answer, ids, ANSWERS_MAXIMUM).await? {
            let detail = format!("{ANSWERS_MAXIMUM} answers were given already");
            return Err(ServiceError::conflict("too_many_answers", detail));
        }
        let answered = Notification::new(NotificationKind::QuestionAnswered).about(intent);
        tx.notify(&answered.of(question).to(known.asked_by)).await?;
        tx.commit().await?;
        self.announce(Notice::Intent(intent));
        Ok(())
    }

    /// Whether the person may ask about this request, and whether they may answer.
    pub async fn may_ask_or_answer(
        &self,
        context: &Context,
        id: ApprovalId,
    ) -> Result<(bool, bool), ServiceError> {
        let view = self.approval(context, id).await?;
        let person = context.person()?.id;
        let is_open = view.intent.intent.state == IntentState::PendingApproval;
        let asks = view.hindrance.is_none_or(may_ask);
        let answers = is_asker(person, &view.intent.run, view.agent.owner);
        Ok((is_open && asks, is_open && answers))
    }
}

/// Who answers; none for the agent.
fn answering(
    context: &Context,
    is_asker: impl Fn(PersonId) -> bool,
) -> Result<Option<PersonId>, ServiceError> {
    match &context.actor {
        Actor::Run(_) => Ok(None),
        Actor::Person(person) if is_asker(person.id) => Ok(Some(person.id)),
        Actor::Person(_) | Actor::System | Actor::Anonymous => Err(ServiceError::refused(
            "not_asked",
            "the agent, its owner and the person behind the run answer questions",
        )),
    }
}

/// Somebody who has voted may still want to know.
fn may_ask(hindrance: Hindrance) -> bool {
    hindrance.can_be_overcome() || hindrance == Hindrance::HasVoted
}

fn checked(field: &'static str, text: &str) -> Result<String, ServiceError> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(ServiceError::invalid(field, "Write something.")),
        1..=LONGEST => Ok(text.to_owned()),
        _ => {
            let detail = format!("Use at most {LONGEST} characters.");
            Err(ServiceError::invalid(field, detail))
        }
    }
}
