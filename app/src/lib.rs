//! Countersign's portal: pages, components and islands in Leptos.
//!
//! Rendered on the server, complete without JavaScript; islands add what moves.
//! The program behind it is reached through [`api`] only.

pub mod api;
