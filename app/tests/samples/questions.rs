//! Sample questions: one answered, one open.

use app::api::{
    UiError,
    questions::{Answer, Question, QuestionDesk, Questions},
};
use domain::{ApprovalId, QuestionId, Timestamp};

use super::{Amount, person, uuid};

pub struct SampleQuestions {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl QuestionDesk for SampleQuestions {
    async fn questions(&self, _approval: ApprovalId) -> Result<Questions, UiError> {
        let question = |number: u128, text: &str| Question {
            question: QuestionId::new(uuid(number)),
            person: person(2),
            text: text.to_owned(),
            at: self.now.plus_seconds(-200),
            answers: Vec::new(),
        };
        let answer = Answer {
            person: None,
            text: "The churn report groups by country; addresses are only counted.".to_owned(),
            at: self.now.plus_seconds(-120),
        };
        let answered = Question {
            answers: vec![answer],
            ..question(0, "Why does this need the e-mail column?")
        };
        let asked = match self.amount {
            Amount::None => Vec::new(),
            _ => vec![answered, question(1, "Is one month enough?")],
        };
        Ok(Questions {
            asked,
            may_ask: true,
            may_answer: true,
        })
    }

    async fn ask(&self, _: ApprovalId, text: String) -> Result<(), UiError> {
        if text.trim().is_empty() {
            return Err(UiError::invalid("question", "Write something."));
        }
        Ok(())
    }

    async fn answer(&self, _: ApprovalId, _: QuestionId, _: String) -> Result<(), UiError> {
        Ok(())
    }
}
