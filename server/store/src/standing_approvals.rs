//! Approvals of all queries that are similar to one.

use domain::{
    AgentId, ApprovalId, EventName, IntentId, PersonId, RunId, StandingApprovalId, StandingTerms,
    Timestamp,
};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// An approval of similar queries, proposed or given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingApprovalRecord {
    /// Its id.
    pub id: StandingApprovalId,
    /// The approval that it was given with.
    pub approval: ApprovalId,
    /// The only agent that it is for.
    pub agent: AgentId,
    /// Digest that every query it covers has.
    pub similarity: String,
    /// JSON: what that binds, for people.
    pub shape: String,
    /// The policy as of which it was given.
    pub policy_version: String,
    /// What bounds it.
    pub terms: StandingTerms,
    /// How many queries it has approved.
    pub uses: u64,
    /// Who proposed it.
    pub proposed_by: PersonId,
    /// When.
    pub proposed_at: Timestamp,
    /// From when on it counts; none while somebody has not agreed.
    pub granted_at: Option<Timestamp>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// By whom.
    pub revoked_by: Option<PersonId>,
    /// Why.
    pub revoke_reason: Option<String>,
}

/// A standing approval to be proposed.
#[derive(Debug, Clone, Serialize)]
pub struct NewStandingApproval {
    /// Its id.
    pub id: StandingApprovalId,
    /// The approval that it comes with.
    pub approval: ApprovalId,
    /// The only agent that it is for.
    pub agent: AgentId,
    /// Digest that every query it covers has.
    pub similarity: String,
    /// JSON: what that binds, for people.
    #[serde(skip)]
    pub shape: String,
    /// The policy as of which it is given.
    pub policy_version: String,
    /// What bounds it.
    pub terms: StandingTerms,
    /// Who proposes it.
    pub proposed_by: PersonId,
}

/// One query that a standing approval approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StandingUseRecord {
    /// The standing approval.
    pub standing: StandingApprovalId,
    /// What it approved.
    pub intent: IntentId,
    /// When.
    pub used_at: Timestamp,
}

fn read(row: &Row) -> Result<StandingApprovalRecord, StoreError> {
    let inconsistent = |column| move |_| StoreError::Inconsistent { column };
    Ok(StandingApprovalRecord {
        id: row.parsed("id")?,
        approval: row.parsed("approval_id")?,
        agent: row.parsed("agent_id")?,
        similarity: row.text("similarity")?,
        shape: row.text("shape")?,
        policy_version: row.text("policy_version")?,
        terms: StandingTerms {
            uses: u32::try_from(row.count("uses_maximum")?)
                .map_err(inconsistent("uses_maximum"))?,
            bytes: row.count("bytes_maximum")?,
            until: row.time("until")?,
            window: row.optional_json("time_window")?,
        },
        uses: row.count("uses")?,
        proposed_by: row.parsed("proposed_by")?,
        proposed_at: row.time("proposed_at")?,
        granted_at: row.optional_time("granted_at")?,
        revoked_at: row.optional_time("revoked_at")?,
        revoked_by: row.optional_parsed("revoked_by")?,
        revoke_reason: row.optional_text("revoke_reason")?,
    })
}

fn read_use(row: &Row) -> Result<StandingUseRecord, StoreError> {
    Ok(StandingUseRecord {
        standing: row.parsed("standing_id")?,
        intent: row.parsed("intent_id")?,
        used_at: row.time("used_at")?,
    })
}

impl Transaction {
    /// Proposes a standing approval; whoever proposes it agrees to it.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when one was proposed with this approval before.
    pub async fn propose_standing_approval(
        &mut self,
        new: &NewStandingApproval,
        run: RunId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        let window = new.terms.window.as_ref().map(serde_json::to_string);
        sqlx::query(
            "insert into standing_approvals (id, approval_id, agent_id, similarity, shape,
                 policy_version, uses_maximum, bytes_maximum, until, time_window, proposed_by,
                 proposed_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(new.id.to_string())
        .bind(new.approval.to_string())
        .bind(new.agent.to_string())
        .bind(&new.similarity)
        .bind(&new.shape)
        .bind(&new.policy_version)
        .bind(i64::from(new.terms.uses))
        .bind(i64::try_from(new.terms.bytes).unwrap_or(i64::MAX))
        .bind(new.terms.until.micros())
        .bind(window.transpose()?)
        .bind(new.proposed_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let event = EventName::StandingApprovalProposed;
        self.record(event, &new.id.to_string(), Some(run), new)
            .await?;
        self.agree_to_standing_approval(new.id, new.proposed_by, run)
            .await
    }

    /// Notes that somebody agrees to a proposal.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when they have agreed before.
    pub async fn agree_to_standing_approval(
        &mut self,
        id: StandingApprovalId,
        person: PersonId,
        run: RunId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into standing_agreements (standing_id, person_id, agreed_at)
             values ($1, $2, $3)",
        )
        .bind(id.to_string())
        .bind(person.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "person": person });
        let event = EventName::StandingApprovalAgreed;
        self.record(event, &id.to_string(), Some(run), &payload)
            .await?;
        Ok(())
    }

