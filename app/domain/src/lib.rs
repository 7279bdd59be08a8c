//! The shared vocabulary of Countersign: ids, states and the moves between them,
//! findings, verdicts and event names.
//!
//! This crate compiles for the server and for the browser. It has no I/O, no clock,
//! no randomness and no SQL: whoever needs those passes their results in.

mod agent;
mod column;
mod column_name;
mod conditions;
mod digest;
mod event;
mod finding;
mod ids;
mod intent;
mod mask;
mod people;
mod requirement;
mod resource;
mod review;
mod run;
mod scope;
mod standing;
mod tag;
mod timestamp;

pub use agent::{AGENT_MOVES, AgentState, AgentTransitionError, Caps, Sponsor, Workload};
pub use column::{Column, Mode};
pub use column_name::{ColumnName, ParseColumnNameError};
pub use conditions::{Conditions, Narrowing};
pub use digest::{Digest, ParseDigestError};
pub use event::EventName;
pub use finding::{Finding, RiskLevel, Route, Severity};
pub use ids::{
    AgentId, AnswerId, ApprovalId, BreakGlassId, CampaignId, DelegationId, DeliveryId,
    DeviceRequestId, ExceptionId, ExecutionId, GrantId, IntentId, ItemId, NotificationId,
    ParseIdError, PersonId, PolicyDraftId, QuestionId, RunId, SignInId, StandingApprovalId, VoteId,
};
pub use intent::{IntentState, MOVES, TransitionError};
pub use mask::{MaskRule, MaskRules};
pub use people::{Ballot, Ground, Role};
pub use requirement::Requirement;
pub use resource::{ParsePatternError, Privilege, ResourcePattern, TableName};
pub use review::{ExceptionVerdict, Verdict};
pub use run::{Audience, Door, RunEnd};
pub use scope::{ColumnPath, ParsePowerError, Power, Scope};
pub use standing::{Day, DayTime, Hours, StandingTerms, TimeWindow, Weekday};
pub use tag::Tag;
pub use timestamp::Timestamp;
