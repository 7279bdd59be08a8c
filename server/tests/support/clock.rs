//! A clock that stands still until a test moves it.

use std::sync::atomic::{AtomicI64, Ordering};

use countersign::context::Clock;
use domain::Timestamp;

/// A stopped clock.
pub struct StoppedClock(AtomicI64);

impl StoppedClock {
    /// Stops at this time.
    pub fn at(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.micros()))
    }

    /// Moves on.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}
