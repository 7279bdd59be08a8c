//! Places at which a test of crashes stops the program dead, as a power cut would.

/// Where the program may stop on its way from a request to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failpoint {
    /// An intent is on record, and not judged.
    Received,
    /// It is judged.
    Decided,
    /// Its job's id is on record, and there is no job.
    Prepared,
    /// The job exists, and that is not on record.
    Inserted,
    /// That it runs is on record.
    Running,
    /// Rows have come, and none is kept.
    Read,
    /// All that is sealed is written, and not committed.
    Sealing,
    /// The result is sealed.
    Sealed,
    /// Its release is on record, and no row has left.
    Released,
}

impl Failpoint {
    /// The name by which a test asks for it.
    #[cfg(debug_assertions)]
    const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Decided => "decided",
            Self::Prepared => "prepared",
            Self::Inserted => "inserted",
            Self::Running => "running",
            Self::Read => "read",
            Self::Sealing => "sealing",
            Self::Sealed => "sealed",
            Self::Released => "released",
        }
    }

    /// Ends the process here, where the environment variable `COUNTERSIGN_FAILPOINT` says so.
    /// Programs built for release do not even look.
    pub fn reached(self) {
        #[cfg(debug_assertions)]
        if std::env::var("COUNTERSIGN_FAILPOINT").is_ok_and(|name| name == self.name()) {
            std::process::abort();
        }
    }
}
