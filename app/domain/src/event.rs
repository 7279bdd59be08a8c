//! The names of what the ledger records.

use serde::{Deserialize, Serialize};

macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident => $name:literal,)*) => {
        /// What happened, as the ledger names it. Names are stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum EventName {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl EventName {
            /// As the ledger writes it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Reads what [`Self::as_str`] writes.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

events! {
    /// A person signed in.
    PersonSignedIn => "person.signed_in",
    /// A person signed out.
    PersonSignedOut => "person.signed_out",
    /// A person proved anew, and strongly, who they are.
    PersonSteppedUp => "person.stepped_up",
    /// Sessions of a person were ended: by themselves, an administrator or the provider.
    SessionsEnded => "person.sessions_ended",
    /// An administrator disabled a person.
    PersonDisabled => "person.disabled",
    /// An administrator let a person in again.
    PersonEnabled => "person.enabled",
    /// A person was seen without any group that gives a role.
    PersonWithoutRole => "person.without_role",
    /// The identity provider's word that somebody signed out was refused.
    LogoutRefused => "person.logout_refused",
    /// A sign-in was refused.
    SignInRefused => "person.sign_in_refused",
    /// An agent was proposed.
    AgentProposed => "agent.proposed",
    /// An agent was registered by an administrator alone, before owners proposed.
    AgentRegistered => "agent.registered",
    /// An administrator confirmed a proposed agent.
    AgentConfirmed => "agent.confirmed",
    /// A confirmation was refused.
    ConfirmationRefused => "agent.confirmation_refused",
    /// An agent was stopped for the time being.
    AgentSuspended => "agent.suspended",
    /// A suspended agent may act again.
    AgentResumed => "agent.resumed",
    /// An agent was revoked.
    AgentRevoked => "agent.revoked",
    /// An agent's time was over.
    AgentExpired => "agent.expired",
    /// A grant was given to an agent.
    GrantGiven => "grant.given",
    /// A grant was narrowed or ended.
    GrantRevoked => "grant.revoked",
    /// A run was opened.
    RunOpened => "run.opened",
    /// A run was not opened.
    RunRefused => "run.refused",
    /// A pipeline asked for a run by a device code.
    DeviceRequested => "device.requested",
    /// A person typed the code of a waiting pipeline.
    DeviceCodeEntered => "device.code_entered",
    /// A person typed a code that no pipeline waits with.
    DeviceCodeRefused => "device.code_refused",
    /// A person confirmed or refused the run that a pipeline asked for.
    DeviceDecided => "device.decided",
    /// A pipeline used its confirmed code up.
    DeviceRedeemed => "device.redeemed",
    /// A person granted a client that waits at an address a run in their name.
    AuthorizationGranted => "authorization.granted",
    /// A person refused a client that waits at an address.
    AuthorizationRefused => "authorization.refused",
    /// A request at the OAuth door was refused.
    GrantRefused => "grant.refused",
    /// A run's token was replaced by a new one.
    TokenRenewed => "run.token_renewed",
    /// A file with credentials of a run was handed out.
    CredentialsIssued => "run.credentials_issued",
    /// A run's credentials were exchanged for a token.
    CredentialsExchanged => "run.credentials_exchanged",
    /// A run was revoked.
    RunRevoked => "run.revoked",
    /// An identity provider is no longer trusted; what it vouched for ends.
    IssuerRevoked => "issuer.revoked",
    /// A request with a run token was refused.
    RequestRefused => "request.refused",
    /// Further refusals of one kind, counted instead of written one by one.
    RefusalsCounted => "refusals.counted",
    /// An intent was taken in.
    IntentReceived => "intent.received",
    /// An intent was analysed and dry-run.
    IntentAssessed => "intent.assessed",
    /// Policy decided on an intent.
    IntentDecided => "intent.decided",
    /// An intent was blocked because nobody could give the approval that the policy asks for.
    ApprovalImpossible => "approval.impossible",
    /// A policy was drafted, or a draft changed.
    PolicyDrafted => "policy.drafted",
    /// A draft was proposed to the other administrators.
    PolicyProposed => "policy.proposed",
    /// A draft was given up.
    PolicyDiscarded => "policy.discarded",
    /// A policy was put in force.
    PolicyPublished => "policy.published",
    /// A draft was not published.
    PublicationRefused => "policy.publication_refused",
    /// A person said what a column holds: it counts as tagged from then on.
    ColumnTagged => "catalog.column_tagged",
    /// A person took back what somebody said that a column holds.
    ColumnUntagged => "catalog.column_untagged",
    /// A person dismissed what was suggested that a column holds.
    SuggestionDismissed => "catalog.suggestion_dismissed",
    /// The jobs that BigQuery ran were held against those on record.
    JobsReconciled => "warehouse.jobs_reconciled",
    /// An intent changed its state.
    IntentMoved => "intent.moved",
    /// The warehouse was asked to stop the job of a cancelled intent.
    JobStopped => "job.stopped",
    /// A person voted on an approval.
    VoteCast => "vote.cast",
    /// A vote was refused.
    VoteRefused => "vote.refused",
    /// Somebody who could decide had the request before them for the first time.
    ApprovalSeen => "approval.seen",
    /// An approver asked about a request.
    QuestionAsked => "question.asked",
    /// The agent, or the person behind it, answered.
    QuestionAnswered => "question.answered",
    /// An approver proposed to approve all similar queries.
    StandingApprovalProposed => "standing_approval.proposed",
    /// An approver agreed to such a proposal.
    StandingApprovalAgreed => "standing_approval.agreed",
    /// Similar queries are approved from now on.
    StandingApprovalGranted => "standing_approval.granted",
    /// A standing approval approved an intent.
    StandingApprovalUsed => "standing_approval.used",
    /// A standing approval was revoked.
    StandingApprovalRevoked => "standing_approval.revoked",
    /// Something about a standing approval was refused.
    StandingApprovalRefused => "standing_approval.refused",
    /// An approver's conditions narrowed what may run.
    ApprovalNarrowed => "approval.narrowed",
    /// Somebody answers for letting a waiting query run without the usual votes.
    GlassBroken => "break_glass.declared",
    /// Somebody tried to, who may not.
    BreakGlassRefused => "break_glass.refused",
    /// A reviewer looked at an exception.
    ExceptionDecided => "exception.decided",
    /// A result was sealed.
    ResultSealed => "result.sealed",
    /// A sealed result was handed out.
    ResultReleased => "result.released",
    /// The rows of a sealed result were deleted when their time was over.
    ResultForgotten => "result.forgotten",
    /// A review campaign was opened.
    CampaignOpened => "campaign.opened",
    /// A reviewer gave a verdict.
    VerdictGiven => "verdict.given",
    /// A campaign was signed off.
    CampaignSigned => "campaign.signed",
    /// It was worked out whom a notification goes to.
    NotificationAddressed => "notification.addressed",
    /// The hour of a digest came: who something waits for is told.
    DigestOwed => "digest.owed",
    /// A person wants a digest of what waits for them from now on, or none any more.
    DigestChosen => "digest.chosen",
    /// A mail was handed to the mail server or written to its folder.
    MailSent => "mail.sent",
    /// A mail did not arrive and is not tried again.
    MailGivenUp => "mail.given_up",
    /// A webhook took a message.
    WebhookSent => "webhook.sent",
    /// A webhook did not take a message, and it is not tried again.
    WebhookGivenUp => "webhook.given_up",
    /// An administrator had a delivery tried again that was given up.
    DeliveryOwedAgain => "delivery.owed_again",
    /// Those who can decide were reminded.
    ApproversReminded => "approval.reminded",
    /// An approval went to the next group, too.
    ApprovalEscalated => "approval.escalated",
    /// An approver named a colleague who may decide in their place.
    DelegationGranted => "delegation.granted",
    /// A delegation was taken back.
    DelegationRevoked => "delegation.revoked",
}
