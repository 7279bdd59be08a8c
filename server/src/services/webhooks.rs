//! Messages to webhooks: ids, codes and a link, for machines; the same in a sentence for Slack.

use domain::RiskLevel;
use serde::Serialize;
use serde_json::json;
use store::{DeliveryRecord, NotificationRecord};

use super::{
    IntentView, ServiceError, Services,
    deliveries::{Attempt, Obstacle},
    notices::intent_page,
};
use crate::{
    config::WebhookFormat,
    notify::{WebhookError, WebhookMessage},
};

impl From<WebhookError> for Obstacle {
    fn from(error: WebhookError) -> Self {
        Self {
            code: error.code(),
            is_final: error.is_final(),
        }
    }
}

/// What a webhook is told, in the envelope of the Standard Webhooks specification.
#[derive(Serialize)]
struct Event {
    #[serde(rename = "type")]
    kind: &'static str,
    /// When it happened, as RFC 3339 writes it.
    timestamp: String,
    data: Data,
}

/// Ids and codes only: nothing that a person or an agent wrote.
#[derive(Serialize)]
struct Data {
    notification: String,
    actor: String,
    subject: Option<String>,
    intent: Option<String>,
    approval: Option<String>,
    run: Option<String>,
    agent: Option<String>,
    state: Option<&'static str>,
    risk: Option<&'static str>,
    link: String,
}

impl Services {
    pub(super) async fn attempt_webhook(
        &self,
        delivery: &DeliveryRecord,
        notification: &NotificationRecord,
    ) -> Result<Attempt, Obstacle> {
        let webhooks = &self.parts.webhooks;
        let name = &delivery.recipient;
        let format = webhooks.format(name).ok_or(WebhookError::Unknown)?;
        let view = match notification.intent {
            Some(intent) => Some(
                self.view_intent(self.existing_intent(intent).await?)
                    .await?,
            ),
            None => None,
        };
        let event = self.event(notification, view.as_ref())?;
        let body = match format {
            WebhookFormat::Standard => serde_json::to_string(&event),
            WebhookFormat::Slack => serde_json::to_string(&self.for_slack(&event, view).await?),
        };
        let message = WebhookMessage {
            id: delivery.id.to_string(),
            timestamp: self.now().micros() / 1_000_000,
            body: body.map_err(ServiceError::from)?,
        };
        webhooks.send(name, &message).await?;
        Ok(Attempt::Arrived)
    }

    fn event(
        &self,
        notification: &NotificationRecord,
        view: Option<&IntentView>,
    ) -> Result<Event, ServiceError> {
        let page = match (view, &notification.subject) {
            (_, Some(subject)) if subject.starts_with("sta_") => {
                format!("/standing-approvals/{subject}")
            }
            (Some(view), _) => intent_page(view),
            (None, _) => "/".to_owned(),
        };
        let approval = view.and_then(|view| view.approval.as_ref());
        Ok(Event {
            kind: notification.kind.as_str(),
            timestamp: notification.created_at.to_rfc3339(),
            data: Data {
                notification: notification.id.to_string(),
                actor: notification.actor.clone(),
                subject: notification.subject.clone(),
                intent: view.map(|view| view.intent.id.to_string()),
                approval: approval.map(|approval| approval.id.to_string()),
                run: view.map(|view| view.run.id.to_string()),
                agent: view.map(|view| view.run.agent.to_string()),
                state: view.map(|view| view.intent.state.as_str()),
                risk: view.and_then(IntentView::risk).map(RiskLevel::as_str),
                link: self.page(&page)?.to_string(),
            },
        })
    }

    /// What happened, to which agent's query, and where to read more.
    async fn for_slack(
        &self,
        event: &Event,
        view: Option<IntentView>,
    ) -> Result<serde_json::Value, ServiceError> {
        let what = event.kind.replace('_', " ");
        let about = match view {
            Some(view) => {
                let agent = self.existing_agent(view.run.agent).await?.name;
                let risk = event.data.risk.unwrap_or("unknown");
                format!(" · {} · {risk} risk", escaped(&agent))
            }
            None => String::new(),
        };
        let text = format!("*Countersign: {what}*{about}");
        let link = format!("<{}|Open the page>", escaped(&event.data.link));
        Ok(json!({
            "text": format!("{text} {link}"),
            "blocks": [{
                "type": "section",
                "text": { "type": "mrkdwn", "text": format!("{text}\n{link}") },
            }],
        }))
    }
}

/// Text as Slack wants it, so that it makes neither links nor mentions
/// (<https://docs.slack.dev/messaging/formatting-message-text>).
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_name_mentions_nobody_on_slack() {
        assert_eq!(
            escaped("<!channel> & <https://evil.example|open>"),
            "&lt;!channel&gt; &amp; &lt;https://evil.example|open&gt;"
        );
    }
}
