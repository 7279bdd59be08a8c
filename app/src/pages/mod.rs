//! One file a route. Pages are rendered on the server only; what moves in them are
//! islands.

mod agent;
mod agents;
mod approval;
mod choice;
mod device_code;
mod device_request;
mod find;
mod inbox;
mod ledger;
mod ledger_entry;
mod load;
mod new_agent;
mod new_run;
mod next;
mod not_found;
mod people;
mod person;
mod replay;
mod review;
mod reviews;
mod run;
mod runs;
mod session_list;
mod sessions;

pub use agent::Agent;
pub use agents::Agents;
pub use approval::Approval;
pub use device_code::DeviceCode;
pub use device_request::DeviceRequest;
pub use find::Find;
pub use inbox::Inbox;
pub use ledger::Ledger;
pub use ledger_entry::LedgerEntry;
pub use new_agent::NewAgent;
pub use new_run::NewRun;
pub use next::Next;
pub use not_found::NotFound;
pub use people::People;
pub use person::{Me, PersonOverview};
pub use replay::Replay;
pub use review::Review;
pub use reviews::Reviews;
pub use run::Run;
pub use runs::Runs;
pub use sessions::Sessions;
