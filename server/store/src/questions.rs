//! Questions about requests for approval, and the answers to them.

use std::collections::HashMap;

use domain::{AnswerId, ApprovalId, EventName, PersonId, QuestionId, RunId, Timestamp};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// A question with its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionRecord {
    /// Its id.
    pub id: QuestionId,
    /// About which request.
    pub approval: ApprovalId,
    /// Who asks.
    pub asked_by: PersonId,
    /// What.
    pub question: String,
    /// When.
    pub asked_at: Timestamp,
    /// What was answered, in order.
    pub answers: Vec<AnswerRecord>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRecord {
    /// Its id.
    pub id: AnswerId,
    /// To which question.
    pub question: QuestionId,
    /// Who answered; none for the agent.
    pub answered_by: Option<PersonId>,
    /// What.
    pub answer: String,
    /// When.
    pub answered_at: Timestamp,
}

/// A question to be asked.
#[derive(Debug, Clone, Serialize)]
pub struct NewQuestion {
    /// Its id.
    pub id: QuestionId,
    /// About which request.
    pub approval: ApprovalId,
    /// Who asks.
    pub asked_by: PersonId,
    /// What.
    pub question: String,
}

/// An answer to be given.
#[derive(Debug, Clone, Serialize)]
pub struct NewAnswer {
    /// Its id.
    pub id: AnswerId,
    /// To which question.
    pub question: QuestionId,
    /// Who answers; none for the agent.
    pub answered_by: Option<PersonId>,
    /// What.
    pub answer: String,
}

fn read_question(row: &Row) -> Result<QuestionRecord, StoreError> {
    Ok(QuestionRecord {
        id: row.parsed("id")?,
        approval: row.parsed("approval_id")?,
        asked_by: row.parsed("asked_by")?,
        question: row.text("question")?,
        asked_at: row.time("asked_at")?,
        answers: Vec::new(),
    })
}

fn read_answer(row: &Row) -> Result<AnswerRecord, StoreError> {
    Ok(AnswerRecord {
        id: row.parsed("id")?,
        question: row.parsed("question_id")?,
        answered_by: row.optional_parsed("answered_by")?,
        answer: row.text("answer")?,
        answered_at: row.time("answered_at")?,
    })
}

impl Transaction {
    /// Asks about a request for approval; says whether fewer than `most` were asked before.
    pub async fn insert_question(
        &mut self,
        new: &NewQuestion,
        run: RunId,
        most: u32,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "insert into questions (id, approval_id, asked_by, question, asked_at)
             select $1, $2, $3, $4, $5
             where (select count(*) from questions where approval_id = $2) < $6",
        )
        .bind(new.id.to_string())
        .bind(new.approval.to_string())
        .bind(new.asked_by.to_string())
        .bind(&new.question)
        .bind(now.micros())
        .bind(i64::from(most))
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        let subject = new.approval.to_string();
        self.record(EventName::QuestionAsked, &subject, Some(run), new)
            .await?;
        Ok(true)
    }

    /// Answers a question; says whether fewer than `most` answers were given before.
    pub async fn insert_answer(
        &mut self,
        new: &NewAnswer,
        (approval, run): (ApprovalId, RunId),
        most: u32,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "insert into answers (id, question_id, answered_by, answer, answered_at)
             select $1, $2, $3, $4, $5
             where (select count(*) from answers where question_id = $2) < $6",
        )
        .bind(new.id.to_string())
        .bind(new.question.to_string())
        .bind(new.answered_by.map(|person| person.to_string()))
        .bind(&new.answer)
        .bind(now.micros())
        .bind(i64::from(most))
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        let subject = approval.to_string();
        self.record(EventName::QuestionAnswered, &subject, Some(run), new)
            .await?;
        Ok(true)
    }
}

impl Store {
    /// The questions about a request for approval with their answers, in order.
    pub async fn questions_on(
        &self,
        approval: ApprovalId,
    ) -> Result<Vec<QuestionRecord>, StoreError> {
        let rows =
            sqlx::query("select * from questions where approval_id = $1 order by asked_at, id")
                .bind(approval.to_string())
                .fetch_all(&self.reader)
                .await?;
        let mut questions = collect(&rows, read_question)?;
        let rows = sqlx::query(
            "select answers.* from answers join questions on questions.id = answers.question_id
             where questions.approval_id = $1 order by answers.answered_at, answers.id",
        )
        .bind(approval.to_string())
        .fetch_all(&self.reader)
        .await?;
        let mut answers: HashMap<QuestionId, Vec<AnswerRecord>> = HashMap::new();
        for answer in collect(&rows, read_answer)? {
            answers.entry(answer.question).or_default().push(answer);
        }
        for question in &mut questions {
            question.answers = answers.remove(&question.id).unwrap_or_default();
        }
        Ok(questions)
    }
}
