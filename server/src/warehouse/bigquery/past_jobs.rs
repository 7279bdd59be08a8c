//! Jobs of everybody, from `INFORMATION_SCHEMA.JOBS_BY_PROJECT`
//! (<https://cloud.google.com/bigquery/docs/information-schema-jobs>).
//!
//! `jobs.list` tells the same, but with the text of every query, which may hold anything. Here
//! BigQuery digests the texts, and they never come to this program. The price is a job of our
//! own for each look, which is left out of what it finds.

use std::{collections::BTreeMap, time::Duration};

use domain::{Digest, Timestamp};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{
    super::{Job, JobId, Parameter, PastJob, Query, Warehouse as _, WarehouseError},
    BigQuery,
};

/// The label of our own looks.
const LABEL: (&str, &str) = ("countersign_purpose", "reconciliation");
/// A look may bill so much: the view holds the texts of half a year.
const MAXIMUM_BYTES_BILLED: u64 = 100 << 30;
/// BigQuery stops a look after this time.
const TIMEOUT: Duration = Duration::from_mins(5);
/// Jobs of one page.
const JOBS: u32 = 1000;

/// What asks for the jobs of a project: those of scripts, and not each of their statements too.
pub(super) fn text(project: &str, location: &str) -> String {
    let region = location.to_ascii_lowercase();
    format!(
        "SELECT TO_JSON_STRING(STRUCT(job_id AS job_id, user_email AS user_email, \
         job_type AS job_type, statement_type AS statement_type, labels AS labels, \
         UNIX_MICROS(creation_time) AS created_at, TO_HEX(SHA256(query)) AS text_digest)) AS job \
         FROM `{project}`.`region-{region}`.INFORMATION_SCHEMA.JOBS_BY_PROJECT \
         WHERE creation_time >= @since AND parent_job_id IS NULL ORDER BY creation_time DESC"
    )
}

impl BigQuery {
    /// Looks by a job of our own.
    pub(super) async fn listed_jobs(
        &self,
        since: Timestamp,
    ) -> Result<Vec<PastJob>, WarehouseError> {
        let look = self.look(since)?;
        self.insert(&look).await?;
        let mut jobs = Vec::new();
        let mut more = self.waiting();
        loop {
            let page: JobPage = self.results(&look.id, JOBS, more).await?;
            if !page.job_complete {
                more = self.waiting();
                continue;
            }
            for row in page.rows {
                jobs.push(row.job()?);
            }
            match page.page_token.filter(|token| !token.is_empty()) {
                Some(token) => more = ("pageToken", token),
                None => break,
            }
        }
        let looks = Looks {
            account: self.account_of(&look.id).await?,
            digest: digest(&look.query.sql),
        };
        jobs.retain(|job| !looks.contain(job));
        Ok(jobs)
    }

    fn look(&self, since: Timestamp) -> Result<Job, WarehouseError> {
        let id = format!("countersign_jobs_{}", Uuid::now_v7().simple());
        let id = id.parse().map_err(|_| undecodable("a job's id"))?;
        let since = Parameter {
            name: Some("since".to_owned()),
            data_type: "TIMESTAMP".to_owned(),
            value: since.to_rfc3339().into(),
        };
        Ok(Job {
            id,
            query: Query {
                sql: text(&self.place.project, &self.place.location),
                parameters: vec![since],
                default_dataset: None,
                maximum_bytes_billed: MAXIMUM_BYTES_BILLED,
            },
            labels: BTreeMap::from([(LABEL.0.to_owned(), LABEL.1.to_owned())]),
            timeout: TIMEOUT,
        })
    }

    /// In whose name a job of ours ran.
    async fn account_of(&self, job: &JobId) -> Result<String, WarehouseError> {
        #[derive(Deserialize)]
        struct Owned {
            user_email: String,
        }
        let path = self.project_path(&["jobs", job.as_str()]);
        let location = [("location", self.place.location.clone())];
        let owned: Owned = self.within_deadline(self.raw.get(&path, &location)).await?;
        Ok(owned.user_email)
    }
}

/// Looks as we make them. Whoever copies the text and the label ran it in another name.
struct Looks {
    account: String,
    digest: Digest,
}

impl Looks {
    fn contain(&self, job: &PastJob) -> bool {
        job.account == self.account
            && job.text_digest == Some(self.digest)
            && job
                .labels
                .get(LABEL.0)
                .is_some_and(|label| label == LABEL.1)
    }
}

/// A page of the list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct JobPage {
    #[serde(default)]
    job_complete: bool,
    #[serde(default)]
    rows: Vec<Row>,
    page_token: Option<String>,
}

/// A row of one cell.
#[derive(Deserialize)]
struct Row {
    f: [Cell; 1],
}

#[derive(Deserialize)]
struct Cell {
    v: String,
}

/// A job as our text writes it.
#[derive(Deserialize)]
struct ListedJob {
    job_id: String,
    user_email: Option<String>,
    job_type: Option<String>,
    statement_type: Option<String>,
    labels: Option<Vec<Label>>,
    /// Microseconds since 1970.
    created_at: i64,
    text_digest: Option<String>,
}

#[derive(Deserialize)]
struct Label {
    key: String,
    value: String,
}

impl Row {
    fn job(self) -> Result<PastJob, WarehouseError> {
        let [cell] = self.f;
        let listed: ListedJob =
            serde_json::from_str(&cell.v).map_err(|_| undecodable("a job in the list of jobs"))?;
        let digest = |hex: String| format!("sha256:{hex}").parse();
        let labels = listed.labels.unwrap_or_default().into_iter();
        Ok(PastJob {
            id: listed.job_id,
            account: listed.user_email.unwrap_or_default(),
            kind: listed.job_type.unwrap_or_default(),
            statement_type: listed.statement_type,
            created_at: Timestamp::from_micros(listed.created_at),
            labels: labels.map(|label| (label.key, label.value)).collect(),
            text_digest: listed
                .text_digest
                .map(digest)
                .transpose()
                .map_err(|_| undecodable("a digest in the list of jobs"))?,
        })
    }
}

fn digest(text: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(text).into())
}

const fn undecodable(what: &'static str) -> WarehouseError {
    WarehouseError::Undecodable { what }
}
