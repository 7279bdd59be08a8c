//! A folder that takes mail where there is no mail server.

use std::{path::PathBuf, sync::Once};

use async_trait::async_trait;
use lettre::message::Mailbox;
use tokio::fs;

use super::{Mail, MailError, MailSettingsError, Mailer};

/// Writes each mail to a file `MESSAGE-ID.eml`. The same mail goes to the same file.
pub struct MailFolder {
    from: Mailbox,
    path: PathBuf,
    explained: Once,
}

impl MailFolder {
    /// Mail from `from`, `Name <address>`, goes to the folder `path`, which is made when it
    /// is needed.
    pub fn new(from: &str, path: PathBuf) -> Result<Self, MailSettingsError> {
        Ok(Self {
            from: from.parse().map_err(|_| MailSettingsError::Sender {
                from: from.to_owned(),
            })?,
            path,
            explained: Once::new(),
        })
    }
}

#[async_trait]
impl Mailer for MailFolder {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let unwritable = |path: &PathBuf| {
            let path = path.display().to_string();
            move |error: std::io::Error| MailError::Unwritable {
                path,
                kind: error.kind(),
            }
        };
        let path = self.path.join(file_name(&mail.envelope.message_id));
        let message = mail.message(self.from.clone())?.formatted();
        fs::create_dir_all(&self.path)
            .await
            .map_err(unwritable(&self.path))?;
        // Under another name first: who watches the folder sees whole mails only.
        let unfinished = path.with_extension("part");
        fs::write(&unfinished, message)
            .await
            .map_err(unwritable(&unfinished))?;
        fs::rename(&unfinished, &path)
            .await
            .map_err(unwritable(&path))?;
        self.explained.call_once(|| {
            tracing::warn!("no SMTP server is configured: mail is written to files");
        });
        tracing::info!(path = %path.display(), "mail written");
        Ok(())
    }
}

/// The message id without anything that means something to a file system.
fn file_name(message_id: &str) -> String {
    let safe = |c: char| {
        if c.is_ascii_alphanumeric() || "._-@".contains(c) {
            c
        } else {
            '-'
        }
    };
    let name: String = message_id.chars().map(safe).collect();
    format!("{}.eml", name.trim_start_matches('.'))
}
