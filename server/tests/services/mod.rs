//! The use cases, where time, crashes and people's votes decide.

mod agents;
mod approvals;
mod crashes;
mod executions;
mod mails;
mod people;
mod policy;
mod reviews;
mod runs;
mod staleness;
mod step_up;
