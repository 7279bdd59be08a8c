//! Configuration: one TOML file, every key overridable by the environment.
//!
//! Layers, later ones win: `default.toml` (embedded; it documents every key), the file,
//! the environment (`COUNTERSIGN__SECTION__KEY`). Nothing else in the program reads the
//! environment or knows a default. One file a section, each with its own `validate`.

mod approvals;
mod check;
mod error;
mod file;
mod identity;
mod limits;
mod log;
mod mail;
mod masking;
mod oauth;
mod policy;
mod rights;
mod secret;
mod server;
mod store;
mod warehouse;
mod webhooks;

#[cfg(test)]
mod tests;

use std::path::Path;

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use serde::{Deserialize, Serialize};

pub use approvals::ApprovalsConfig;
pub use error::{ConfigError, Place};
pub use identity::IdentityConfig;
pub use limits::LimitsConfig;
pub use log::{LogConfig, LogFormat};
pub use mail::MailConfig;
pub use masking::MaskingConfig;
pub use oauth::{OauthConfig, WorkloadIssuerConfig};
pub use policy::PolicyConfig;
pub use rights::RightsConfig;
pub use server::ServerConfig;
pub use store::StoreConfig;
pub use warehouse::{Credentials, WarehouseConfig};
pub use webhooks::{WebhookConfig, WebhookFormat, WebhooksConfig};

use check::Invalid;
use file::FileText;

/// Every key with its default and what it means.
pub const DEFAULTS: &str = include_str!("default.toml");

/// What the environment's keys begin with.
const ENVIRONMENT_PREFIX: &str = "COUNTERSIGN__";

/// The whole configuration, checked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where we listen and how browsers call us.
    pub server: ServerConfig,
    /// The database.
    pub store: StoreConfig,
    /// Sign-in of people.
    pub identity: IdentityConfig,
    /// How pipelines and interactive agents open runs.
    pub oauth: OauthConfig,
    /// What people may do themselves.
    pub rights: RightsConfig,
    /// BigQuery.
    pub warehouse: WarehouseConfig,
    /// Who may run what.
    pub policy: PolicyConfig,
    /// How values are masked.
    pub masking: MaskingConfig,
    /// Mail to approvers.
    pub mail: MailConfig,
    /// Other systems that are told.
    pub webhooks: WebhooksConfig,
    /// What keeps approvers from being worn down.
    pub approvals: ApprovalsConfig,
    /// How much is too much.
    pub limits: LimitsConfig,
    /// What is logged, and how.
    pub log: LogConfig,
}

impl Config {
    /// Reads the file at `path` over the defaults and under the environment.
    ///
    /// # Errors
    /// The first unknown, missing or wrong key, with its name and where it was given.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let file = FileText::read(path)?;
        let environment = Env::prefixed(ENVIRONMENT_PREFIX).split("__");
        Self::from_layers(&Self::defaults_and(&file).merge(environment), &file)
    }

    fn defaults_and(file: &FileText) -> Figment {
        Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(&file.text))
    }

    fn from_layers(layers: &Figment, file: &FileText) -> Result<Self, ConfigError> {
        let mut config: Self = layers
            .extract()
            .map_err(|error| ConfigError::from_figment(&error, file))?;
        config
            .validate()
            .map_err(|invalid| ConfigError::from_invalid(invalid, file))?;
        Ok(config)
    }

    /// The effective configuration as TOML, secrets left out.
    ///
    /// # Errors
    /// When a value cannot be written as TOML, such as a path that is not UTF-8.
    pub fn to_redacted_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string_pretty(self)
    }

    /// Checks each section and reads the secrets that are kept in files.
    fn validate(&mut self) -> Result<(), Invalid> {
        self.server.validate().map_err(Invalid::within("server"))?;
        self.store.validate().map_err(Invalid::within("store"))?;
        self.identity
            .validate()
            .map_err(Invalid::within("identity"))?;
        self.oauth.validate().map_err(Invalid::within("oauth"))?;
        self.rights.validate().map_err(Invalid::within("rights"))?;
        self.warehouse
            .validate()
            .map_err(Invalid::within("warehouse"))?;
        self.policy.validate().map_err(Invalid::within("policy"))?;
        self.masking
            .validate()
            .map_err(Invalid::within("masking"))?;
        self.mail.validate().map_err(Invalid::within("mail"))?;
        self.webhooks
            .validate()
            .map_err(Invalid::within("webhooks"))?;
        self.approvals
            .validate()
            .map_err(Invalid::within("approvals"))?;
        self.limits.validate().map_err(Invalid::within("limits"))?;
        self.log.validate().map_err(Invalid::within("log"))
    }
}
