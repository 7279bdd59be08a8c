//! The mail to an initiator: what became of the approval.

use askama::Template;
use domain::Timestamp;
use url::Url;

use super::{
    Envelope, Mail, MailError,
    words::{minute, one_line},
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
    /// What was approved is not what would run by now.
    Stale,
}

/// What an initiator should know before opening the page.
#[derive(Debug, Clone)]
pub struct ApprovalDecided {
    /// In whose name it runs.
    pub envelope: Envelope,
    /// The approval's page.
    pub link: Url,
    /// The agent's name.
    pub agent: String,
    /// What the run is for.
    pub purpose: Option<String>,
    /// The ticket of the run.
    pub ticket: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// What changed, or on which conditions it was approved: a sentence each.
    pub details: Vec<String>,
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
    details: Vec<String>,
    voters: String,
    decided_at: String,
    link: Url,
}

/// Composes the mail to the initiator. What voters wrote stays on the page.
pub fn approval_decided(decided: ApprovalDecided) -> Result<Mail, MailError> {
    let voters: Vec<_> = decided.voters.iter().map(|name| one_line(name)).collect();
    let details = decided.details.iter().map(|detail| one_line(detail));
    let view = View {
        agent: one_line(&decided.agent),
        purpose: decided.purpose.as_deref().map(one_line),
        ticket: decided.ticket.as_deref().map(one_line),
        outcome: decided.outcome.word(),
        outcome_class: decided.outcome.class(),
        next: decided.outcome.next(),
        details: details.collect(),
        voters: voters.join(", "),
        decided_at: minute(decided.decided_at),
        link: decided.link,
    };
    Ok(Mail {
        subject: format!("{}: the query of {}", view.outcome, view.agent),
        text: Text { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        html: Html { mail: &view }
            .render()
            .map_err(|_| MailError::Composition)?,
        envelope: decided.envelope,
    })
}

impl Outcome {
    const fn word(self) -> &'static str {
        match self {
            Self::Approved => "Approved",
            Self::Denied => "Denied",
            Self::Expired => "Expired",
            Self::Stale => "Stale",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Denied => "denied",
            Self::Expired | Self::Stale => "expired",
        }
    }

    const fn next(self) -> &'static str {
        match self {
            Self::Approved => "It runs now, once, exactly as it was approved.",
            Self::Denied => "It does not run. The page says why.",
            Self::Expired => "It does not run: nobody decided in time. The agent can ask again.",
            Self::Stale => {
                "It does not run: something that it depends on changed since it was asked for. \
                 The agent can ask again."
            }
        }
    }
}
