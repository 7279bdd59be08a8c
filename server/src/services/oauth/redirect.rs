//! Where a client on the person's own machine waits for the answer (RFC 8252 section 7.3).

use std::str::FromStr;

use url::{Host, Url};

/// The longest address, in bytes.
const LENGTH_MAXIMUM: usize = 1000;

/// A loopback address: plain HTTP to `127.0.0.1`, `[::1]` or `localhost`, at any port and path.
/// What is sent there does not leave the machine on which the person pressed the button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoopbackRedirect {
    text: String,
    url: Url,
}

/// It is no loopback address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no address of the person's own machine")]
pub struct NotLoopback;

impl LoopbackRedirect {
    /// As the client wrote it: to be compared to the letter (RFC 9700 section 2.1).
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// The address with an answer in its query.
    #[must_use]
    pub fn with(&self, answer: &[(&str, &str)]) -> String {
        let mut url = self.url.clone();
        url.query_pairs_mut().extend_pairs(answer);
        url.into()
    }
}

impl FromStr for LoopbackRedirect {
    type Err = NotLoopback;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_plain = text.len() <= LENGTH_MAXIMUM && text.bytes().all(|b| b.is_ascii_graphic());
        let url = Url::parse(text).map_err(|_| NotLoopback)?;
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address == std::net::Ipv4Addr::LOCALHOST,
            Some(Host::Ipv6(address)) => address == std::net::Ipv6Addr::LOCALHOST,
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        };
        let names_nobody = url.username().is_empty() && url.password().is_none();
        let is_bare = names_nobody && url.fragment().is_none();
        if is_plain && url.scheme() == "http" && is_loopback && is_bare {
            let text = text.to_owned();
            return Ok(Self { text, url });
        }
        Err(NotLoopback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_of_this_machine_choose_port_and_path() {
        for text in [
            "http://127.0.0.1:49152/callback",
            "http://127.0.0.1/",
            "http://[::1]:8000/oauth/callback?client=1",
            "http://localhost:3118/callback",
        ] {
            let redirect: LoopbackRedirect = text.parse().expect(text);
            assert_eq!(redirect.as_str(), text);
        }
        let redirect: LoopbackRedirect = "http://localhost:1/c?a=b".parse().expect("an address");
        assert_eq!(redirect.origin(), "http://localhost:1");
        assert_eq!(
            redirect.with(&[("code", "x&y"), ("state", "é")]),
            "http://localhost:1/c?a=b&code=x%26y&state=%C3%A9"
        );
    }

    #[test]
    fn nothing_leaves_this_machine() {
        for text in [
            "",
            "/callback",
            "https://127.0.0.1:1/",
            "http://127.0.0.2:1/",
            "http://10.0.0.1:1/",
            "http://[::2]:1/",
            "http://[::ffff:127.0.0.1]:1/",
            "http://localhost.:1/",
            "http://localhost.evil.example/",
            "http://127.0.0.1.evil.example/",
            "http://evil.example/?http://127.0.0.1",
            "http://127.0.0.1@evil.example/",
            "http://evil.example\\@127.0.0.1/",
            "http://me@127.0.0.1:1/",
            "http://127.0.0.1:1/#fragment",
            "http://127.0.0.1:1/\r\nSet-Cookie: a=b",
            " http://127.0.0.1:1/",
            "javascript:alert(1)//127.0.0.1",
            "myapp://127.0.0.1/",
            "file://localhost/etc/passwd",
        ] {
            assert!(text.parse::<LoopbackRedirect>().is_err(), "{text:?}");
        }
        let long = format!("http://127.0.0.1/{}", "x".repeat(LENGTH_MAXIMUM));
        assert!(long.parse::<LoopbackRedirect>().is_err());
    }
}
