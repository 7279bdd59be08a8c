//! The use cases, where time, crashes and people's votes decide.

mod agents;
mod approvals;
mod binding;
mod break_glass;
mod caps;
mod conditions;
mod crashes;
mod executions;
mod fatigue;
mod mails;
mod people;
mod policies;
mod policy;
mod precedent;
mod questions;
mod reviews;
mod revocation;
mod runs;
mod scope;
mod staleness;
mod standing_approvals;
mod step_up;
mod tokens;
mod unmasking;
