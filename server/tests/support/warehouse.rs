//! A warehouse that answers what the test says, fails where the test says, and writes down
//! what it was asked.

use std::{
    collections::{BTreeMap, VecDeque},
    future::pending,
    sync::{Arc, Mutex, MutexGuard},
};

use async_trait::async_trait;
use countersign::warehouse::{
    DryRun, Job, JobError, JobId, JobStatistics, JobStatus, Page, PageToken, PastJob, Query,
    TableDescription, Warehouse, WarehouseError,
};
use domain::{Column, TableName, Timestamp};
use masking::RawRows;
use serde_json::{Value, json};
use tokio::sync::Notify;

/// What every query gets: in the dry run, and as the job's rows.
#[derive(Clone)]
pub struct Reply {
    /// `SELECT` …
    pub statement_type: &'static str,
    /// Full names of the tables that BigQuery says it reads.
    pub tables: Vec<&'static str>,
    /// The answer's columns.
    pub schema: Vec<Column>,
    /// Bytes that the dry run names.
    pub bytes: u64,
    /// Cells as on the wire.
    pub rows: Vec<Vec<Value>>,
}

/// A place in the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Point {
    /// A dry run.
    DryRun,
    /// An insert, before the job exists.
    BeforeInsert,
    /// An insert, when the job exists and its answer is under way.
    AfterInsert,
    /// A look at the job's state.
    Status,
    /// A look at its rows.
    Rows,
    /// A wish to stop it.
    Cancel,
}

impl Point {
    /// Every place.
    pub const ALL: [Self; 6] = [
        Self::DryRun,
        Self::BeforeInsert,
        Self::AfterInsert,
        Self::Status,
        Self::Rows,
        Self::Cancel,
    ];
}

/// What happens there, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// No answer.
    Unreachable,
    /// BigQuery says no.
    Rejected,
    /// The table is not there.
    NotFound,
    /// The answer never comes; the test is told that the call arrived.
    Hangs,
    /// BigQuery says no, when the test lets it; the test is told that the call arrived.
    RejectedLate,
    /// None yet: the next trouble meets a later call.
    None,
}

#[derive(Default)]
struct Script {
    tables: Vec<TableDescription>,
    reply: Option<Reply>,
    troubles: VecDeque<(Point, Trouble)>,
    job_error: Option<JobError>,
    page_rows: Option<usize>,
    total_rows: Option<u64>,
    dry_runs: Vec<Query>,
    inserts: Vec<Job>,
    jobs: BTreeMap<String, Job>,
    cancelled: Vec<JobId>,
    accounts: Vec<(Point, Option<String>)>,
    strangers: Vec<PastJob>,
}

/// BigQuery, as the test wants it.
#[derive(Clone, Default)]
pub struct ScriptedWarehouse {
    script: Arc<Mutex<Script>>,
    hanging: Arc<Notify>,
    let_go: Arc<Notify>,
    account: Option<String>,
}

impl ScriptedWarehouse {
    /// A warehouse with these tables.
    pub fn new(tables: Vec<TableDescription>, reply: Reply) -> Self {
        let warehouse = Self::default();
        warehouse.script().tables = tables;
        warehouse.script().reply = Some(reply);
        warehouse
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().expect("the script")
    }

    /// From now on, queries get this.
    pub fn replies(&self, reply: Reply) {
        self.script().reply = Some(reply);
    }

    /// The next call that comes to `point` meets `trouble`.
    pub fn will(&self, point: Point, trouble: Trouble) {
        self.script().troubles.push_back((point, trouble));
    }

    /// From now on, jobs end with this error.
    pub fn jobs_fail(&self, reason: &str) {
        self.script().job_error = Some(JobError {
            reason: reason.to_owned(),
            message: "it did not work".to_owned(),
        });
    }

    /// From now on, pages have this many rows, whatever is asked for.
    pub fn sends_pages_of(&self, rows: usize) {
        self.script().page_rows = Some(rows);
    }

    /// From now on, results are said to have this many rows.
    pub fn says_that_there_are(&self, rows: u64) {
        self.script().total_rows = Some(rows);
    }

