//! One mail, and how it is put on the wire.

use std::fmt;

use lettre::{Message, message::Mailbox, message::MultiPart};

use super::MailError;

/// One mail to one person. Debug output shows neither its text nor whom it goes to.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// `Name <address>`, or an address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// The body for programs that show plain text.
    pub text: String,
    /// The same as a page.
    pub html: String,
    /// The same for every attempt to send it, without its angle brackets (RFC 5322
    /// section 3.6.4).
    pub message_id: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

impl Mail {
    /// The mail as RFC 5322 has it: plain text, and HTML as an alternative.
    pub(super) fn message(self, from: Mailbox) -> Result<Message, MailError> {
        let to: Mailbox = self
            .to
            .parse()
            .map_err(|_| MailError::Address { field: "to" })?;
        Message::builder()
            .from(from)
            .to(to)
            .subject(self.subject)
            .message_id(Some(format!("<{}>", self.message_id)))
            .multipart(MultiPart::alternative_plain_html(self.text, self.html))
            .map_err(|_| MailError::Composition)
    }
}
