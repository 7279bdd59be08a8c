//! A mail box that keeps what was sent.

use std::sync::Mutex;

use async_trait::async_trait;
use countersign::notify::{Mail, MailError, Mailer};

/// Everything that was handed over, in order.
#[derive(Default)]
pub struct MailBox(Mutex<Vec<Mail>>);

impl MailBox {
    /// Whom the mails went to, as `Name <address>`, sorted.
    pub fn recipients(&self) -> Vec<String> {
        let mails = self.0.lock().expect("the mail box");
        let mut recipients: Vec<_> = mails.iter().map(|mail| mail.to.clone()).collect();
        recipients.sort();
        recipients
    }

    /// The text of every mail.
    pub fn texts(&self) -> Vec<String> {
        let mails = self.0.lock().expect("the mail box");
        mails.iter().map(|mail| mail.text.clone()).collect()
    }
}

#[async_trait]
impl Mailer for MailBox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        self.0.lock().expect("the mail box").push(mail);
        Ok(())
    }
}
