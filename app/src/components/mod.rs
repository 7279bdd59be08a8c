//! Views of the vocabulary, with plain values as properties.

mod empty;
mod field;
mod form_token;
mod grants;
mod policy;
mod power;
mod problem;
mod prose;
mod risk;
mod rows;
mod sql;
mod state;
mod tag;
#[cfg(test)]
mod tests;
mod time;
mod timeline;
mod visible;
mod votes;
mod weeks;
mod who;

pub use empty::Empty;
pub use field::{Area, Entry};
pub use form_token::FormToken;
pub use grants::{PowerLine, Scope};
pub use policy::PolicyLink;
pub use power::{at_most, effective, in_words};
pub use problem::{FailureNote, Problem};
pub use prose::prose;
pub use risk::{RiskBadge, severity_mark};
pub use rows::DeliveredRows;
pub use sql::{SqlChanges, SqlDifference, SqlView, Tagged};
pub use state::{AgentBadge, PersonBadge, RunBadge, StateBadge};
pub use tag::Tags;
pub use time::{Moment, When};
pub use timeline::{Mark, Timeline, kind_class, marks};
pub use visible::{disguised, visible};
pub use votes::Signatures;
pub use weeks::Weeks;
pub use who::{Agent, OnBehalf, Person};
