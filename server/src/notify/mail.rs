//! One mail, and how it is put on the wire.

use std::fmt;

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{Header, HeaderName, HeaderValue},
    },
};

use super::MailError;

/// Whom a mail goes to, and by which ids mail programs tell it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// `Name <address>`, or an address.
    pub to: String,
    /// The same for every attempt to send it, without its angle brackets (RFC 5322
    /// section 3.6.4).
    pub message_id: String,
    /// What all mails about one thing refer to, so that mail programs show them together;
    /// written like a message id.
    pub thread: Option<String>,
}

/// One mail to one person. Debug output shows neither its text nor whom it goes to.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub envelope: Envelope,
    /// One line.
    pub subject: String,
    /// The body for programs that show plain text.
    pub text: String,
    /// The same as a page.
    pub html: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("message_id", &self.envelope.message_id)
            .finish_non_exhaustive()
    }
}

/// Tells programs that answer mail that nobody wrote this (RFC 3834 section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Mail {
    /// The mail as RFC 5322 has it: plain text, and HTML as an alternative.
    pub(super) fn message(self, from: Mailbox) -> Result<Message, MailError> {
        let Envelope {
            to,
            message_id,
            thread,
        } = self.envelope;
        let to: Mailbox = to.parse().map_err(|_| MailError::Address { field: "to" })?;
        let mut message = Message::builder()
            .from(from)
            .to(to)
            .subject(self.subject)
            .message_id(Some(format!("<{message_id}>")))
            .header(AutoSubmitted);
        if let Some(thread) = thread {
            message = message.references(format!("<{thread}>"));
        }
        message
            .multipart(MultiPart::alternative_plain_html(self.text, self.html))
            .map_err(|_| MailError::Composition)
    }
}
