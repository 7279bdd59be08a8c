//! Sign-in from the browser's side, against a provider that a test can spoil.

mod proof;
mod provider;
mod sessions;
mod site;
