//! The seam between the portal and the program behind it.
//!
//! Each file holds one area: what travels (times as [`domain::Timestamp`], ids as
//! domain ids), the desk that the program implements, and the server functions that
//! pages and forms call. A desk is bound to the person who is signed in, so nothing
//! here says who acts.

pub mod agents;
pub mod approvals;
pub mod authorizations;
pub mod catalog;
mod client;
mod common;
pub mod delegations;
pub mod deliveries;
#[cfg(feature = "ssr")]
mod desks;
pub mod devices;
mod error;
pub mod exceptions;
#[cfg(feature = "ssr")]
pub mod form;
mod form_token;
pub mod ledger;
pub mod people;
pub mod policies;
pub mod questions;
pub mod reviews;
pub mod runs;
pub mod sessions;
pub mod standing_approvals;
pub mod terms;
mod viewer;

pub use client::TokenClient;
pub use common::{AgentRef, Cost, LedgerRef, PersonRef, PolicyReason, RunState, Vote};
#[cfg(feature = "ssr")]
pub use desks::{Desks, desks};
pub use error::UiError;
pub use form_token::form_token;
pub use viewer::Viewer;
