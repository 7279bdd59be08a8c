//! What a client asks when it sends a person's browser to us (OAuth 2.1 section 4.1.1), and the
//! addresses by which the browser brings it the answer.

use domain::{AgentId, Audience};
use http::Uri;

use super::{form::Parameters, require_resource};
use crate::services::{
    ClientCode, CodeChallenge, GrantError, LoopbackRedirect, Services, WaitingClient,
};

/// The page to which clients send people.
pub const AUTHORIZE: &str = "/oauth2/authorize";
/// The longest state, in bytes.
const STATE_MAXIMUM: usize = 500;

/// A request that a person can answer.
pub struct Authorizing {
    /// Who asks for what.
    pub client: WaitingClient,
    reply: Reply,
}

/// A request that nobody is asked about.
pub enum Unanswerable {
    /// The client is told so: at this address.
    Elsewhere(String),
    /// The person is told so. Without a client that is known and an address of the person's own
    /// machine, nobody is sent anywhere.
    Here(GrantError),
}

/// How a client is answered.
struct Reply {
    redirect: LoopbackRedirect,
    state: Option<String>,
    issuer: String,
}

impl Reply {
    /// The answer, with what the client sent to recognise it and with who gives it (RFC 9207).
    fn with(&self, answer: (&str, &str)) -> String {
        let state = self.state.as_deref().map(|state| ("state", state));
        let issuer = ("iss", self.issuer.as_str());
        let answers: Vec<_> = [Some(answer), state, Some(issuer)]
            .into_iter()
            .flatten()
            .collect();
        self.redirect.with(&answers)
    }
}

impl Authorizing {
    /// Reads the query with which a browser came.
    pub async fn read(services: &Services, query: &str) -> Result<Self, Unanswerable> {
        let parameters = Parameters::read(query.as_bytes()).map_err(Unanswerable::Here)?;
        let (client, reply) = whom(services, &parameters)
            .await
            .map_err(Unanswerable::Here)?;
        match what(services, &parameters) {
            Ok((challenge, audience)) => Ok(Self {
                client: WaitingClient {
                    agent: client,
                    redirect: reply.redirect.clone(),
                    challenge,
                    audience,
                },
                reply,
            }),
            Err(error) => Err(Unanswerable::Elsewhere(
                reply.with(("error", error.error())),
            )),
        }
    }

    /// Where the browser goes with the code.
    #[must_use]
    pub fn granted(&self, code: &ClientCode) -> String {
        self.reply.with(("code", code.reveal()))
    }

    /// Where the browser goes when the person said no.
    #[must_use]
    pub fn refused(&self) -> String {
        self.reply.with(("error", GrantError::Denied.error()))
    }
}

/// Which agent asks, and how it is answered.
async fn whom(
    services: &Services,
    parameters: &Parameters,
) -> Result<(AgentId, Reply), GrantError> {
    let agent = services
        .client_agent(parameters.required("client_id")?)
        .await?;
    let redirect = parameters.required("redirect_uri")?.parse();
    let reply = Reply {
        redirect: redirect.map_err(|_| GrantError::ForeignRedirect)?,
        state: parameters.optional("state").map(str::to_owned),
        issuer: services.public_url().to_owned(),
    };
    match &reply.state {
        Some(state) if state.len() > STATE_MAXIMUM => {
            Err(GrantError::BadParameter { name: "state" })
        }
        _ => Ok((agent, reply)),
    }
}

/// What it asks for.
fn what(
    services: &Services,
    parameters: &Parameters,
) -> Result<(CodeChallenge, Audience), GrantError> {
    if parameters.required("response_type")? != "code" {
        return Err(GrantError::UnsupportedResponse);
    }
    parameters.expected("code_challenge_method", "S256")?;
    let challenge = parameters.required("code_challenge")?.parse();
    let challenge = challenge.map_err(|_| GrantError::BadParameter {
        name: "code_challenge",
    })?;
    Ok((challenge, require_mcp(services, parameters)?))
}

/// People are asked for MCP clients alone: others have grants of their own.
pub(super) fn require_mcp(
    services: &Services,
    parameters: &Parameters,
) -> Result<Audience, GrantError> {
    match require_resource(services, parameters)? {
        Audience::Mcp => Ok(Audience::Mcp),
        Audience::Api => Err(GrantError::Target),
    }
}

/// The address to which the page with this one leads, when its form is answered.
#[must_use]
pub fn form_target(page: &Uri) -> Option<LoopbackRedirect> {
    let query = page.query().filter(|_| page.path() == AUTHORIZE)?;
    let parameters = Parameters::read(query.as_bytes()).ok()?;
    parameters.optional("redirect_uri")?.parse().ok()
}