    /// From now on there is this table too.
    pub fn also_has(&self, table: TableDescription) {
        self.script().tables.push(table);
    }

    /// Changes the columns of a table, as somebody at the warehouse might.
    pub fn change_table(&self, name: &str, columns: Vec<Column>) {
        let mut script = self.script();
        let table = script.tables.iter_mut().find(|t| t.name.as_str() == name);
        table.expect("the table").columns = columns;
    }

    /// Changes what BigQuery says of a table or view.
    pub fn describe(&self, name: &str, change: impl FnOnce(&mut TableDescription)) {
        let mut script = self.script();
        let table = script.tables.iter_mut().find(|t| t.name.as_str() == name);
        change(table.expect("the table"));
    }

    /// Resolves when a call hangs.
    pub async fn hangs(&self) {
        self.hanging.notified().await;
    }

    /// Lets the call that waits for it be answered.
    pub fn lets_go(&self) {
        self.let_go.notify_one();
    }

    /// Every text that was ever sent here.
    pub fn texts(&self) -> Vec<String> {
        let script = self.script();
        let jobs = script.inserts.iter().map(|job| &job.query);
        let queries = script.dry_runs.iter().chain(jobs);
        queries.map(|query| query.sql.clone()).collect()
    }

    /// A job that somebody ran without us, or what became of one of ours.
    pub fn was_asked(&self, job: PastJob) {
        self.script().strangers.push(job);
    }

    /// Its jobs are gone, as if their time were over.
    pub fn forgets_its_jobs(&self) {
        self.script().jobs.clear();
    }

    /// Every insert, repetitions included.
    pub fn inserts(&self) -> Vec<Job> {
        self.script().inserts.clone()
    }

    /// How many jobs exist.
    pub fn job_count(&self) -> usize {
        self.script().jobs.len()
    }

    /// Jobs that were to be cancelled.
    pub fn cancelled(&self) -> Vec<String> {
        let script = self.script();
        script.cancelled.iter().map(ToString::to_string).collect()
    }

    /// Where it was asked something, in the name of which service account.
    pub fn accounts(&self) -> Vec<(Point, Option<String>)> {
        self.script().accounts.clone()
    }

    async fn meet(&self, point: Point) -> Result<(), WarehouseError> {
        let trouble = {
            let mut script = self.script();
            script.accounts.push((point, self.account.clone()));
            let place = script.troubles.iter().position(|(at, _)| *at == point);
            place.and_then(|place| script.troubles.remove(place))
        };
        match trouble.map(|(_, trouble)| trouble) {
            None | Some(Trouble::None) => Ok(()),
            Some(Trouble::Unreachable) => Err(WarehouseError::Unavailable {
                why: "no connection",
            }),
            Some(Trouble::Rejected) => Err(rejected()),
            Some(Trouble::RejectedLate) => {
                self.hanging.notify_one();
                self.let_go.notified().await;
                Err(rejected())
            }
            Some(Trouble::NotFound) => Err(WarehouseError::NotFound {
                message: "it is gone".to_owned(),
            }),
            Some(Trouble::Hangs) => {
                self.hanging.notify_one();
                pending().await
            }
        }
    }

    fn page(&self, start: usize, max_rows: u32) -> Page {
        let reply = self.reply();
        let total_rows = self.script().total_rows;
        let size = self.script().page_rows.unwrap_or(max_rows as usize);
        let end = (start + size).min(reply.rows.len());
        Page {
            rows: Some(raw(&reply.rows[start..end])),
            schema: reply.schema,
            next: (end < reply.rows.len()).then(|| PageToken::new(end.to_string())),
            total_rows: total_rows.unwrap_or(reply.rows.len() as u64),
        }
    }

    fn reply(&self) -> Reply {
        self.script().reply.clone().expect("a reply")
    }
}

#[async_trait]
impl Warehouse for ScriptedWarehouse {
    async fn acting_as(&self, account: &str) -> Result<Arc<dyn Warehouse>, WarehouseError> {
        Ok(Arc::new(Self {
            account: Some(account.to_owned()),
            ..self.clone()
        }))
    }

