//! The issuers whose tokens count: a fixed list from the configuration.

use std::collections::BTreeMap;

use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use url::Url;

use super::{
    PersonIssuer, PersonToken, PersonTokenKind, ProofFault, WorkloadToken,
    claims::text,
    issuer_keys::{IssuerKeys, http_client},
    person_token::check_type,
    signed_token::{Algorithm, SignedToken},
};

/// What kind of workloads an issuer vouches for: which claims name one, and which it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkloadKind {
    /// GitHub Actions.
    Github,
    /// A Google service account's ID token.
    Google,
    /// A SPIFFE JWT-SVID.
    Spiffe,
}

/// Somebody who vouches for workloads.
#[derive(Debug, Clone)]
pub struct WorkloadIssuer {
    /// As it writes itself in `iss`; for SPIFFE the trust domain, `spiffe://example.org`.
    pub issuer: String,
    /// What it vouches for.
    pub kind: WorkloadKind,
    /// The one audience of tokens that are for us.
    pub audience: String,
    /// How it may sign.
    pub algorithms: Vec<Algorithm>,
    /// Where its keys are; discovered when not given.
    pub keys_url: Option<Url>,
}

/// Why no workload can be known by a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RuleFault {
    /// Its tokens do not count here.
    #[error(
        "no such issuer is trusted here; write it as it stands in the server's configuration, \
         `oauth.workload_issuers`"
    )]
    Issuer,
    /// The rule would fit other people's workloads as well.
    #[error("name the claim `{0}`, by which its issuer tells this workload from all others")]
    Claim(&'static str),
}

impl RuleFault {
    /// The part of the rule that is wrong.
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Claim(_) => "claims",
        }
    }
}

/// Everybody whose tokens count.
pub struct Issuers {
    workloads: Vec<(WorkloadIssuer, IssuerKeys)>,
    people: (PersonIssuer, IssuerKeys),
    http: reqwest::Client,
}

impl Issuers {
    /// Knows these; calls nobody yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be made.
    pub fn new(
        people: PersonIssuer,
        workloads: Vec<WorkloadIssuer>,
    ) -> Result<Self, reqwest::Error> {
        let with_keys = |issuer: WorkloadIssuer| {
            let keys = IssuerKeys::new(&issuer.issuer, issuer.keys_url.clone());
            (issuer, keys)
        };
        let people_keys = IssuerKeys::new(&people.issuer, None);
        Ok(Self {
            workloads: workloads.into_iter().map(with_keys).collect(),
            people: (people, people_keys),
            http: http_client()?,
        })
    }

    /// Whether a workload can be known by this rule.
    ///
    /// # Errors
    /// When its issuer does not count here, or does not tell workloads apart by these claims.
    pub fn check_rule(
        &self,
        issuer: &str,
        claims: &BTreeMap<String, String>,
    ) -> Result<(), RuleFault> {
        let mut known = self.workloads.iter().map(|(issuer, _)| issuer);
        let known = known.find(|known| known.issuer == issuer);
        let identifying = known.ok_or(RuleFault::Issuer)?.kind.identifying();
        if claims.contains_key(identifying) {
            Ok(())
        } else {
            Err(RuleFault::Claim(identifying))
        }
    }

    /// Checks a workload's token.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub async fn workload(&self, text: &str, now: Timestamp) -> Result<WorkloadToken, ProofFault> {
        let token = SignedToken::read(text)?;
        let (issuer, keys) = self.issuer_of(token.claims()).ok_or(ProofFault::Issuer)?;
        if !issuer.algorithms.contains(&token.algorithm()) {
            return Err(ProofFault::Algorithm);
        }
        if !matches!(token.kind()?.as_deref(), None | Some("jwt" | "jose")) {
            return Err(ProofFault::Type);
        }
        let keys = keys.with(token.key_id()?.as_ref(), &self.http, now).await?;
        token.verify(&keys)?;
        WorkloadToken::from_verified(&token, issuer, now)
    }

    /// Checks a person's token.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub async fn person(
        &self,
        text: &str,
        kind: PersonTokenKind,
        now: Timestamp,
    ) -> Result<PersonToken, ProofFault> {
        let token = SignedToken::read(text)?;
        let (issuer, keys) = &self.people;
        if super::claims::text(token.claims(), "iss") != Some(&issuer.issuer) {
            return Err(ProofFault::Issuer);
        }
        check_type(&token, kind)?;
        let keys = keys.with(token.key_id()?.as_ref(), &self.http, now).await?;
        token.verify(&keys)?;
        PersonToken::from_verified(&token, kind, issuer, now)
    }

    /// A JWT-SVID need not name its issuer: there the trust domain of the subject counts.
    fn issuer_of(&self, claims: &Map<String, Value>) -> Option<&(WorkloadIssuer, IssuerKeys)> {
        let subject = text(claims, "sub").unwrap_or_default();
        let domain_of = |issuer: &WorkloadIssuer| {
            let path = subject.strip_prefix(&issuer.issuer);
            path.is_some_and(|path| path.starts_with('/'))
        };
        self.workloads.iter().find(|(issuer, _)| match issuer.kind {
            WorkloadKind::Spiffe => domain_of(issuer),
            WorkloadKind::Github | WorkloadKind::Google => {
                text(claims, "iss") == Some(&issuer.issuer)
            }
        })
    }
}
