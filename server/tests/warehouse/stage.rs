//! A server that runs, and the adapter connected to it.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    time::Duration,
};

use anyhow::{Context as _, bail};
use countersign::warehouse::{
    BigQuery, Credentials, Job, JobError, JobId, JobStatistics, JobStatus, Page, Parameter, Query,
    Settings, Warehouse as _,
};
use masking::Masker;
use serde_json::Value;
use url::Url;
use uuid::Uuid;

use super::{servers::Server, shop};

/// The project of every server.
pub const PROJECT: &str = "demo";
/// Names the access token that those servers want which want one.
const TOKEN: &str = "COUNTERSIGN_TEST_ACCESS_TOKEN";
/// Everything here is over at once, or nearly.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server with the shop in it.
pub struct Stage {
    /// The adapter.
    pub warehouse: BigQuery,
    /// The same server without it.
    pub http: reqwest::Client,
    /// The server's REST API.
    pub address: Url,
}

impl Stage {
    /// The server as this test run was told of it; none, and a word on why, where it was not.
    pub async fn of(server: &Server) -> Option<Self> {
        let Ok(address) = env::var(server.variable) else {
            let (name, variable) = (server.name, server.variable);
            eprintln!("skipped: {variable} names no address of {name}; `cargo xtask test` does");
            return None;
        };
        let address: Url = address.parse().expect("an address");
        let token = token();
        let stage = Self {
            warehouse: connect(&address, &token).await,
            http: reqwest::Client::new(),
            address,
        };
        if !server.has_shop {
            shop::open(&stage).await.expect("the shop is made");
        }
        Some(stage)
    }

    /// Runs a job to its end.
    pub async fn ended(&self, job: &JobId) -> anyhow::Result<(Option<JobError>, JobStatistics)> {
        let waits = async {
            loop {
                match self.warehouse.status(job).await? {
                    JobStatus::Done { error, statistics } => return Ok((error, statistics)),
                    JobStatus::NotFound => bail!("there is no job"),
                    JobStatus::Pending | JobStatus::Running => {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            }
        };
        tokio::time::timeout(PATIENCE, waits)
            .await
            .context("it does not end")?
    }

    /// Starts a job that succeeds, and waits for it.
    pub async fn run(&self, query: Query) -> anyhow::Result<JobId> {
        let job = job(query);
        self.warehouse.insert(&job).await?;
        match self.ended(&job.id).await? {
            (None, _) => Ok(job.id),
            (Some(error), _) => bail!("it failed: {error:?}"),
        }
    }

    /// The only page of a query's rows, as JSON that a client would get.
    pub async fn rows(&self, query: Query) -> anyhow::Result<(Page, Value)> {
        let id = self.run(query).await?;
        let page = self.first_rows(&id, 1000).await?;
        let rows = plain(&page)?;
        Ok((page, rows))
    }

    /// The first page of the rows of a job that is over.
    pub async fn first_rows(&self, job: &JobId, most: u32) -> anyhow::Result<Page> {
        let page = self.warehouse.first_rows(job, most).await?;
        page.context("it is not over")
    }

    /// The one number that a query gives.
    pub async fn number(&self, sql: &str) -> anyhow::Result<i64> {
        let (_, rows) = self.rows(query(sql)).await?;
        rows[0][0]
            .as_i64()
            .with_context(|| format!("no number: {rows}"))
    }

    /// Something at the server's own address.
    pub fn at(&self, path: &str) -> String {
        format!("{}/projects/{PROJECT}{path}", self.address)
    }
}

/// The adapter connected to a server.
pub async fn connect(address: &Url, token: &str) -> BigQuery {
    let settings = Settings {
        base_url: address.clone(),
        iam_credentials_url: address.clone(),
        project: PROJECT.to_owned(),
        location: "US".to_owned(),
        deadline: PATIENCE,
        credentials: Credentials::AccessToken(token.to_owned().into()),
    };
    BigQuery::connect(settings).await.expect("settings")
}

/// What the servers take for proof.
pub fn token() -> String {
    env::var(TOKEN).unwrap_or_else(|_| "unused".to_owned())
}

/// The values of a page's rows.
pub fn plain(page: &Page) -> anyhow::Result<Value> {
    let Some(rows) = &page.rows else {
        return Ok(Value::Array(Vec::new()));
    };
    let mut masker = Masker::new(&page.schema, &BTreeSet::new(), None);
    let plain = masker
        .mask(rows)
        .map_err(|error| anyhow::anyhow!("{error:?}"))?;
    Ok(serde_json::from_str(plain.json())?)
}

/// A query without parameters.
pub fn query(sql: &str) -> Query {
    with_parameters(sql, Vec::new())
}

/// A query with parameters.
pub fn with_parameters(sql: &str, parameters: Vec<Parameter>) -> Query {
    Query {
        sql: sql.to_owned(),
        parameters,
        default_dataset: None,
        maximum_bytes_billed: 1 << 30,
    }
}

/// A job under an id of its own.
pub fn job(query: Query) -> Job {
    let intent = format!("int_{}", Uuid::now_v7().simple());
    Job {
        id: format!("cs_{}", Uuid::now_v7().simple())
            .parse()
            .expect("a job id"),
        query,
        labels: BTreeMap::from([("countersign_intent".to_owned(), intent)]),
        timeout: Duration::from_mins(1),
    }
}
