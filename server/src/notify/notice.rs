//! The mail that says one thing: what happened, in a sentence and a few facts.

use askama::Template;
use url::Url;

use super::{Envelope, Mail, MailError, words::one_line};

/// A word in colours.
#[derive(Debug, Clone, Copy)]
pub struct Badge {
    /// The word.
    pub word: &'static str,
    /// The class of its colours, as in `mail/parts.html`.
    pub class: &'static str,
}

/// One thing that somebody should know.
#[derive(Debug, Clone)]
pub struct Notice {
    /// To whom.
    pub envelope: Envelope,
    /// What stands before everything else, loudly.
    pub badge: Option<Badge>,
    /// What happened, as one sentence without a full stop; the subject too.
    pub heading: String,
    /// What that means, and what to do.
    pub says: String,
    /// Names and what they are.
    pub facts: Vec<(&'static str, String)>,
    /// The page that shows more.
    pub link: Url,
    /// What to do there, in two or three words.
    pub action: &'static str,
    /// Why this person gets the mail: `you may decide`.
    pub because: &'static str,
}

#[derive(Template)]
#[template(path = "mail/notice.txt")]
struct Text<'a> {
    mail: &'a Notice,
}

#[derive(Template)]
#[template(path = "mail/notice.html")]
struct Html<'a> {
    mail: &'a Notice,
}

/// Composes the mail to one person.
pub fn notice(notice: Notice) -> Result<Mail, MailError> {
    let facts = notice.facts.into_iter();
    let mail = Notice {
        heading: one_line(&notice.heading),
        facts: facts
            .map(|(name, value)| (name, one_line(&value)))
            .collect(),
        ..notice
    };
    Ok(Mail {
        subject: match mail.badge {
            Some(badge) => format!("[{}] {}", badge.word.to_uppercase(), mail.heading),
            None => mail.heading.clone(),
        },
        text: Text { mail: &mail }
            .render()
            .map_err(|_| MailError::Composition)?,
        html: Html { mail: &mail }
            .render()
            .map_err(|_| MailError::Composition)?,
        envelope: mail.envelope,
    })
}
