//! Mails: composed from what the store knows at the moment of sending.

use domain::{Conditions, IntentState, RiskLevel};
use store::{AgentRecord, DeliveryRecord, NotificationKind, NotificationRecord, PersonRecord};
use url::Url;

use super::{
    IntentView, ServiceError, Services,
    deliveries::{Attempt, Obstacle},
};
use crate::notify::{
    ApprovalDecided, ApprovalWaiting, Call, Envelope, Mail, MailError, Outcome, approval_decided,
    approval_waiting,
};

impl From<MailError> for Obstacle {
    fn from(error: MailError) -> Self {
        Self {
            code: error.code(),
            is_final: error.is_final(),
        }
    }
}

/// What mails about an intent are made of.
pub(super) struct Matter {
    pub envelope: Envelope,
    pub view: IntentView,
    pub agent: AgentRecord,
    pub initiator: PersonRecord,
}

impl Services {
    pub(super) async fn attempt_mail(
        &self,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
    ) -> Result<Attempt, Obstacle> {
        // Looked up anew: whom it concerned when it was owed it may concern no more.
        let recipients = self.recipients(notification).await?;
        let is_meant = |person: &&PersonRecord| person.id.to_string() == delivery.recipient;
        let Some(person) = recipients.iter().find(is_meant) else {
            return Ok(Attempt::Pointless);
        };
        match self.mail(person, delivery, notification).await? {
            Some(mail) => {
                self.parts.mailer.send(mail).await?;
                Ok(Attempt::Arrived)
            }
            None => Ok(Attempt::Pointless),
        }
    }

    /// The mail to one person; none when what it calls for was settled meanwhile.
    async fn mail(
        &self,
        person: &PersonRecord,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
    ) -> Result<Option<Mail>, Obstacle> {
        let envelope = envelope(person, delivery, notification);
        if notification.kind == NotificationKind::Digest {
            return self.digest_mail(person, envelope).await;
        }
        let Some(intent) = notification.intent else {
            return self.delegation_mail(envelope, notification).await;
        };
        let view = self
            .view_intent(self.existing_intent(intent).await?)
            .await?;
        let matter = Matter {
            envelope,
            agent: self.existing_agent(view.run.agent).await?,
            initiator: self.existing_person(view.run.initiator).await?,
            view,
        };
        match notification.kind {
            NotificationKind::ApprovalWaiting => self.waiting_mail(Call::First, matter),
            NotificationKind::ApprovalReminder => self.waiting_mail(Call::Reminder, matter),
            NotificationKind::ApprovalEscalated => self.waiting_mail(Call::Escalation, matter),
            NotificationKind::ApprovalDecided => self.decided_mail(matter).await,
            _ => self.notice_mail(matter, notification).await,
        }
    }

    /// Calls for a decision; in vain once there is one, or once this person cannot give it.
    fn waiting_mail(&self, call: Call, matter: Matter) -> Result<Option<Mail>, Obstacle> {
        let view = &matter.view;
        let Some(approval) = view.approval.as_ref().filter(|a| a.closed_at.is_none()) else {
            return Ok(None);
        };
        let reasons = view.decision.iter().flat_map(|decision| &decision.reasons);
        let analysis = view.analysis.as_ref();
        let tables = analysis.iter().flat_map(|analysis| {
            let tables = analysis.reads().into_iter().chain(analysis.writes());
            tables.cloned()
        });
        let tags = analysis
            .iter()
            .flat_map(|analysis| analysis.tags())
            .cloned();
        let mail = approval_waiting(ApprovalWaiting {
            envelope: matter.envelope,
            call,
            link: self.page(&format!("/approvals/{}", approval.id))?,
            agent: matter.agent.name,
            initiator: matter.initiator.name,
            purpose: Some(view.run.purpose.clone()),
            ticket: Some(view.run.ticket.clone()).filter(|ticket| !ticket.is_empty()),
            risk: view.risk().unwrap_or(RiskLevel::Critical),
            reasons: reasons.map(|reason| reason.says.clone()).collect(),
            tables: tables.collect(),
            tags: tags.filter(domain::Tag::is_sensitive).collect(),
            cost: self.cost_in_words(view),
            count: u8::try_from(approval.needed).unwrap_or(u8::MAX),
            expires_at: approval.expires_at,
        });
        Ok(Some(mail?))
    }

    async fn decided_mail(&self, matter: Matter) -> Result<Option<Mail>, Obstacle> {
        let view = &matter.view;
        let Some(approval) = &view.approval else {
            return Ok(None);
        };
        let mut voters = Vec::new();
        for vote in &view.votes {
            voters.push(self.existing_person(vote.person).await?.name);
        }
        let outcome = match view.intent.state {
            IntentState::Denied => Outcome::Denied,
            IntentState::Expired => Outcome::Expired,
            IntentState::Stale => Outcome::Stale,
            _ => Outcome::Approved,
        };
        let problem = view.problem.iter();
        let mail = approval_decided(ApprovalDecided {
            link: self.page(&format!("/approvals/{}", approval.id))?,
            envelope: matter.envelope,
            agent: matter.agent.name,
            purpose: Some(view.run.purpose.clone()),
            ticket: Some(view.run.ticket.clone()).filter(|ticket| !ticket.is_empty()),
            outcome,
            details: match outcome {
                Outcome::Approved => conditions(&approval.conditions),
                Outcome::Stale => problem.map(|problem| problem.detail.clone()).collect(),
                Outcome::Denied | Outcome::Expired => Vec::new(),
            },
            voters,
            decided_at: approval.closed_at.unwrap_or(view.intent.changed_at),
        });
        Ok(Some(mail?))
    }

    /// The address of a page of the portal.
    pub(super) fn page(&self, path: &str) -> Result<Url, ServiceError> {
        let page = Url::parse(&format!("{}{path}", self.public_url()));
        page.map_err(|_| ServiceError::NotFound { what: "page" })
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

fn envelope(
    person: &PersonRecord,
    delivery: &DeliveryRecord,
    notification: &NotificationRecord,
) -> Envelope {
    let host = delivery
        .message_id
        .split_once('@')
        .map_or("localhost", |(_, host)| host);
    Envelope {
        to: address(person),
        message_id: delivery.message_id.clone(),
        thread: notification.intent.map(|intent| format!("{intent}@{host}")),
    }
}

/// On what an approval depends, a sentence each.
fn conditions(conditions: &Conditions) -> Vec<String> {
    let rows = conditions.row_cap();
    let rows = rows.map(|rows| format!("At most {rows} rows leave."));
    let masks = conditions.masks().iter();
    let masks = masks.map(|column| format!("{column} is masked."));
    let aggregates = conditions.aggregate_only();
    let aggregates = aggregates.then(|| "Only aggregates leave.".to_owned());
    rows.into_iter().chain(masks).chain(aggregates).collect()
}

/// `Name <address>`; quotation marks would end the name early.
fn address(person: &PersonRecord) -> String {
    let name = person.name.replace(['"', '\\'], "");
    format!("\"{name}\" <{}>", person.email)
}
