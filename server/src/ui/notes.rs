//! What happened around a request, in words: for events that need no more than that.

use domain::EventName;
use serde_json::Value;

/// The event as a person reads it; one without words of its own is told by its name.
pub fn title(event: EventName) -> &'static str {
    match event {
        EventName::ApprovalSeen => "An approver opened the request",
        EventName::QuestionAsked => "An approver asked",
        EventName::QuestionAnswered => "The question was answered",
        EventName::StandingApprovalProposed => "Somebody proposed to approve similar queries too",
        EventName::StandingApprovalAgreed => "An approver agreed to approve similar queries too",
        EventName::StandingApprovalGranted => "Similar queries are approved from here on",
        EventName::StandingApprovalUsed => "A standing approval covered the query",
        EventName::ApprovalNarrowed => "An approver's conditions narrowed what may run",
        EventName::GlassBroken => "Somebody broke the glass",
        EventName::BreakGlassRefused => "Breaking the glass was refused",
        other => other.as_str(),
    }
}

/// What was said, where something was.
pub fn said(event: EventName, payload: &Value) -> Option<String> {
    let field = match event {
        EventName::QuestionAsked => "question",
        EventName::QuestionAnswered => "answer",
        EventName::GlassBroken => "reason",
        _ => return None,
    };
    Some(payload.get(field)?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_told_with_what_was_said() {
        let payload = serde_json::json!({ "question": "Why?", "id": "qst_1" });
        let event = EventName::QuestionAsked;
        assert_eq!(title(event), "An approver asked");
        assert_eq!(said(event, &payload).as_deref(), Some("Why?"));
        assert_eq!(title(EventName::MailSent), "mail.sent");
        assert_eq!(said(EventName::MailSent, &payload), None);
    }
}
