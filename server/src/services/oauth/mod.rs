//! Runs that pipelines and interactive agents open: by device code (RFC 8628), by token exchange
//! (RFC 8693) and by authorization code (OAuth 2.1 section 4.1), each bound to a key (RFC 9449)
//! unless the agent's record says otherwise.

mod authorization;
mod client;
mod code_redemption;
mod codes;
mod confirmation;
mod device;
mod error;
mod exchange;
mod pkce;
mod redemption;
mod redirect;
mod refreshing;
mod tokens;

use crate::config::Config;

pub use authorization::{AuthorizationView, WaitingClient};
pub use code_redemption::RedeemingCode;
pub use codes::{ClientCode, UserCode};
pub use confirmation::DeviceRequestView;
pub use device::{Asking, DeviceCodes};
pub use error::{GrantError, Proved};
pub use exchange::Exchange;
pub use pkce::CodeChallenge;
pub use redemption::Redeeming;
pub use redirect::LoopbackRedirect;
pub use refreshing::{RefreshToken, Refreshing};
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
