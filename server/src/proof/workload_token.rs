//! What a workload's own token says, by the rules of whoever issued it.

use std::collections::BTreeMap;

use domain::{Digest, Timestamp};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use super::{
    Once, ProofFault, WorkloadIssuer, WorkloadKind,
    claims::{check_audience, check_times, optional_text, text},
    signed_token::SignedToken,
};

/// A workload that has proved itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkloadToken {
    /// As registered here; for SPIFFE the trust domain.
    pub issuer: String,
    /// The issuer's name for the workload.
    pub subject: String,
    /// Every claim that is a text.
    pub claims: BTreeMap<String, String>,
    /// SHA-256 of the token, which itself is not kept.
    pub digest: Digest,
    /// The token counts once.
    pub once: Once,
    kind: WorkloadKind,
}

impl WorkloadToken {
    /// Believes the claims of a token whose signature has been checked.
    pub(super) fn from_verified(
        token: &SignedToken<'_>,
        issuer: &WorkloadIssuer,
        now: Timestamp,
    ) -> Result<Self, ProofFault> {
        let claims = token.claims();
        check_audience(claims, &issuer.audience)?;
        let until = check_times(claims, now, issuer.kind.life_seconds())?;
        let subject = text(claims, "sub").ok_or(ProofFault::Subject)?;
        issuer.kind.check_subject(subject, &issuer.issuer)?;
        for name in issuer.kind.needed() {
            text(claims, name).ok_or(ProofFault::Claims)?;
        }
        let digest = Sha256::digest(token.text());
        let own_id = optional_text(claims, "jti")?.map(str::to_owned);
        let id = own_id.unwrap_or_else(|| hex::encode(digest));
        Ok(Self {
            issuer: issuer.issuer.clone(),
            subject: subject.to_owned(),
            claims: texts(claims),
            digest: Digest::from_bytes(digest.into()),
            once: Once::new(&issuer.issuer, &id, until),
            kind: issuer.kind,
        })
    }

    /// Whether the token is of this issuer and carries these claims, among them the one that
    /// tells this workload from all others of the issuer.
    #[must_use]
    pub fn satisfies(&self, issuer: &str, claims: &BTreeMap<String, String>) -> bool {
        let carries = |(name, value): (&String, &String)| self.claims.get(name) == Some(value);
        self.issuer == issuer
            && claims.contains_key(self.kind.identifying())
            && claims.iter().all(carries)
    }

    /// What a person should see before confirming, each with its name for people.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, &str)> {
        let shown = self.kind.shown().iter();
        shown
            .filter_map(|(name, claim)| Some((*name, self.claims.get(*claim)?.as_str())))
            .collect()
    }
}

fn texts(claims: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |(name, value): (&String, &Value)| Some((name.clone(), value.as_str()?.to_owned()));
    claims.iter().filter_map(text).collect()
}

impl WorkloadKind {
    /// The claim without which a rule would fit other people's workloads as well. Never a
    /// name: whoever takes over an abandoned name is somebody else.
    pub(super) const fn identifying(self) -> &'static str {
        match self {
            Self::Github => "repository_id",
            Self::Google | Self::Spiffe => "sub",
        }
    }

    /// Claims that every token of this kind has to carry as texts.
    const fn needed(self) -> &'static [&'static str] {
        match self {
            Self::Github => &[
                "repository",
                "repository_id",
                "repository_owner_id",
                "workflow_ref",
                "ref",
            ],
            Self::Google | Self::Spiffe => &[],
        }
    }

    /// No token of this kind is made to live longer.
    const fn life_seconds(self) -> i64 {
        match self {
            Self::Github => 15 * 60,
            Self::Google | Self::Spiffe => 3600,
        }
    }

    const fn shown(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Github => &[
                ("Repository", "repository"),
                ("Repository id", "repository_id"),
                ("Owner id", "repository_owner_id"),
                ("Workflow", "workflow_ref"),
                ("Ref", "ref"),
                ("Commit", "sha"),
                ("Started by", "actor"),
                ("Job run", "run_id"),
            ],
            Self::Google => &[("Service account id", "sub"), ("Service account", "email")],
            Self::Spiffe => &[("SPIFFE id", "sub")],
        }
    }

    fn check_subject(self, subject: &str, issuer: &str) -> Result<(), ProofFault> {
        let is_good = match self {
            Self::Github => true,
            // A service account's unique id.
            Self::Google => subject.bytes().all(|byte| byte.is_ascii_digit()),
            // SPIFFE-ID section 2: the trust domain, then a path.
            Self::Spiffe => subject
                .strip_prefix(issuer)
                .is_some_and(|path| path.starts_with('/') && path.len() > 1),
        };
        is_good.then_some(()).ok_or(ProofFault::Subject)
    }
}
