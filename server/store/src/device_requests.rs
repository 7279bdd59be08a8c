//! Runs that pipelines ask for by device codes, and what a person said to each.

use std::collections::BTreeSet;

use domain::{
    AgentId, Audience, DeviceRequestId, Digest, EventName, PersonId, Role, Scope, SignInId,
    Timestamp,
};
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _},
};

/// What is kept of the workload that asks; its token is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkloadEvidence {
    /// Who vouches for it.
    pub issuer: String,
    /// The issuer's name for it.
    pub subject: String,
    /// SHA-256 of its token.
    pub digest: Digest,
    /// What a person sees before confirming: name and value.
    pub facts: Vec<(String, String)>,
}

/// The run that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedRun {
    /// What it may touch; empty means everything that the agent may.
    pub scope: Scope,
    /// Why.
    pub purpose: String,
    /// Where that is written down; empty when nowhere.
    pub ticket: String,
    /// How long it lives.
    pub minutes: u32,
    /// Where its token counts; everywhere for those asked for before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
}

/// What proved the person who confirmed, at that moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The sign-in of the session in which they confirmed.
    pub sign_in: SignInId,
    /// Roles at that moment.
    pub roles: BTreeSet<Role>,
    /// Groups of the sign-in.
    pub groups: BTreeSet<String>,
    /// When the identity provider authenticated them.
    pub authenticated_at: Timestamp,
    /// How strongly, `acr`, where the provider said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<String>,
    /// How, in words.
    pub method: String,
}

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DeviceVerdict {
    /// The run may be opened in their name.
    Confirmed,
    /// It may not.
    Refused,
}

impl DeviceVerdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Confirmed, Self::Refused]
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
    }
}

/// A run that a pipeline asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceRequestRecord {
    /// Its id.
    pub id: DeviceRequestId,
    /// For which agent.
    pub agent: AgentId,
    /// The key that asked; none for a bearer.
    pub key_thumbprint: Option<String>,
    /// Who asks.
    pub workload: WorkloadEvidence,
    /// For what.
    pub asked: AskedRun,
    /// When.
    pub created_at: Timestamp,
    /// When its codes end.
    pub expires_at: Timestamp,
    /// Who typed the code last.
    pub entered_by: Option<PersonId>,
    /// What was said.
    pub verdict: Option<DeviceVerdict>,
    /// By whom.
    pub decided_by: Option<PersonId>,
    /// What proved them, when they confirmed.
    pub confirmation: Option<Confirmation>,
    /// The least time between two polls, in seconds.
    pub interval_seconds: i64,
    /// When it was last asked for.
    pub polled_at: Option<Timestamp>,
}

impl DeviceRequestRecord {
    /// Whether a person may still decide.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.verdict.is_none() && now < self.expires_at
    }
}

/// A request to be kept.
#[derive(Debug, Clone, Serialize)]
pub struct NewDeviceRequest {
    /// Its id.
    pub id: DeviceRequestId,
    /// SHA-256 of the pipeline's code, hexadecimal.
    #[serde(skip)]
    pub device_code_hash: String,
    /// SHA-256 of the code that a person types, hexadecimal.
    #[serde(skip)]
    pub user_code_hash: String,
    /// For which agent.
    pub agent: AgentId,
    /// The key that asks; none for a bearer.
    pub key_thumbprint: Option<String>,
    /// Who asks.
    pub workload: WorkloadEvidence,
    /// For what.
    pub asked: AskedRun,
    /// When its codes end.
    pub expires_at: Timestamp,
    /// The least time between two polls, in seconds.
    pub interval_seconds: i64,
}

fn read(row: &Row) -> Result<DeviceRequestRecord, StoreError> {
    Ok(DeviceRequestRecord {
        id: row.parsed("id")?,
        agent: row.parsed("agent_id")?,
        key_thumbprint: row.optional_text("key_thumbprint")?,
        workload: row.json("workload")?,
        asked: row.json("asked")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        entered_by: row.optional_parsed("entered_by")?,
        verdict: row.optional_named("verdict", DeviceVerdict::from_name)?,
        decided_by: row.optional_parsed("decided_by")?,
        confirmation: row.optional_json("confirmation")?,
        interval_seconds: row.integer("interval_seconds")?,
        polled_at: row.optional_time("polled_at")?,
    })
}

