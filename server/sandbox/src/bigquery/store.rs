//! The jobs of this server's life, in memory.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use duckdb::InterruptHandle;
use time::OffsetDateTime;
use tokio::sync::watch;

use super::{
    LOCATION, Server,
    execution::{Specification, Success},
};
use crate::{
    engine::{PROJECT, Session},
    error::{QueryError, Reason},
};

/// How many jobs are remembered unless it is said; the oldest are forgotten first.
pub(super) const REMEMBERED: usize = 200;

/// How often an interrupt is repeated.
const INTERRUPT_EVERY: Duration = Duration::from_millis(20);

/// A query job.
pub(super) struct Job {
    pub(super) id: String,
    pub(super) specification: Specification,
    /// Milliseconds since 1970.
    pub(super) created: i128,
    finished: watch::Sender<Option<Arc<Finished>>>,
    cancelled: AtomicBool,
    interrupt: Mutex<Option<Arc<InterruptHandle>>>,
}

/// How a job ended.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) result: Result<Success, QueryError>,
    /// Milliseconds since 1970.
    pub(super) ended: i128,
}

/// All jobs.
pub(super) struct JobStore {
    jobs: Mutex<Jobs>,
    remembered: usize,
}

#[derive(Default)]
struct Jobs {
    by_id: HashMap<String, Arc<Job>>,
    order: VecDeque<String>,
}

impl JobStore {
    /// A store without jobs, which remembers so many.
    pub(super) fn remembering(remembered: usize) -> Self {
        Self {
            jobs: Mutex::default(),
            remembered,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Jobs> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a new job.
    ///
    /// # Errors
    /// Its id is malformed or taken.
    fn add(&self, job: Arc<Job>) -> Result<(), QueryError> {
        check_id(&job.id)?;
        let mut jobs = self.lock();
        if jobs.by_id.contains_key(&job.id) {
            let message = format!("Already Exists: Job {PROJECT}:{LOCATION}.{}", job.id);
            return Err(QueryError::new(Reason::Duplicate, message));
        }
        jobs.order.push_back(job.id.clone());
        jobs.by_id.insert(job.id.clone(), job);
        if jobs.order.len() > self.remembered
            && let Some(oldest) = jobs.order.pop_front()
        {
            jobs.by_id.remove(&oldest);
        }
        Ok(())
    }

    /// A job by id.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn get(&self, id: &str) -> Result<Arc<Job>, QueryError> {
        let found = self.lock().by_id.get(id).cloned();
        found.ok_or_else(|| QueryError::not_found(format!("Job {PROJECT}:{LOCATION}.{id}")))
    }

    /// The jobs, newest first.
    pub(super) fn newest_first(&self) -> Vec<Arc<Job>> {
        let jobs = self.lock();
        jobs.order
            .iter()
            .rev()
            .filter_map(|id| jobs.by_id.get(id).cloned())
            .collect()
    }
}

fn check_id(id: &str) -> Result<(), QueryError> {
    let allowed = |character: char| character.is_ascii_alphanumeric() || "_-".contains(character);
    if (1..=1024).contains(&id.len()) && id.chars().all(allowed) {
        return Ok(());
    }
    Err(QueryError::invalid(format!("Invalid job ID \"{id}\"")))
}

impl Job {
    /// Starts a query under an id.
    ///
    /// # Errors
    /// The id is malformed or taken, or the engine gives no connection.
    pub(super) fn start(
        server: &Arc<Server>,
        id: String,
        specification: Specification,
    ) -> Result<Arc<Self>, super::Failure> {
        let session = server.engine.session()?;
        let job = Arc::new(Self {
            id,
            specification,
            created: now(),
            finished: watch::Sender::new(None),
            cancelled: AtomicBool::new(false),
            interrupt: Mutex::new(Some(session.interrupt_handle())),
        });
        server.jobs.add(Arc::clone(&job))?;
        let running = Arc::clone(&job);
        let server = Arc::clone(server);
        tokio::spawn(async move {
            let finishing = Arc::clone(&running);
            let result = tokio::task::spawn_blocking(move || running.run(&server, &session)).await;
            let result = result.unwrap_or_else(|_| Err(broken()));
            finishing.finished.send_replace(Some(Arc::new(Finished {
                result,
                ended: now(),
            })));
        });
        Ok(job)
    }

    fn run(&self, server: &Server, session: &Session) -> Result<Success, QueryError> {
        if self.cancelled.load(Ordering::SeqCst) {
            return Err(cancelled());
        }
        let shown = self.specification.show_jobs(server, session);
        shown.map_err(|_| broken())?;
        let result = self.specification.run(session);
        self.interrupt
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        result
    }

    /// How the job ended, if it has.
    pub(super) fn finished(&self) -> Option<Arc<Finished>> {
        self.finished.borrow().clone()
    }

    /// Waits for the end, at most for the time given.
    pub(super) async fn wait(&self, longest: Duration) -> Option<Arc<Finished>> {
        let mut watched = self.finished.subscribe();
        let end = watched.wait_for(Option::is_some);
        let ended = tokio::time::timeout(longest, end).await;
        ended
            .ok()
            .and_then(Result::ok)
            .and_then(|finished| finished.clone())
    }

    /// Stops the job, unless it has ended, and waits until it has.
    ///
    /// An interrupt is lost on a session between two statements, so it is repeated.
    pub(super) async fn cancel(&self) {
        self.cancelled.store(true, Ordering::SeqCst);
        while self.finished().is_none() {
            if let Some(handle) = &*self
                .interrupt
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
            {
                handle.interrupt();
            }
            self.wait(INTERRUPT_EVERY).await;
        }
    }
}

fn cancelled() -> QueryError {
    QueryError::new(
        Reason::Stopped,
        "Job execution was cancelled: User requested cancellation",
    )
}

fn broken() -> QueryError {
    QueryError::new(
        Reason::InternalError,
        "An internal error occurred and the request could not be completed.",
    )
}

fn now() -> i128 {
    OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000
}
