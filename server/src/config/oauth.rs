//! `[oauth]`: how pipelines and interactive agents open runs.

use serde::{Deserialize, Serialize};
use url::Url;

use super::check::{Invalid, require_between, require_https_or_loopback, require_text};
use crate::proof::{Algorithm, WorkloadKind};

/// How pipelines and interactive agents open runs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OauthConfig {
    /// A code that nobody confirmed is void after so many minutes.
    pub device_code_minutes: u32,
    /// Who vouches for workloads.
    #[serde(default)]
    pub workload_issuers: Vec<WorkloadIssuerConfig>,
}

/// Somebody who vouches for workloads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkloadIssuerConfig {
    /// As it writes itself in `iss`; for SPIFFE the trust domain, `spiffe://example.org`.
    pub issuer: String,
    /// Which workloads it vouches for.
    pub kind: WorkloadKind,
    /// The audience of tokens for us; `server.public_url` when not given.
    pub audience: Option<String>,
    /// How it may sign.
    #[serde(default = "usual_algorithms")]
    pub algorithms: Vec<Algorithm>,
    /// Where its keys are; discovered at the issuer when not given.
    pub keys_url: Option<Url>,
}

fn usual_algorithms() -> Vec<Algorithm> {
    vec![Algorithm::RS256]
}

impl OauthConfig {
    pub(super) fn validate(&self) -> Result<(), Invalid> {
        require_between("device_code_minutes", self.device_code_minutes, 1, 30)?;
        let mut known: Vec<&str> = Vec::new();
        for issuer in &self.workload_issuers {
            issuer
                .validate()
                .map_err(Invalid::within("workload_issuers"))?;
            if known.contains(&issuer.issuer.as_str()) {
                return Err(Invalid::new("workload_issuers", "names an issuer twice"));
            }
            known.push(&issuer.issuer);
        }
        Ok(())
    }
}

impl WorkloadIssuerConfig {
    fn validate(&self) -> Result<(), Invalid> {
        let address = Url::parse(&self.issuer)
            .map_err(|error| Invalid::new("issuer", format!("is not an address: {error}")))?;
        if self.kind == WorkloadKind::Spiffe {
            let domain = self.issuer.strip_prefix("spiffe://").unwrap_or_default();
            if domain.is_empty() || domain.contains('/') {
                return Err(Invalid::new(
                    "issuer",
                    "must be the trust domain alone, as `spiffe://example.org`",
                ));
            }
            if self.keys_url.is_none() {
                return Err(Invalid::new(
                    "keys_url",
                    "is missing; SPIFFE has no discovery",
                ));
            }
        } else {
            require_https_or_loopback("issuer", &address)?;
        }
        if let Some(keys_url) = &self.keys_url {
            require_https_or_loopback("keys_url", keys_url)?;
        }
        if let Some(audience) = &self.audience {
            require_text("audience", audience)?;
        }
        if self.algorithms.is_empty() {
            return Err(Invalid::new(
                "algorithms",
                "is empty, so no token would count",
            ));
        }
        Ok(())
    }
}
