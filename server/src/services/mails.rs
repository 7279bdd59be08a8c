//! Mails that are owed: composed from what the store knows, sent, or tried again later.

use domain::{IntentState, RiskLevel};
use store::{AgentRecord, ApprovalRecord, MailKind, OutboxRecord, PersonRecord};
use url::Url;

use super::{IntentView, ServiceError, Services};
use crate::{
    context::Context,
    notify::{
        ApprovalDecided, ApprovalWaiting, Mail, MailError, Outcome, TaggedColumn, approval_decided,
        approval_waiting,
    },
};

/// The longest pause between two attempts, in seconds.
const PAUSE_MAXIMUM: i64 = 3600;
/// After so many attempts, nine hours or so, an address is taken to be wrong.
const ATTEMPTS_MAXIMUM: u64 = 16;

impl Services {
    /// Sends every mail that is due. Whom one does not reach is tried again later, at growing
    /// pauses but not for ever; whom it has reached gets it once.
    pub async fn send_due_mails(&self, context: &Context) -> Result<(), ServiceError> {
        for mut owed in self.parts.store.due_mails(context.now).await? {
            match self.send_owed(&mut owed).await {
                Ok(recipients) => {
                    let mut tx = self.begin(context).await?;
                    tx.mail_sent(&owed, recipients).await?;
                    tx.commit().await?;
                }
                Err(SendError::Mail(error)) => {
                    let attempt = owed.attempts + 1;
                    tracing::warn!(%error, attempt, "a mail did not reach everybody");
                    self.try_again_later(context, &owed).await?;
                }
                Err(SendError::Service(error)) => return Err(error),
            }
        }
        Ok(())
    }

    async fn try_again_later(
        &self,
        context: &Context,
        owed: &OutboxRecord,
    ) -> Result<(), ServiceError> {
        if owed.attempts + 1 >= ATTEMPTS_MAXIMUM {
            let mut tx = self.begin(context).await?;
            tx.give_up_mail(owed).await?;
            return Ok(tx.commit().await?);
        }
        let doublings = u32::try_from(owed.attempts.min(10)).unwrap_or(10);
        let pause = (10 * 2_i64.pow(doublings)).min(PAUSE_MAXIMUM);
        let due_at = context.now.plus_seconds(pause);
        Ok(self.parts.store.postpone_mail(owed, due_at).await?)
    }

    /// How many people it has reached in all, or why it did not reach the last that failed.
    async fn send_owed(&self, owed: &mut OutboxRecord) -> Result<usize, SendError> {
        let intent = self.existing_intent(owed.intent).await?;
        let view = self.view_intent(intent).await?;
        let Some(approval) = view.approval.clone() else {
            return Ok(0);
        };
        if owed.kind == MailKind::ApprovalWaiting && approval.closed_at.is_some() {
            // Decided or taken back before the mail could be sent.
            return Ok(0);
        }
        let agent = self.existing_agent(view.run.agent).await?;
        let initiator = self.existing_person(view.run.initiator).await?;
        let recipients = match owed.kind {
            MailKind::ApprovalWaiting => {
                self.eligible(&approval, &view.votes, &view.run, &agent)
                    .await?
            }
            MailKind::ApprovalDecided => vec![initiator.clone()],
        };
        let mut failure = None;
        for person in &recipients {
            if owed.delivered.contains(&person.id) {
                continue;
            }
            let mail = match owed.kind {
                MailKind::ApprovalWaiting => {
                    self.waiting_mail(person, &approval, &view, &agent, &initiator)?
                }
                MailKind::ApprovalDecided => {
                    self.decided_mail(person, &approval, &view, &agent).await?
                }
            };
            match self.parts.mailer.send(mail).await {
                Ok(()) => owed.delivered.push(person.id),
                Err(error) => failure = Some(error),
            }
        }
        match failure {
            Some(error) => Err(error.into()),
            None => Ok(owed.delivered.len()),
        }
    }

