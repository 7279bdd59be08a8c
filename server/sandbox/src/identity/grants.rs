//! Sign-ins under way: requests waiting for a person, codes waiting to be exchanged, and access
//! tokens for the userinfo endpoint. Each is a random name that works until its time is over;
//! the first two work once.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::TryRngCore;
use rand::rngs::OsRng;
use time::OffsetDateTime;

use super::people::Person;

/// How long somebody may look at the sign-in page.
const REQUEST_LIFETIME: Duration = Duration::from_mins(10);
/// How long a code may be on its way; RFC 6749 section 4.1.2 allows ten minutes at most.
const CODE_LIFETIME: Duration = Duration::from_mins(1);
/// How long the userinfo endpoint answers.
pub(super) const ACCESS_TOKEN_LIFETIME: Duration = Duration::from_mins(5);

/// A validated authorization request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub redirect_uri: String,
    pub state: String,
    pub nonce: String,
    pub code_challenge: String,
    pub scope: String,
    /// The authentication context that was asked for, or the default.
    pub acr: &'static str,
}

/// A request that a person has answered.
#[derive(Debug, Clone)]
pub(super) struct SignIn {
    pub request: Request,
    pub person: &'static Person,
    pub at: OffsetDateTime,
    /// The `sid` claim.
    pub session: String,
}

/// Everything under way.
#[derive(Debug, Default)]
pub(super) struct Grants {
    requests: Expiring<Request>,
    codes: Expiring<SignIn>,
    access_tokens: Expiring<&'static Person>,
}

impl Grants {
    /// Keeps a request while its person is being chosen; answers its name.
    pub(super) fn await_person(
        &mut self,
        request: Request,
        now: Instant,
    ) -> Result<String, NoRandomness> {
        self.requests.insert(request, now, REQUEST_LIFETIME)
    }

    /// Takes the request of that name, once.
    pub(super) fn take_request(&mut self, name: &str, now: Instant) -> Option<Request> {
        self.requests.take(name, now)
    }

    /// Answers the authorization code for a sign-in.
    pub(super) fn issue_code(
        &mut self,
        sign_in: SignIn,
        now: Instant,
    ) -> Result<String, NoRandomness> {
        self.codes.insert(sign_in, now, CODE_LIFETIME)
    }

    /// Takes what a code stands for, once. A wrong exchange spends the code too.
    pub(super) fn take_code(&mut self, code: &str, now: Instant) -> Option<SignIn> {
        self.codes.take(code, now)
    }

    /// Answers an access token for the userinfo endpoint.
    pub(super) fn issue_access_token(
        &mut self,
        person: &'static Person,
        now: Instant,
    ) -> Result<String, NoRandomness> {
        self.access_tokens
            .insert(person, now, ACCESS_TOKEN_LIFETIME)
    }

    /// Whose access token this is.
    pub(super) fn person_of(&self, access_token: &str, now: Instant) -> Option<&'static Person> {
        self.access_tokens.get(access_token, now).copied()
    }
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub(super) struct NoRandomness;

/// 256 random bits that fit into a URL and a form.
pub(super) fn random_name() -> Result<String, NoRandomness> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Values under random names, until their time is over.
#[derive(Debug)]
struct Expiring<T>(HashMap<String, (Instant, T)>);

impl<T> Default for Expiring<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Expiring<T> {
    fn insert(
        &mut self,
        value: T,
        now: Instant,
        lifetime: Duration,
    ) -> Result<String, NoRandomness> {
        self.0.retain(|_, (until, _)| *until > now);
        let name = random_name()?;
        self.0.insert(name.clone(), (now + lifetime, value));
        Ok(name)
    }

    fn get(&self, name: &str, now: Instant) -> Option<&T> {
        let (until, value) = self.0.get(name)?;
        (*until > now).then_some(value)
    }

    fn take(&mut self, name: &str, now: Instant) -> Option<T> {
        let (until, value) = self.0.remove(name)?;
        (until > now).then_some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_works_until_its_time_is_over() {
        let now = Instant::now();
        let mut names = Expiring::default();
        let name = names.insert("value", now, CODE_LIFETIME).unwrap();

        assert_eq!(
            names.get(&name, now + Duration::from_secs(59)),
            Some(&"value")
        );
        assert_eq!(names.get(&name, now + CODE_LIFETIME), None);
        assert_eq!(names.take(&name, now + CODE_LIFETIME), None);
    }

    #[test]
    fn taking_spends_the_name() {
        let now = Instant::now();
        let mut names = Expiring::default();
        let name = names.insert("value", now, CODE_LIFETIME).unwrap();

        assert_eq!(names.take(&name, now), Some("value"));
        assert_eq!(names.take(&name, now), None);
    }

    #[test]
    fn what_has_expired_is_forgotten() {
        let now = Instant::now();
        let mut names = Expiring::default();
        names.insert("old", now, CODE_LIFETIME).unwrap();
        names
            .insert("new", now + CODE_LIFETIME, CODE_LIFETIME)
            .unwrap();

        assert_eq!(names.0.len(), 1);
    }
}
