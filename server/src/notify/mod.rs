//! Mails and webhooks: what they say, and how they are sent.
//!
//! Mail carries no power: it says that something waits or was decided and links to a page
//! that asks for a session. It names tables and columns, never SQL, literals or values.

mod approval_decided;
mod approval_waiting;
mod error;
mod folder;
mod mail;
mod notice;
mod smtp;
mod webhook;
mod words;

#[cfg(test)]
mod tests;

use async_trait::async_trait;

pub use approval_decided::{ApprovalDecided, Outcome, approval_decided};
pub use approval_waiting::{ApprovalWaiting, Call, approval_waiting};
pub use error::{MailError, MailSettingsError};
pub use folder::MailFolder;
pub use mail::{Envelope, Mail};
pub use notice::{Badge, Notice, notice};
pub use smtp::MailServer;
pub(crate) use webhook::key as webhook_key;
pub use webhook::{WebhookError, WebhookMessage, Webhooks};
pub(crate) use words::{minute, risk};

/// Something that takes mail.
///
/// A mail may be sent twice, when it is not known whether the first attempt got through:
/// its message id stays the same, so that mail programs show it once.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one mail over.
    async fn send(&self, mail: Mail) -> Result<(), MailError>;
}