    async fn dry_run(&self, query: &Query) -> Result<DryRun, WarehouseError> {
        self.script().dry_runs.push(query.clone());
        self.meet(Point::DryRun).await?;
        let reply = self.reply();
        Ok(DryRun {
            statement_type: reply.statement_type.to_owned(),
            referenced_tables: reply.tables.into_iter().map(TableName::new).collect(),
            schema: reply.schema,
            bytes: reply.bytes,
        })
    }

    async fn insert(&self, job: &Job) -> Result<(), WarehouseError> {
        self.script().inserts.push(job.clone());
        self.meet(Point::BeforeInsert).await?;
        let id = job.id.to_string();
        self.script().jobs.insert(id, job.clone());
        self.meet(Point::AfterInsert).await
    }

    async fn status(&self, job: &JobId) -> Result<JobStatus, WarehouseError> {
        self.meet(Point::Status).await?;
        let script = self.script();
        if !script.jobs.contains_key(job.as_str()) {
            return Ok(JobStatus::NotFound);
        }
        Ok(JobStatus::Done {
            error: script.job_error.clone(),
            statistics: JobStatistics {
                bytes_processed: Some(2048),
                bytes_billed: Some(10_485_760),
                ..JobStatistics::default()
            },
        })
    }

    async fn first_rows(&self, job: &JobId, max_rows: u32) -> Result<Option<Page>, WarehouseError> {
        self.meet(Point::Rows).await?;
        if !self.script().jobs.contains_key(job.as_str()) {
            return Err(WarehouseError::NotFound {
                message: "it is gone".to_owned(),
            });
        }
        if let Some(JobError { reason, message }) = self.script().job_error.clone() {
            return Err(WarehouseError::Rejected { reason, message });
        }
        Ok(Some(self.page(0, max_rows)))
    }

    async fn rows(
        &self,
        _: &JobId,
        page: &PageToken,
        max_rows: u32,
    ) -> Result<Page, WarehouseError> {
        self.meet(Point::Rows).await?;
        let start = page.as_str().parse().expect("our token");
        Ok(self.page(start, max_rows))
    }

    async fn cancel(&self, job: &JobId) -> Result<(), WarehouseError> {
        self.meet(Point::Cancel).await?;
        self.script().cancelled.push(job.clone());
        Ok(())
    }

    async fn jobs_since(&self, since: Timestamp) -> Result<Vec<PastJob>, WarehouseError> {
        let script = self.script();
        let recent = script
            .strangers
            .iter()
            .filter(|job| job.created_at >= since);
        Ok(recent.cloned().collect())
    }

    async fn table(&self, name: &TableName) -> Result<TableDescription, WarehouseError> {
        let script = self.script();
        let found = script.tables.iter().find(|table| table.name == *name);
        found.cloned().ok_or_else(|| WarehouseError::NotFound {
            message: "it is gone".to_owned(),
        })
    }

    async fn tables(&self, _: &str) -> Result<Vec<TableDescription>, WarehouseError> {
        Ok(self.script().tables.clone())
    }
}

fn rejected() -> WarehouseError {
    WarehouseError::Rejected {
        reason: "invalidQuery".to_owned(),
        message: "it is not allowed".to_owned(),
    }
}

/// Rows as BigQuery sends them.
fn raw(rows: &[Vec<Value>]) -> RawRows {
    let cell = |value: &Value| json!({ "v": value });
    let row = |row: &Vec<Value>| json!({ "f": row.iter().map(cell).collect::<Vec<_>>() });
    let rows: Vec<_> = rows.iter().map(row).collect();
    serde_json::from_str(&json!(rows).to_string()).expect("rows")
}

/// Columns, each written `name TYPE` or `name TYPE tag`.
pub fn columns(described: &[&str]) -> Vec<Column> {
    let column = |text: &&str| {
        let mut parts = text.split(' ').map(str::to_owned);
        let [name, data_type] = [parts.next(), parts.next()].map(|part| part.expect("a part"));
        serde_json::from_value(serde_json::json!({
            "name": name, "type": data_type, "tag": parts.next(),
        }))
        .expect("a column")
    };
    described.iter().map(column).collect()
}
