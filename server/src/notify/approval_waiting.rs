//! The mail to an approver: something waits for a decision.

use askama::Template;
use domain::{RiskLevel, TableName, Tag, Timestamp};
use url::Url;

use super::{
    Envelope, Mail, MailError,
    words::{minute, one_line, risk},
};

/// Why an approver hears of it now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// It has just come.
    First,
    /// It still waits, and the time runs out.
    Reminder,
    /// It still waits, and is now theirs to decide too.
    Escalation,
}

impl Call {
    const fn asks(self) -> &'static str {
        match self {
            Self::First => "asks for approval",
            Self::Reminder => "still waits for approval",
            Self::Escalation => "now waits for you too",
        }
    }
}

/// What an approver should know before opening the page.
#[derive(Debug, Clone)]
pub struct ApprovalWaiting {
    /// Who could decide.
    pub envelope: Envelope,
    /// Why they hear of it now.
    pub call: Call,
    /// The approval's page.
    pub link: Url,
    /// The agent's name.
    pub agent: String,
    /// The name of the person in whose name it runs.
    pub initiator: String,
    /// What the run is for, as the initiator confirmed it: what an agent writes with a query
    /// may quote the query, and stays on the page.
    pub purpose: Option<String>,
    /// The ticket of the run.
    pub ticket: Option<String>,
    /// How risky.
    pub risk: RiskLevel,
    /// Why people are asked: what the policies say.
    pub reasons: Vec<String>,
    /// Tables read and changed.
    pub tables: Vec<TableName>,
    /// What is sensitive about it.
    pub tags: Vec<Tag>,
    /// What it would cost, in words: `1.2 GB, about $0.01`.
    pub cost: String,
    /// How many people have to approve.
    pub count: u8,
    /// When it is too late.
    pub expires_at: Timestamp,
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
    asks: &'static str,
    agent: String,
    initiator: String,
    purpose: Option<String>,
    ticket: Option<String>,
    risk: &'static str,
    risk_words: String,
    /// The class of the risk's colours.
    risk_class: &'static str,
    reasons: Vec<String>,
    tables: Vec<String>,
    tags: String,
    cost: String,
    people: String,
    expires_at: String,
    link: Url,
}

/// Composes the mail to one approver.
pub fn approval_waiting(waiting: ApprovalWaiting) -> Result<Mail, MailError> {
    let tables = waiting.tables.iter();
    let tags = waiting.tags.iter().map(Tag::as_str);
    let view = View {
        asks: waiting.call.asks(),
        agent: one_line(&waiting.agent),
        initiator: one_line(&waiting.initiator),
        purpose: waiting.purpose.as_deref().map(one_line),
        ticket: waiting.ticket.as_deref().map(one_line),
        risk: risk(waiting.risk),
        risk_words: format!("{} risk", risk(waiting.risk)),
        risk_class: waiting.risk.as_str(),
        reasons: waiting.reasons,
        tables: tables.map(|table| one_line(table.as_str())).collect(),
        tags: tags.collect::<Vec<_>>().join(", "),
        cost: waiting.cost,
        people: match waiting.count {
            1 => "1 person".to_owned(),
            count => format!("{count} people"),
        },
        expires_at: minute(waiting.expires_at),
        link: waiting.link,
    };
    let View {
        agent,
        initiator,
        asks,
        ..
    } = &view;
    Ok(Mail {
        subject: format!(
            "{}: {agent} on behalf of {initiator} {asks}",
            view.risk_words
        ),
        text: Text { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        html: Html { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        envelope: waiting.envelope,
    })
}
