//! A sample client that waits. Its state says how it stands: `foreign` waits elsewhere, `hindered`
//! is not this person's to answer.

use app::api::{
    UiError,
    authorizations::{Authorization, AuthorizationDesk, AuthorizationPage},
    runs::RunTerms,
};

use super::{agent, grants};

pub struct SampleAuthorizations;

#[async_trait::async_trait]
impl AuthorizationDesk for SampleAuthorizations {
    async fn asked(&self, request: String) -> Result<Authorization, UiError> {
        if request.contains("state=foreign") {
            return Err(UiError::invalid("", "This client cannot be answered."));
        }
        if request.contains("state=mistaken") {
            let address = "http://127.0.0.1:49152/callback?error=invalid_request";
            return Ok(Authorization::Elsewhere(address.to_owned()));
        }
        let hindrance = request
            .contains("state=hindered")
            .then(|| "Only its owner opens runs with this agent.".to_owned());
        Ok(Authorization::Ask(AuthorizationPage {
            request,
            agent: agent(0),
            purpose: "Trains the churn model from orders and support contacts".to_owned(),
            waits_at: "http://127.0.0.1:49152".to_owned(),
            grants: grants(),
            usual_minutes: 60,
            longest_minutes: 480,
            hindrance,
        }))
    }

    async fn open(&self, _: String, terms: RunTerms) -> Result<String, UiError> {
        if terms.minutes > 480 {
            return Err(UiError::invalid(
                "minutes",
                "A run lives for at most 480 minutes.",
            ));
        }
        Ok("http://127.0.0.1:49152/callback?code=x".to_owned())
    }

    async fn refuse(&self, _: String) -> Result<String, UiError> {
        Ok("http://127.0.0.1:49152/callback?error=access_denied".to_owned())
    }
}
