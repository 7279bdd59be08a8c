//! A portal of its own for every test, and what tests do with it all the time.

mod agent;
mod clock;
mod mail;
mod people;
mod portal;
mod stories;
mod warehouse;

pub use agent::{Agent, Answer};
pub use mail::MailBox;
pub use people::Who;
pub use portal::{TestPortal, compose};
pub use stories::{CAPS, CUSTOMERS_SQL, LEASE_SECONDS, ORDERS_SQL, Run, new_run};
pub use warehouse::{Point, Reply, ScriptedWarehouse, Trouble, columns};
