//! The provider's part of the command line.

use std::net::SocketAddr;

use clap::Args;

use super::{Client, Settings};

/// Where the provider listens and who may use it.
#[derive(Args)]
#[group(id = "identity")]
pub struct Options {
    /// Where the identity provider listens; its issuer is `http://` and this address
    #[arg(
        long = "identity-listen",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9060"
    )]
    pub listen: SocketAddr,
    /// The one relying party's client id
    #[arg(long, default_value = "countersign")]
    client_id: String,
    /// The relying party's secret; made by whoever starts both programs
    #[arg(long, env = "SANDBOX_CLIENT_SECRET", hide_env_values = true)]
    client_secret: String,
    /// Where a sign-in may return to; may be given more than once
    #[arg(long = "redirect-uri", value_name = "URL", required = true)]
    redirect_uris: Vec<String>,
    /// Where a sign-out may return to; may be given more than once
    #[arg(long = "post-logout-redirect-uri", value_name = "URL")]
    post_logout_redirect_uris: Vec<String>,
}

impl Options {
    /// The settings these options ask for.
    #[must_use]
    pub fn into_settings(self) -> Settings {
        Settings {
            issuer: format!("http://{}", self.listen),
            client: Client {
                id: self.client_id,
                secret: self.client_secret,
                redirect_uris: self.redirect_uris,
                post_logout_redirect_uris: self.post_logout_redirect_uris,
            },
        }
    }
}
