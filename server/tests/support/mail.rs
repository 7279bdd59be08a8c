//! A mail box that keeps what was sent.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use countersign::notify::{Mail, MailError, Mailer};

/// Everything that was handed over, in order.
#[derive(Default)]
pub struct MailBox {
    mails: Mutex<Vec<Mail>>,
    is_shut: AtomicBool,
    unreachable: Mutex<Option<String>>,
    loses_answers: AtomicBool,
    refuses_for_good: AtomicBool,
}

impl MailBox {
    /// From now on, mails are refused.
    pub fn shuts(&self) {
        self.is_shut.store(true, Ordering::SeqCst);
    }

    /// From now on, mails are taken again.
    pub fn opens(&self) {
        self.is_shut.store(false, Ordering::SeqCst);
    }

    /// From now on, mails to this address alone are refused; to none with an empty one.
    pub fn refuses(&self, address: &str) {
        *self.unreachable.lock().expect("the mail box") = Some(address.to_owned());
    }

    /// From now on, mails are refused for good.
    pub fn refuses_for_good(&self) {
        self.refuses_for_good.store(true, Ordering::SeqCst);
    }

    /// From now on, mails are taken, and whoever sent them never hears of it.
    pub fn loses_answers(&self) {
        self.loses_answers.store(true, Ordering::SeqCst);
    }

    /// The subject of every mail, in the order in which they came.
    pub fn subjects(&self) -> Vec<String> {
        let mails = self.mails.lock().expect("the mail box");
        mails.iter().map(|mail| mail.subject.clone()).collect()
    }

    /// The id of every mail, in the order in which they came.
    pub fn message_ids(&self) -> Vec<String> {
        let mails = self.mails.lock().expect("the mail box");
        let ids = mails.iter().map(|mail| mail.envelope.message_id.clone());
        ids.collect()
    }

    /// Whom the mails went to, as `Name <address>`, sorted.
    pub fn recipients(&self) -> Vec<String> {
        let mails = self.mails.lock().expect("the mail box");
        let mut recipients: Vec<_> = mails.iter().map(|mail| mail.envelope.to.clone()).collect();
        recipients.sort();
        recipients
    }

    /// Whom mails of such a subject went to, sorted.
    pub fn told(&self, subject: &str) -> Vec<String> {
        let mails = self.mails.lock().expect("the mail box");
        let told = mails.iter().filter(|mail| mail.subject.contains(subject));
        let mut told: Vec<_> = told.map(|mail| mail.envelope.to.clone()).collect();
        told.sort();
        told
    }

    /// The text of every mail.
    pub fn texts(&self) -> Vec<String> {
        let mails = self.mails.lock().expect("the mail box");
        mails.iter().map(|mail| mail.text.clone()).collect()
    }
}

#[async_trait]
impl Mailer for MailBox {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        if self.is_shut.load(Ordering::SeqCst) {
            return Err(MailError::Composition);
        }
        if self.refuses_for_good.load(Ordering::SeqCst) {
            return Err(MailError::Refused);
        }
        let unreachable = self.unreachable.lock().expect("the mail box").clone();
        if unreachable
            .is_some_and(|address| !address.is_empty() && mail.envelope.to.contains(&address))
        {
            return Err(MailError::Composition);
        }
        self.mails.lock().expect("the mail box").push(mail);
        if self.loses_answers.load(Ordering::SeqCst) {
            return Err(MailError::Unavailable);
        }
        Ok(())
    }
}