    fn waiting_mail(
        &self,
        person: &PersonRecord,
        approval: &ApprovalRecord,
        view: &IntentView,
        agent: &AgentRecord,
        initiator: &PersonRecord,
    ) -> Result<Mail, SendError> {
        let reasons = view.decision.iter().flat_map(|decision| &decision.reasons);
        let analysis = view.analysis.as_ref();
        let tables = analysis.iter().flat_map(|analysis| {
            let tables = analysis.reads().into_iter().chain(analysis.writes());
            tables.cloned()
        });
        Ok(approval_waiting(ApprovalWaiting {
            to: address(person),
            approval: approval.id,
            link: self.approval_page(approval)?,
            agent: agent.name.clone(),
            initiator: initiator.name.clone(),
            purpose: Some(view.intent.purpose.clone()),
            ticket: Some(view.run.ticket.clone()).filter(|ticket| !ticket.is_empty()),
            risk: view.risk().unwrap_or(RiskLevel::Critical),
            reasons: reasons.map(|reason| reason.says.clone()).collect(),
            tables: tables.collect(),
            tagged_columns: analysis.map(tagged_columns).unwrap_or_default(),
            cost: self.cost_in_words(view),
            count: u8::try_from(approval.needed).unwrap_or(u8::MAX),
            expires_at: approval.expires_at,
        })?)
    }

    async fn decided_mail(
        &self,
        person: &PersonRecord,
        approval: &ApprovalRecord,
        view: &IntentView,
        agent: &AgentRecord,
    ) -> Result<Mail, SendError> {
        let mut voters = Vec::new();
        for vote in &view.votes {
            voters.push(self.existing_person(vote.person).await?.name);
        }
        Ok(approval_decided(ApprovalDecided {
            to: address(person),
            approval: approval.id,
            link: self.approval_page(approval)?,
            agent: agent.name.clone(),
            purpose: Some(view.intent.purpose.clone()),
            ticket: Some(view.run.ticket.clone()).filter(|ticket| !ticket.is_empty()),
            outcome: match view.intent.state {
                IntentState::Denied => Outcome::Denied,
                IntentState::Expired => Outcome::Expired,
                _ => Outcome::Approved,
            },
            voters,
            decided_at: approval.closed_at.unwrap_or(view.intent.changed_at),
        })?)
    }

    fn approval_page(&self, approval: &ApprovalRecord) -> Result<Url, SendError> {
        let page = format!("{}/approvals/{}", self.public_url(), approval.id);
        let page = Url::parse(&page);
        page.map_err(|_| SendError::Service(ServiceError::NotFound { what: "page" }))
    }

    fn cost_in_words(&self, view: &IntentView) -> String {
        let Some(facts) = &view.dry_run else {
            return "unknown".to_owned();
        };
        let dollars = self.micro_dollars(facts.bytes);
        let megabytes = facts.bytes.div_ceil(1_000_000);
        let cents = dollars.div_ceil(10_000);
        format!(
            "{megabytes} MB, at most ${}.{:02}",
            cents / 100,
            cents % 100
        )
    }

    /// The on-demand price of a query, in millionths of a US dollar.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate for people: a rounding error of 2^-52 does not show"
    )]
    pub fn micro_dollars(&self, bytes: u64) -> u64 {
        let tebibytes = bytes as f64 / (1_u64 << 40) as f64;
        (tebibytes * self.parts.warehouse_config.price_per_tebibyte_dollars * 1e6).ceil() as u64
    }
}

#[derive(Debug, thiserror::Error)]
enum SendError {
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// `Name <address>`; quotation marks would end the name early.
fn address(person: &PersonRecord) -> String {
    let name = person.name.replace(['"', '\\'], "");
    format!("\"{name}\" <{}>", person.email)
}

fn tagged_columns(analysis: &analysis::Analysis) -> Vec<TaggedColumn> {
    let outputs = analysis.statements.iter().flat_map(|s| &s.columns);
    let tagged = outputs.flat_map(|column| {
        let tags = column.tags.iter().cloned();
        tags.map(|tag| TaggedColumn {
            path: column.name.clone(),
            tag,
        })
    });
    tagged.collect()
}
