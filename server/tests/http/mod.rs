//! The door of the agents: what they send, what they get, what is refused.

mod adversaries;
mod blocked;
mod harmless_read;
mod idempotency;
mod isolation;
mod operations;
mod refusals;
mod waiting;
