//! The desk for clients that wait at an address of a person's own machine.

use app::api::{
    UiError,
    authorizations::{Authorization, AuthorizationDesk, AuthorizationPage},
    runs::RunTerms,
};
use async_trait::async_trait;
use axum::{extract::Request, middleware::Next, response::Response};

use super::{
    Desk,
    errors::{sentence, shown},
    names::agent_ref,
    runs::USUAL_MINUTES,
};
use crate::{
    http::{
        oauth::{Authorizing, Unanswerable, form_target},
        security::FormTarget,
    },
    services::{AskedRun, AuthorizationView, GrantError},
};

#[async_trait]
impl AuthorizationDesk for Desk {
    async fn asked(&self, request: String) -> Result<Authorization, UiError> {
        let asked = match Authorizing::read(&self.services, &request).await {
            Ok(asked) => asked,
            Err(Unanswerable::Elsewhere(address)) => return Ok(Authorization::Elsewhere(address)),
            Err(Unanswerable::Here(error)) => return Err(unanswerable(error)),
        };
        let view = self
            .services
            .authorization(&self.context, asked.client.agent);
        let view = view.await.map_err(shown)?;
        Ok(Authorization::Ask(
            self.authorization_page(request, &asked, view),
        ))
    }

    async fn open(&self, request: String, terms: RunTerms) -> Result<String, UiError> {
        let asked = self.answerable(&request).await?;
        let run = AskedRun {
            scope: terms.scope.into_iter().collect(),
            purpose: terms.purpose,
            ticket: terms.ticket.unwrap_or_default(),
            minutes: terms.minutes,
            audience: Some(asked.client.audience),
        };
        let granted = self
            .services
            .grant_authorization(&self.context, &asked.client, run);
        Ok(asked.granted(&granted.await.map_err(shown)?))
    }

    async fn refuse(&self, request: String) -> Result<String, UiError> {
        let asked = self.answerable(&request).await?;
        let refused = self
            .services
            .refuse_authorization(&self.context, asked.client.agent);
        refused.await.map_err(shown)?;
        Ok(asked.refused())
    }
}

impl Desk {
    async fn answerable(&self, request: &str) -> Result<Authorizing, UiError> {
        let asked = Authorizing::read(&self.services, request).await;
        asked.map_err(|why| match why {
            Unanswerable::Here(error) => unanswerable(error),
            Unanswerable::Elsewhere(_) => UiError::invalid(
                "",
                "This request cannot be answered. Begin again in the client.",
            ),
        })
    }

    fn authorization_page(
        &self,
        request: String,
        asked: &Authorizing,
        view: AuthorizationView,
    ) -> AuthorizationPage {
        let longest_minutes = self.services.limits().run_minutes_maximum;
        AuthorizationPage {
            request,
            agent: agent_ref(&view.agent),
            purpose: view.agent.purpose,
            waits_at: asked.client.redirect.origin(),
            grants: view.grants.into_iter().map(|grant| grant.power).collect(),
            usual_minutes: USUAL_MINUTES.min(longest_minutes),
            longest_minutes,
            hindrance: view.hindrance.map(sentence),
        }
    }
}

/// What a person is told of a request that nobody may be sent anywhere with.
fn unanswerable(error: GrantError) -> UiError {
    match error {
        GrantError::Service(error) => shown(error),
        error => {
            let message = format!("This client cannot be answered: {error}.");
            UiError::invalid("", message)
        }
    }
}

/// Middleware: the form of a client's request leads to the client, whose address the browser
/// holds against the page's content security policy.
pub(super) async fn with_form_target(request: Request, next: Next) -> Response {
    let target = form_target(request.uri());
    let mut response = next.run(request).await;
    if let Some(target) = target {
        response.extensions_mut().insert(FormTarget(target));
    }
    response
}
