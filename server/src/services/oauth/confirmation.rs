//! The device grant (RFC 8628), in the middle: a person types the code in the portal, sees what
//! is asked in their name, and answers.

use domain::{DeviceRequestId, EventName, RiskLevel, Role, Scope, Timestamp};
use store::{AgentRecord, Confirmation, DeviceRequestRecord, DeviceVerdict};

use super::UserCode;
use crate::{
    context::{Context, Person},
    services::{Refusal, ServiceError, Services, is_sponsor},
};

/// What a person sees before deciding.
#[derive(Debug, Clone)]
pub struct DeviceRequestView {
    /// The request.
    pub request: DeviceRequestRecord,
    /// The agent.
    pub agent: AgentRecord,
    /// What the run would be able to touch in this person's name.
    pub scope: Scope,
    /// Why this person may not confirm; none when they may.
    pub hindrance: Option<String>,
    /// Whether they may once they have proved anew who they are.
    pub step_up: bool,
}

impl Services {
    /// Finds the request whose code a person typed; from then on only they see it.
    pub async fn enter_device_code(
        &self,
        context: &Context,
        typed: &str,
    ) -> Result<DeviceRequestId, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let found = match UserCode::from_typed(typed) {
            Some(code) => {
                let store = &self.parts.store;
                store.device_request_by_user_code(&code.hash()).await?
            }
            None => None,
        };
        if let Some(request) = found {
            let mut tx = self.begin(context).await?;
            if tx.enter_device_request(request.id, person.id).await? {
                tx.commit().await?;
                return Ok(request.id);
            }
        }
        let refusal = Refusal {
            event: EventName::DeviceCodeRefused,
            code: "device_code_unknown",
            run: None,
            subject: &person.id.to_string(),
            details: serde_json::json!({}),
        };
        self.record_refusal(context, refusal).await?;
        Err(ServiceError::invalid(
            "code",
            "no pipeline waits with this code; look at it again, or let the job ask for a new one",
        ))
    }

    /// The request as the person sees it who typed its code; to others it does not exist.
    pub async fn device_request(
        &self,
        context: &Context,
        id: DeviceRequestId,
    ) -> Result<DeviceRequestView, ServiceError> {
        let person = context.authorise(&[Role::Initiator])?;
        let request = self.parts.store.device_request(id).await?;
        let request = request.filter(|request| request.entered_by == Some(person.id));
        let request = request.ok_or(ServiceError::NotFound { what: "code" })?;
        let agent = self.existing_agent(request.agent).await?;
        let asked = &request.asked.scope;
        let (scope, beyond) = match self.run_scope(&agent, person, asked, context.now).await {
            Ok(scope) => (scope, None),
            Err(error @ (ServiceError::Invalid { .. } | ServiceError::Refused { .. })) => {
                (asked.clone(), Some(error.to_string()))
            }
            Err(error) => return Err(error),
        };
        let hindrance = hindrance(&request, &agent, person, context.now);
        let hindrance = hindrance.map(str::to_owned).or(beyond);
        Ok(DeviceRequestView {
            step_up: hindrance.is_none()
                && !self
                    .parts
                    .step_up
                    .allows(person, RiskLevel::High, context.now),
            scope,
            hindrance,
            request,
            agent,
        })
    }

    /// Confirms or refuses, once. Confirming needs a fresh sign-in; refusing does not.
    pub async fn decide_device_request(
        &self,
        context: &Context,
        id: DeviceRequestId,
        verdict: DeviceVerdict,
    ) -> Result<(), ServiceError> {
        let person = context.person()?;
        let view = self.device_request(context, id).await?;
        if verdict == DeviceVerdict::Confirmed {
            if let Some(hindrance) = view.hindrance {
                return Err(ServiceError::refused("may_not_confirm", hindrance));
            }
            if view.step_up {
                return Err(ServiceError::refused(
                    "step_up_needed",
                    "sign in again to confirm",
                ));
            }
        }
        let confirmation = (verdict == DeviceVerdict::Confirmed).then(|| confirmation(person));
        let mut tx = self.begin(context).await?;
        let decided = tx.decide_device_request(id, person.id, verdict, confirmation.as_ref());
        if !decided.await? {
            return Err(ServiceError::conflict(
                "already_decided",
                "this was decided before, or its time is over",
            ));
        }
        Ok(tx.commit().await?)
    }
}

pub(super) fn confirmation(person: &Person) -> Confirmation {
    Confirmation {
        sign_in: person.sign_in,
        roles: person.roles.clone(),
        groups: person.groups.clone(),
        authenticated_at: person.signed_in_at,
        strength: person.acr.clone(),
        method: person.method.clone(),
    }
}

fn hindrance(
    request: &DeviceRequestRecord,
    agent: &AgentRecord,
    person: &Person,
    now: Timestamp,
) -> Option<&'static str> {
    if !request.is_open(now) {
        Some("this was decided before, or its time is over")
    } else if !agent.is_active(now) {
        Some("this agent may not act; ask its owner")
    } else if !is_sponsor(person, agent) {
        Some("only the agent's owner and its sponsors open runs with it")
    } else {
        None
    }
}
