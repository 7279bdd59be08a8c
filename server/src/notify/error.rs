//! Why a mail is not on its way.

/// Why a mail is not on its way. No variant quotes the mail or the server: an answer may
/// repeat addresses, and an address of a server may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// The sender's or recipient's address is not one.
    #[error("the mail's `{field}` is not an address")]
    Address {
        /// `from` or `to`.
        field: &'static str,
    },
    /// The mail's text could not be made.
    #[error("the mail cannot be composed")]
    Composition,
    /// The server refused it for good.
    #[error("the mail server refused the mail for good")]
    Refused,
    /// The server did not take it now; later it may.
    #[error("the mail server cannot be reached or does not take the mail now")]
    Unavailable,
    /// The file could not be written.
    #[error("the mail cannot be written to `{path}`: {kind}")]
    Unwritable {
        /// Folder or file.
        path: String,
        /// What stood in the way.
        kind: std::io::ErrorKind,
    },
}

/// Why no mail can be sent at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingsError {
    /// The sender's address is not one.
    #[error("the sender `{from}` is not written `Name <address>`")]
    Sender {
        /// As configured.
        from: String,
    },
    /// The server's address is not one.
    #[error("the mail server's address must begin with `smtp://` or `smtps://`")]
    Server,
    /// The authority of the mail server's certificate cannot be read.
    #[error("the authority of the mail server is not a certificate in PEM")]
    Authority,
    /// Mail must not cross a network in the clear.
    #[error("the mail server's address gives up encryption; only a server on this machine may")]
    PlainText,
}

impl MailError {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address { .. } => "not_an_address",
            Self::Composition => "not_composed",
            Self::Refused => "mail_refused",
            Self::Unavailable => "mail_server_unavailable",
            Self::Unwritable { .. } => "mail_folder_unwritable",
        }
    }

    /// Whether trying again is in vain.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Address { .. } | Self::Refused)
    }
}
