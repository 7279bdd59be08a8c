//! A mail server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor,
    message::Mailbox,
    transport::smtp::{
        Error,
        client::{Certificate, Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use url::{Host, Url};

use super::{Mail, MailError, MailSettingsError, Mailer};

/// Sends mail by SMTP.
pub struct MailServer {
    from: Mailbox,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    deadline: Duration,
}

impl MailServer {
    /// Mail from `from`, `Name <address>`, goes to the server at `address`:
    /// `smtps://user:password@host` speaks TLS from the start, `smtp://…` changes to it
    /// (STARTTLS, RFC 3207) before anything is said. Only a server on this machine may be
    /// spoken to in the clear.
    ///
    /// The server's certificate is verified; `authority`, in PEM, may vouch for it besides the
    /// usual authorities. A mail that is not taken within `deadline` counts as not taken.
    pub fn new(
        from: &str,
        address: &SecretString,
        authority: Option<&[u8]>,
        deadline: Duration,
    ) -> Result<Self, MailSettingsError> {
        let from = from.parse().map_err(|_| MailSettingsError::Sender {
            from: from.to_owned(),
        })?;
        let address = encrypted(address.expose_secret())?;
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(address.as_str())
            .map_err(|_| MailSettingsError::Server)?
            .timeout(Some(deadline));
        if let Some(authority) = authority {
            transport = transport.tls(trusting(&address, authority)?);
        }
        Ok(Self {
            from,
            transport: transport.build(),
            deadline,
        })
    }
}

/// Encryption as the address asks for it, with an authority of our own.
fn trusting(address: &Url, authority: &[u8]) -> Result<Tls, MailSettingsError> {
    let host = address.host_str().unwrap_or_default().to_owned();
    let authority = Certificate::from_pem(authority).map_err(|_| MailSettingsError::Authority)?;
    let parameters = TlsParameters::builder(host)
        .add_root_certificate(authority)
        .build_rustls()
        .map_err(|_| MailSettingsError::Authority)?;
    let asks_for_tls = address
        .query_pairs()
        .any(|(key, value)| key == "tls" && value == "required");
    Ok(match address.scheme() {
        "smtps" => Tls::Wrapper(parameters),
        _ if asks_for_tls => Tls::Required(parameters),
        _ => Tls::None,
    })
}

/// Whether the server refuses who we are (RFC 4954 section 6), and not the mail: that is ours to
/// put right, and no mail is lost meanwhile.
fn is_about_us(error: &Error) -> bool {
    let code = error.status().map(u16::from);
    code.is_some_and(|code| (530..540).contains(&code))
}

/// The address with encryption asked for, unless the server is on this machine.
fn encrypted(address: &str) -> Result<Url, MailSettingsError> {
    let mut address = Url::parse(address).map_err(|_| MailSettingsError::Server)?;
    let is_local = match address.host() {
        Some(Host::Domain(name)) => name == "localhost" || name == "127.0.0.1" || name == "::1",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => return Err(MailSettingsError::Server),
    };
    let tls = address.query_pairs().find(|(key, _)| key == "tls");
    let tls = tls.map(|(_, value)| value.into_owned());
    match (address.scheme(), tls.as_deref()) {
        ("smtps", None) | ("smtp", Some("required")) => Ok(address),
        ("smtp", _) if is_local => Ok(address),
        ("smtp", None) => {
            address.query_pairs_mut().append_pair("tls", "required");
            Ok(address)
        }
        ("smtp", Some(_)) => Err(MailSettingsError::PlainText),
        _ => Err(MailSettingsError::Server),
    }
}

#[async_trait]
impl Mailer for MailServer {
    async fn send(&self, mail: Mail) -> Result<(), MailError> {
        let message = mail.message(self.from.clone())?;
        // lettre's own limit ends with the connection made: a server may fall silent later.
        match tokio::time::timeout(self.deadline, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if error.is_permanent() && !is_about_us(&error) => {
                Err(MailError::Refused)
            }
            Ok(Err(_)) | Err(_) => Err(MailError::Unavailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
        net::TcpListener,
    };

    use super::{super::Envelope, *};

    /// A mail server for one mail, with what it answers to the finished mail, if anything.
    /// Gives the lines it was told.
    async fn server(verdict: &'static str) -> (SecretString, tokio::task::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let talk = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.expect("a client");
            let (read, mut write) = stream.into_split();
            let mut lines = BufReader::new(read).lines();
            let mut told = Vec::new();
            let mut in_mail = false;
            write.write_all(b"220 hello\r\n").await.expect("heard");
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match (in_mail, line.as_str()) {
                    (false, "DATA") => "354 go on",
                    (true, ".") if verdict.is_empty() => std::future::pending().await,
                    (true, ".") => verdict,
                    (true, _) => "",
                    (false, _) => "250 fine",
                };
                in_mail = answer == "354 go on" || answer.is_empty();
                told.push(line);
                if !answer.is_empty() {
                    let answer = format!("{answer}\r\n");
                    write.write_all(answer.as_bytes()).await.expect("heard");
                }
            }
            told
        });
        (format!("smtp://{address}").into(), talk)
    }

    fn mail() -> Mail {
        Mail {
            envelope: Envelope {
                to: "Bo Lindqvist <bo@example.com>".to_owned(),
                message_id: "one@example.com".to_owned(),
                thread: None,
            },
            subject: "subject".to_owned(),
            text: "plain".to_owned(),
            html: "<p>page</p>".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_server_gets_the_mail_and_its_word_counts() {
        for (verdict, expected) in [
            ("250 taken", Ok(())),
            ("554 bo@example.com is unknown", Err(MailError::Refused)),
            ("451 later", Err(MailError::Unavailable)),
            ("530 who are you", Err(MailError::Unavailable)),
        ] {
            let (address, talk) = server(verdict).await;
            let mailer = MailServer::new(
                "Countersign <c@example.com>",
                &address,
                None,
                Duration::from_secs(5),
            )
            .expect("a mailer");
            assert_eq!(mailer.send(mail()).await, expected, "{verdict}");
            drop(mailer);
            let told = talk.await.expect("a talk");
            for line in [
                "RCPT TO:<bo@example.com>",
                "Message-ID: <one@example.com>",
                "plain",
            ] {
                assert!(told.iter().any(|said| said == line), "{line} in {told:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_server_that_falls_silent_is_unavailable() {
        let (address, talk) = server("").await;
        let deadline = Duration::from_millis(500);
        let mailer = MailServer::new("c@example.com", &address, None, deadline).expect("a mailer");
        assert_eq!(mailer.send(mail()).await, Err(MailError::Unavailable));
        talk.abort();
    }

    #[tokio::test]
    async fn nobody_listening_is_unavailable() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("smtp://{}", listener.local_addr().expect("an address")).into();
        drop(listener);
        let mailer = MailServer::new("c@example.com", &address, None, Duration::from_secs(5))
            .expect("a mailer");
        assert_eq!(mailer.send(mail()).await, Err(MailError::Unavailable));
    }

    #[test]
    fn mail_never_crosses_a_network_in_the_clear() {
        let encrypted = |address| encrypted(address).map(String::from);
        for unchanged in [
            "smtps://user:password@mail.example.com",
            "smtp://mail.example.com:587?tls=required",
            "smtp://127.0.0.1:2525",
            "smtp://localhost:2525",
        ] {
            assert_eq!(encrypted(unchanged), Ok(unchanged.to_owned()));
        }
        assert_eq!(
            encrypted("smtp://mail.example.com"),
            Ok("smtp://mail.example.com?tls=required".to_owned())
        );
        for refused in [
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://127.0.0.1.example.com?tls=none",
        ] {
            assert_eq!(encrypted(refused), Err(MailSettingsError::PlainText));
        }
        for wrong in ["http://mail.example.com", "mail.example.com", "smtp:"] {
            assert_eq!(encrypted(wrong), Err(MailSettingsError::Server));
        }
    }

    #[tokio::test]
    async fn an_error_never_shows_the_password() {
        let address = "http://user:hidden@mail.example.com".to_owned().into();
        let error = MailServer::new(
            "Countersign <c@example.com>",
            &address,
            None,
            Duration::from_secs(5),
        )
        .err()
        .expect("an error");
        assert!(!format!("{error} {error:?}").contains("hidden"));
    }
}
