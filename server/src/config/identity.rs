//! `[identity]`: the OpenID provider, and what its groups mean here.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use domain::Role;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    check::{Invalid, require_between, require_https_or_loopback, require_text},
    secret,
};

/// The OpenID provider, and what its groups mean here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityConfig {
    /// As the provider writes itself in `iss`: compared letter by letter.
    pub issuer: String,
    /// Ours, at the provider.
    pub client_id: String,
    /// Proves to the provider that we are this client; there once loaded.
    #[serde(default, serialize_with = "secret::redacted")]
    pub client_secret: Option<SecretString>,
    /// Where the secret is kept instead.
    pub client_secret_file: Option<PathBuf>,
    /// What to ask for besides `openid`.
    pub scopes: Vec<String>,
    /// The claim that lists a person's groups.
    pub groups_claim: String,
    /// A session ends after so many minutes without a request.
    pub session_idle_minutes: u32,
    /// A session ends after so many hours in any case.
    pub session_absolute_hours: u32,
    /// The authentication contexts (`acr`) that count as strong, the preferred first.
    pub step_up_acr_values: Vec<String>,
    /// Grave decisions need a strong authentication at most so many minutes old.
    pub step_up_minutes: u32,
    /// The groups that give a role.
    #[serde(default)]
    pub roles: BTreeMap<Role, BTreeSet<String>>,
}

impl IdentityConfig {
    /// The roles of somebody in these groups: none unless a group is named for it.
    #[must_use]
    pub fn roles_of(&self, groups: &BTreeSet<String>) -> BTreeSet<Role> {
        self.roles
            .iter()
            .filter(|(_, named)| !named.is_disjoint(groups))
            .map(|(role, _)| *role)
            .collect()
    }

    pub(super) fn validate(&mut self) -> Result<(), Invalid> {
        let issuer = Url::parse(&self.issuer)
            .map_err(|error| Invalid::new("issuer", format!("is not an address: {error}")))?;
        require_https_or_loopback("issuer", &issuer)?;
        require_text("client_id", &self.client_id)?;
        require_text("groups_claim", &self.groups_claim)?;
        secret::resolve(
            &mut self.client_secret,
            self.client_secret_file.as_ref(),
            "client_secret_file",
        )?;
        if self.client_secret.is_none() {
            return Err(Invalid::new(
                "client_secret",
                "is missing; give it or `client_secret_file`",
            ));
        }
        // Shorter than the usual is fine, longer is not.
        require_between("session_idle_minutes", self.session_idle_minutes, 1, 15)?;
        require_between("session_absolute_hours", self.session_absolute_hours, 1, 8)?;
        require_between("step_up_minutes", self.step_up_minutes, 1, 5)?;
        self.validate_acr_values()?;
        if self.roles.values().all(BTreeSet::is_empty) {
            return Err(Invalid::new(
                "roles",
                "names no group, so nobody could sign in; write `initiator = [\"analysts\"]`",
            ));
        }
        Ok(())
    }

    /// They travel in one parameter, divided by spaces (`OpenID` Connect Core section 3.1.2.1).
    fn validate_acr_values(&self) -> Result<(), Invalid> {
        let is_name =
            |acr: &String| !acr.is_empty() && acr.bytes().all(|byte| byte.is_ascii_graphic());
        if self.step_up_acr_values.is_empty() || !self.step_up_acr_values.iter().all(is_name) {
            return Err(Invalid::new(
                "step_up_acr_values",
                "must name at least one `acr` value of the provider, none with a space",
            ));
        }
        Ok(())
    }
}
