//! Runs that pipelines and interactive agents open: by device code (RFC 8628) and by token
//! exchange (RFC 8693), each bound to a key (RFC 9449) unless the agent's record says
//! otherwise.

mod client;
mod codes;
mod confirmation;
mod device;
mod error;
mod exchange;
mod redemption;
mod tokens;

use crate::config::Config;

pub use codes::{DeviceCode, UserCode};
pub use confirmation::DeviceRequestView;
pub use device::{Asking, DeviceCodes};
pub use error::{GrantError, Proved};
pub use exchange::Exchange;
pub use redemption::Redeeming;
pub use store::AskedRun;

/// How long what comes to the OAuth door counts.
#[derive(Debug, Clone, Copy)]
pub struct GrantRule {
    /// A device code that nobody confirmed, in seconds.
    device_code_seconds: i64,
    /// A person's token, in seconds from their sign-in at the provider.
    sign_in_seconds: i64,
}

impl GrantRule {
    /// As configured: a person's token counts no longer than a session does.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        Self {
            device_code_seconds: i64::from(config.oauth.device_code_minutes) * 60,
            sign_in_seconds: i64::from(config.identity.session_absolute_hours) * 3600,
        }
    }
}
