//! What moves: small parts of pages that come alive in the browser. Every page is
//! complete without them.

mod clock;
mod copy;
mod inbox;
mod keyboard;
mod live;
mod outcome;
mod page;
mod player;
mod questions;
mod runs;
mod verdict;

pub use clock::Countdown;
pub use copy::Copy;
pub use inbox::{LiveInbox, PendingCount, sentence};
pub use keyboard::Keyboard;
pub use outcome::Outcome;
pub use player::Player;
pub use questions::LiveQuestions;
pub use runs::LiveRuns;
pub use verdict::VerdictForm;
