//! Tries calls again that got no answer, within a budget, and spares a warehouse that gives
//! none for a while.
//!
//! Every call of a [`Warehouse`] may be repeated, so every call is. Pauses grow and differ
//! (<https://cloud.google.com/bigquery/docs/error-messages> asks for exponential back-off).

use std::{
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use domain::{TableName, Timestamp};

use super::{
    DryRun, Job, JobId, JobStatus, Page, PageToken, PastJob, Query, TableDescription, Warehouse,
    WarehouseError,
};

/// How often a call is tried at most.
const ATTEMPTS: u32 = 3;
/// The longest pause behind the first attempt; behind each further one it is twice as long.
const PAUSE: Duration = Duration::from_millis(250);
/// So many retries in a row are allowed; every answer earns a tenth of one.
const BUDGET: u32 = 20;
/// What one retry costs, in answers.
const PRICE: u32 = 10;
/// After so many calls in a row without an answer …
const FAILURES: u32 = 10;
/// … none is made for so long.
const REST: Duration = Duration::from_secs(5);

/// How the warehouse has been answering, whoever asked.
#[derive(Debug)]
struct Health {
    /// Answers that retries can still be paid with.
    savings: u32,
    /// Calls in a row that got none.
    failures: u32,
    /// Until when nothing is asked.
    rests_until: Option<Instant>,
}

impl Health {
    const fn new() -> Self {
        Self {
            savings: BUDGET * PRICE,
            failures: 0,
            rests_until: None,
        }
    }

    fn may_call(&self, now: Instant) -> bool {
        self.rests_until.is_none_or(|until| now >= until)
    }

    fn answered(&mut self) {
        self.savings = (self.savings + 1).min(BUDGET * PRICE);
        self.failures = 0;
        self.rests_until = None;
    }

    fn failed(&mut self, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.rests_until = Some(now + REST);
        }
    }

    /// Whether a retry can be paid; then it is.
    fn pay(&mut self) -> bool {
        match self.savings.checked_sub(PRICE) {
            Some(left) => {
                self.savings = left;
                true
            }
            None => false,
        }
    }
}

/// A warehouse whose calls are tried again.
#[derive(Clone)]
pub struct Retrying {
    inner: Arc<dyn Warehouse>,
    health: Arc<Mutex<Health>>,
}

impl Retrying {
    /// Tries the calls of `inner` again.
    #[must_use]
    pub fn new(inner: Arc<dyn Warehouse>) -> Self {
        Self {
            inner,
            health: Arc::new(Mutex::new(Health::new())),
        }
    }

    fn health<T>(&self, look: impl FnOnce(&mut Health) -> T) -> T {
        look(&mut self.health.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn call<T, F>(&self, attempt: impl Fn() -> F) -> Result<T, WarehouseError>
    where
        F: Future<Output = Result<T, WarehouseError>>,
    {
        let (mut attempts, mut pause) = (1, PAUSE);
        loop {
            if !self.health(|health| health.may_call(Instant::now())) {
                let why = "it has not answered for a while, and is asked again soon";
                return Err(WarehouseError::Unavailable { why });
            }
            let answer = attempt().await;
            let Err(error) = &answer else {
                self.health(Health::answered);
                return answer;
            };
            if !is_no_answer(error) {
                self.health(Health::answered);
                return answer;
            }
            self.health(|health| health.failed(Instant::now()));
            if attempts >= ATTEMPTS || !self.health(Health::pay) {
                return answer;
            }
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            attempts += 1;
            pause *= 2;
        }
    }
}

/// Whether it is not known what the warehouse would have said.
const fn is_no_answer(error: &WarehouseError) -> bool {
    match error {
        WarehouseError::Unavailable { .. } | WarehouseError::Undecodable { .. } => true,
        WarehouseError::Rejected { .. } | WarehouseError::NotFound { .. } => false,
    }
}

#[async_trait]
impl Warehouse for Retrying {
    async fn acting_as(&self, account: &str) -> Result<Arc<dyn Warehouse>, WarehouseError> {
        let inner = self.call(|| self.inner.acting_as(account)).await?;
        let health = Arc::clone(&self.health);
        Ok(Arc::new(Self { inner, health }))
    }

    async fn dry_run(&self, query: &Query) -> Result<DryRun, WarehouseError> {
        self.call(|| self.inner.dry_run(query)).await
    }

    async fn insert(&self, job: &Job) -> Result<(), WarehouseError> {
        self.call(|| self.inner.insert(job)).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, WarehouseError> {
        self.call(|| self.inner.status(job)).await
    }

    async fn first_rows(&self, job: &JobId, max_rows: u32) -> Result<Option<Page>, WarehouseError> {
        self.call(|| self.inner.first_rows(job, max_rows)).await
    }

    async fn rows(
        &self,
        job: &JobId,
        page: &PageToken,
        max_rows: u32,
    ) -> Result<Page, WarehouseError> {
        self.call(|| self.inner.rows(job, page, max_rows)).await
    }

    async fn cancel(&self, job: &JobId) -> Result<(), WarehouseError> {
        self.call(|| self.inner.cancel(job)).await
    }

    async fn table(&self, name: &TableName) -> Result<TableDescription, WarehouseError> {
        self.call(|| self.inner.table(name)).await
    }

    async fn jobs_since(&self, since: Timestamp) -> Result<Vec<PastJob>, WarehouseError> {
        self.call(|| self.inner.jobs_since(since)).await
    }

    async fn tables(&self, dataset: &str) -> Result<Vec<TableDescription>, WarehouseError> {
        self.call(|| self.inner.tables(dataset)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_paid_with_answers() {
        let mut health = Health::new();
        for _ in 0..BUDGET {
            assert!(health.pay());
        }
        assert!(!health.pay(), "the budget is spent");
        for _ in 0..PRICE {
            health.answered();
        }
        assert!(health.pay());
        assert!(!health.pay());
    }

    #[test]
    fn a_warehouse_that_gives_no_answer_is_left_alone_for_a_while() {
        let (mut health, now) = (Health::new(), Instant::now());
        for _ in 1..FAILURES {
            health.failed(now);
        }
        assert!(health.may_call(now));
        health.failed(now);
        assert!(!health.may_call(now));
        assert!(health.may_call(now + REST), "one call tries it");
        health.failed(now + REST);
        assert!(!health.may_call(now + REST), "in vain");
        health.answered();
        assert!(health.may_call(now + REST));
    }
}
