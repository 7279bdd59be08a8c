//! Sign-in from the browser's side, against a provider that a test can spoil.

mod adversary;
mod back_channel;
mod forgery;
mod forms;
mod people;
mod proof;
mod provider;
mod sessions;
pub mod site;
mod step_up;
