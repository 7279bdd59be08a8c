//! The mail to an initiator: what became of the approval.

use askama::Template;
use domain::{ApprovalId, Timestamp};
use url::Url;

use super::{
    Mail, MailError,
    words::{message_id, minute, one_line},
};

/// How an approval ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Enough people approved.
    Approved,
    /// Somebody denied it.
    Denied,
    /// Nobody decided in time.
    Expired,
}

/// What an initiator should know before opening the page.
#[derive(Debug, Clone)]
pub struct ApprovalDecided {
    /// In whose name it runs: `Name <address>`.
    pub to: String,
    /// What was decided.
    pub approval: ApprovalId,
    /// The approval's page.
    pub link: Url,
    /// The agent's name.
    pub agent: String,
    /// What for, in the agent's words.
    pub purpose: Option<String>,
    /// The ticket of the run.
    pub ticket: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// The names of those who voted.
    pub voters: Vec<String>,
    /// When it ended.
    pub decided_at: Timestamp,
}

#[derive(Template)]
#[template(path = "mail/approval_decided.txt")]
struct Text<'a> {
    mail: &'a View,
}

#[derive(Template)]
#[template(path = "mail/approval_decided.html")]
struct Html<'a> {
    mail: &'a View,
}

/// What both bodies show.
struct View {
    agent: String,
    purpose: Option<String>,
    ticket: Option<String>,
    outcome: &'static str,
    /// The class of the outcome's colours.
    outcome_class: &'static str,
    /// What happens now.
    next: &'static str,
    voters: String,
    decided_at: String,
    link: Url,
}

/// Composes the mail to the initiator. What voters wrote stays on the page.
pub fn approval_decided(decided: ApprovalDecided) -> Result<Mail, MailError> {
    let voters: Vec<_> = decided.voters.iter().map(|name| one_line(name)).collect();
    let view = View {
        agent: one_line(&decided.agent),
        purpose: decided.purpose.as_deref().map(one_line),
        ticket: decided.ticket.as_deref().map(one_line),
        outcome: decided.outcome.word(),
        outcome_class: decided.outcome.class(),
        next: decided.outcome.next(),
        voters: voters.join(", "),
        decided_at: minute(decided.decided_at),
        link: decided.link,
    };
    let about = format!("decided.{}", decided.approval);
    Ok(Mail {
        subject: format!("{}: the query of {}", view.outcome, view.agent),
        text: Text { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        html: Html { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        message_id: message_id(&about, &decided.to, &view.link),
        to: decided.to,
    })
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Denied => "Denied",
            Self::Expired => "Expired",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired => "expired",
        }
    }

    const fn next(self) -> &'static str {
        match self {
            Self::Approved => "It runs now, once, exactly as it was approved.",
            Self::Denied => "It does not run. The page says why.",
            Self::Expired => "It does not run: nobody decided in time. The agent can ask again.",
        }
    }
}
