//! The mail to an approver: something waits for a decision.

use askama::Template;
use domain::{ApprovalId, RiskLevel, TableName, Tag, Timestamp};
use url::Url;

use super::{
    Mail, MailError,
    words::{message_id, minute, one_line, risk},
};

/// What an approver should know before opening the page.
#[derive(Debug, Clone)]
pub struct ApprovalWaiting {
    /// Who could decide: `Name <address>`.
    pub to: String,
    /// What waits.
    pub approval: ApprovalId,
    /// The approval's page.
    pub link: Url,
    /// The agent's name.
    pub agent: String,
    /// The name of the person in whose name it runs.
    pub initiator: String,
    /// What for, in the agent's words.
    pub purpose: Option<String>,
    /// The ticket of the run.
    pub ticket: Option<String>,
    /// How risky.
    pub risk: RiskLevel,
    /// Why people are asked: what the policies say.
    pub reasons: Vec<String>,
    /// Tables read and changed.
    pub tables: Vec<TableName>,
    /// Tagged columns used.
    pub tagged_columns: Vec<TaggedColumn>,
    /// What it would cost, in words: `1.2 GB, about $0.01`.
    pub cost: String,
    /// How many people have to approve.
    pub count: u8,
    /// When it is too late.
    pub expires_at: Timestamp,
}

/// A column and what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedColumn {
    /// `project.dataset.table.column`.
    pub path: String,
    /// What it holds.
    pub tag: Tag,
}

#[derive(Template)]
#[template(path = "mail/approval_waiting.txt")]
struct Text<'a> {
    mail: &'a View,
}

#[derive(Template)]
#[template(path = "mail/approval_waiting.html")]
struct Html<'a> {
    mail: &'a View,
}

/// What both bodies show.
struct View {
    agent: String,
    initiator: String,
    purpose: Option<String>,
    ticket: Option<String>,
    risk: &'static str,
    risk_words: String,
    /// The class of the risk's colours.
    risk_class: &'static str,
    reasons: Vec<String>,
    tables: Vec<TableName>,
    tagged_columns: Vec<TaggedColumn>,
    cost: String,
    people: String,
    expires_at: String,
    link: Url,
}

/// Composes the mail to one approver.
pub fn approval_waiting(waiting: ApprovalWaiting) -> Result<Mail, MailError> {
    let view = View {
        agent: one_line(&waiting.agent),
        initiator: one_line(&waiting.initiator),
        purpose: waiting.purpose.as_deref().map(one_line),
        ticket: waiting.ticket.as_deref().map(one_line),
        risk: risk(waiting.risk),
        risk_words: format!("{} risk", risk(waiting.risk)),
        risk_class: waiting.risk.as_str(),
        reasons: waiting.reasons,
        tables: waiting.tables,
        tagged_columns: waiting.tagged_columns,
        cost: waiting.cost,
        people: match waiting.count {
            1 => "1 person".to_owned(),
            count => format!("{count} people"),
        },
        expires_at: minute(waiting.expires_at),
        link: waiting.link,
    };
    let View {
        agent, initiator, ..
    } = &view;
    let about = format!("waiting.{}", waiting.approval);
    Ok(Mail {
        subject: format!(
            "{}: {agent} on behalf of {initiator} asks for approval",
            view.risk_words
        ),
        text: Text { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        html: Html { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        message_id: message_id(&about, &waiting.to, &view.link),
        to: waiting.to,
    })
}