    /// What was proposed with an approval, and who agrees to it, within this transaction.
    pub async fn proposed_with(
        &mut self,
        approval: ApprovalId,
    ) -> Result<Option<(StandingApprovalRecord, Vec<PersonId>)>, StoreError> {
        let row = sqlx::query("select * from standing_approvals where approval_id = $1")
            .bind(approval.to_string())
            .fetch_optional(self.connection())
            .await?;
        let Some(standing) = row.as_ref().map(read).transpose()? else {
            return Ok(None);
        };
        let rows = sqlx::query("select person_id from standing_agreements where standing_id = $1")
            .bind(standing.id.to_string())
            .fetch_all(self.connection())
            .await?;
        let agreed = rows.iter().map(|row| row.parsed("person_id"));
        Ok(Some((standing, agreed.collect::<Result<_, _>>()?)))
    }

    /// Lets a proposal count from now on.
    pub async fn grant_standing_approval(
        &mut self,
        id: StandingApprovalId,
        run: RunId,
    ) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "update standing_approvals set granted_at = $2
             where id = $1 and granted_at is null and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({});
        let event = EventName::StandingApprovalGranted;
        self.record(event, &id.to_string(), Some(run), &payload)
            .await?;
        Ok(())
    }

    /// Uses a standing approval for one intent; says whether it still had a use left and counts.
    /// Compare-and-swap: of two for the last use, one gets it.
    pub async fn use_standing_approval(
        &mut self,
        id: StandingApprovalId,
        (intent, run): (IntentId, RunId),
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update standing_approvals set uses = uses + 1
             where id = $1 and uses < uses_maximum and until > $2
                 and granted_at is not null and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        sqlx::query(
            "insert into standing_uses (intent_id, standing_id, used_at) values ($1, $2, $3)",
        )
        .bind(intent.to_string())
        .bind(id.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "intent": intent });
        let event = EventName::StandingApprovalUsed;
        self.record(event, &id.to_string(), Some(run), &payload)
            .await?;
        Ok(true)
    }

    /// Ends a standing approval; says whether there was something to end.
    pub async fn revoke_standing_approval(
        &mut self,
        id: StandingApprovalId,
        by: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update standing_approvals set revoked_at = $2, revoked_by = $3, revoke_reason = $4
             where id = $1 and revoked_at is null",
        )
        .bind(id.to_string())
        .bind(now.micros())
        .bind(by.to_string())
        .bind(reason)
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        let event = EventName::StandingApprovalRevoked;
        self.record(event, &id.to_string(), None, &payload).await?;
        Ok(done.rows_affected() == 1)
    }

    /// Intents that a standing approval approved and that were not prepared yet, with their
    /// runs.
    pub async fn approved_by_standing(
        &mut self,
        id: StandingApprovalId,
    ) -> Result<Vec<(IntentId, RunId)>, StoreError> {
        let rows = sqlx::query(
            "select intents.id, intents.run_id from standing_uses
             join intents on intents.id = standing_uses.intent_id
             where standing_uses.standing_id = $1 and intents.state = 'approved'
             order by intents.id",
        )
        .bind(id.to_string())
        .fetch_all(self.connection())
        .await?;
        rows.iter()
            .map(|row| Ok((row.parsed("id")?, row.parsed("run_id")?)))
            .collect()
    }
}

impl Store {
    /// Every standing approval that was given, the newest first.
    pub async fn standing_approvals(
        &self,
        limit: u32,
    ) -> Result<Vec<StandingApprovalRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from standing_approvals where granted_at is not null
             order by granted_at desc, id desc limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// The standing approval with this id.
    pub async fn standing_approval(
        &self,
        id: StandingApprovalId,
    ) -> Result<Option<StandingApprovalRecord>, StoreError> {
        let row = sqlx::query("select * from standing_approvals where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// What was proposed with an approval.
    pub async fn standing_approval_with(
        &self,
        approval: ApprovalId,
    ) -> Result<Option<StandingApprovalRecord>, StoreError> {
        let row = sqlx::query("select * from standing_approvals where approval_id = $1")
            .bind(approval.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Those that may count for an agent's query, the oldest first.
    pub async fn standing_approvals_for(
        &self,
        agent: AgentId,
        similarity: &str,
    ) -> Result<Vec<StandingApprovalRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from standing_approvals
             where agent_id = $1 and similarity = $2
                 and granted_at is not null and revoked_at is null
             order by granted_at, id",
        )
        .bind(agent.to_string())
        .bind(similarity)
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read)
    }

    /// Who agreed to a standing approval.
    pub async fn agreed_to(&self, id: StandingApprovalId) -> Result<Vec<PersonId>, StoreError> {
        let rows = sqlx::query(
            "select person_id from standing_agreements where standing_id = $1
             order by agreed_at, person_id",
        )
        .bind(id.to_string())
        .fetch_all(&self.reader)
        .await?;
        rows.iter().map(|row| row.parsed("person_id")).collect()
    }

    /// What approved an intent, when a standing approval did.
    pub async fn standing_use_of(
        &self,
        intent: IntentId,
    ) -> Result<Option<StandingUseRecord>, StoreError> {
        let row = sqlx::query("select * from standing_uses where intent_id = $1")
            .bind(intent.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_use).transpose()
    }

    /// What a standing approval approved, the newest first.
    pub async fn uses_of_standing(
        &self,
        id: StandingApprovalId,
        limit: u32,
    ) -> Result<Vec<StandingUseRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from standing_uses where standing_id = $1
             order by used_at desc, intent_id desc limit $2",
        )
        .bind(id.to_string())
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_use)
    }
}