impl Transaction {
    /// Keeps a request.
    pub async fn insert_device_request(
        &mut self,
        request: &NewDeviceRequest,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into device_requests (id, device_code_hash, user_code_hash, agent_id,
                 key_thumbprint, workload, asked, created_at, expires_at, interval_seconds)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(request.id.to_string())
        .bind(&request.device_code_hash)
        .bind(&request.user_code_hash)
        .bind(request.agent.to_string())
        .bind(&request.key_thumbprint)
        .bind(serde_json::to_string(&request.workload)?)
        .bind(serde_json::to_string(&request.asked)?)
        .bind(now.micros())
        .bind(request.expires_at.micros())
        .bind(request.interval_seconds)
        .execute(self.connection())
        .await?;
        let subject = request.id.to_string();
        self.record(EventName::DeviceRequested, &subject, None, request)
            .await?;
        Ok(())
    }

    /// Notes who typed the code; says whether the request was still open.
    pub async fn enter_device_request(
        &mut self,
        id: DeviceRequestId,
        person: PersonId,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update device_requests set entered_by = $2
             where id = $1 and verdict is null and expires_at > $3",
        )
        .bind(id.to_string())
        .bind(person.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let nothing = serde_json::json!({});
        self.record(
            EventName::DeviceCodeEntered,
            &id.to_string(),
            None,
            &nothing,
        )
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Keeps what the person who typed the code said; says whether it still counted.
    pub async fn decide_device_request(
        &mut self,
        id: DeviceRequestId,
        person: PersonId,
        verdict: DeviceVerdict,
        confirmation: Option<&Confirmation>,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let confirmation = confirmation.map(serde_json::to_string).transpose()?;
        let done = sqlx::query(
            "update device_requests
             set verdict = $3, decided_by = $2, decided_at = $4, confirmation = $5
             where id = $1 and entered_by = $2 and verdict is null and expires_at > $4",
        )
        .bind(id.to_string())
        .bind(person.to_string())
        .bind(verdict.as_str())
        .bind(now.micros())
        .bind(confirmation)
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "verdict": verdict });
        self.record(EventName::DeviceDecided, &id.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Uses the codes up; says whether they still counted.
    pub async fn redeem_device_request(&mut self, id: DeviceRequestId) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update device_requests set redeemed_at = $2
             where id = $1 and verdict = 'confirmed' and redeemed_at is null and expires_at > $2",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let nothing = serde_json::json!({});
        self.record(EventName::DeviceRedeemed, &id.to_string(), None, &nothing)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Store {
    /// The request with this id.
    pub async fn device_request(
        &self,
        id: DeviceRequestId,
    ) -> Result<Option<DeviceRequestRecord>, StoreError> {
        let row = sqlx::query("select * from device_requests where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The request whose pipeline's code has this SHA-256, hexadecimal.
    pub async fn device_request_by_device_code(
        &self,
        hash: &str,
    ) -> Result<Option<DeviceRequestRecord>, StoreError> {
        let row = sqlx::query("select * from device_requests where device_code_hash = $1")
            .bind(hash)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The request whose typed code has this SHA-256, hexadecimal.
    pub async fn device_request_by_user_code(
        &self,
        hash: &str,
    ) -> Result<Option<DeviceRequestRecord>, StoreError> {
        let row = sqlx::query("select * from device_requests where user_code_hash = $1")
            .bind(hash)
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Notes a poll, outside the ledger: it decides nothing.
    pub async fn note_device_poll(
        &self,
        id: DeviceRequestId,
        interval_seconds: i64,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update device_requests set polled_at = $2, interval_seconds = $3 where id = $1",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .bind(interval_seconds)
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}
