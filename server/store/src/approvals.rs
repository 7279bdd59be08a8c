//! Approvals and the votes on them.

use domain::{
    ApprovalId, Ballot, Conditions, EventName, Ground, IntentId, IntentState, Narrowing, PersonId,
    Requirement, RunId, Timestamp, VoteId,
};
use serde::Serialize;

use crate::{
    Assessed, Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// The request for human approval of one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRecord {
    /// Its id.
    pub id: ApprovalId,
    /// What is to be approved.
    pub intent: IntentId,
    /// The digest of exactly what is to be approved.
    pub intent_digest: String,
    /// Whose approvals it takes; all have to be met.
    pub requirements: Vec<Requirement>,
    /// How many people must approve at least.
    pub needed: u64,
    /// Every group that is asked.
    pub approvers: Vec<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// From when on it can no longer be decided, nor the intent run.
    pub expires_at: Timestamp,
    /// When it was decided or ended.
    pub closed_at: Option<Timestamp>,
    /// What settles it.
    pub ground: Ground,
    /// What all voters together added to their yes.
    pub conditions: Conditions,
}

/// One person's vote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteRecord {
    /// Its id.
    pub id: VoteId,
    /// Who voted.
    pub person: PersonId,
    /// How.
    pub ballot: Ballot,
    /// Why.
    pub comment: String,
    /// When.
    pub cast_at: Timestamp,
    /// In whose place.
    pub on_behalf_of: Option<PersonId>,
    /// The groups, at the last sign-in, of whoever's vote it is.
    pub groups: Vec<String>,
    /// Whether the voter, and whoever's vote it is, still are approvers: if not, what they
    /// approved counts no more.
    pub has_access: bool,
    /// What the yes depends on.
    pub conditions: Conditions,
}

impl VoteRecord {
    /// Whether this approval counts towards a requirement.
    #[must_use]
    pub fn counts_as_approval(&self) -> bool {
        self.ballot == Ballot::Approve && self.has_access
    }
}

/// The groups of each person whose approval counts.
#[must_use]
pub fn approvals_among(votes: &[VoteRecord]) -> Vec<&[String]> {
    let counting = votes.iter().filter(|vote| vote.counts_as_approval());
    counting.map(|vote| vote.groups.as_slice()).collect()
}

/// An approval to be asked for.
#[derive(Debug, Clone)]
pub struct NewApproval {
    /// Its id.
    pub id: ApprovalId,
    /// What is to be approved.
    pub intent: IntentId,
    /// The digest of exactly what is to be approved.
    pub intent_digest: String,
    /// Whose approvals it takes; all have to be met.
    pub requirements: Vec<Requirement>,
    /// What settles it.
    pub ground: Ground,
    /// From when on it can no longer be decided.
    pub expires_at: Timestamp,
}

/// A vote to be cast.
#[derive(Debug, Clone)]
pub struct NewVote {
    /// Its id.
    pub id: VoteId,
    /// On what.
    pub approval: ApprovalId,
    /// Within which run.
    pub run: RunId,
    /// By whom.
    pub person: PersonId,
    /// In whose place.
    pub on_behalf_of: Option<PersonId>,
    /// How.
    pub ballot: Ballot,
    /// Why.
    pub comment: String,
    /// What a yes depends on.
    pub conditions: Conditions,
}

#[derive(Serialize)]
struct Cast<'a> {
    vote: VoteId,
    ballot: Ballot,
    intent_digest: &'a str,
    comment: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_behalf_of: Option<PersonId>,
    #[serde(skip_serializing_if = "Conditions::is_empty")]
    conditions: &'a Conditions,
}

/// An open approval with further conditions. The [`Narrowing`] is the proof that nothing is
/// allowed which earlier voters did not say yes to.
#[derive(Debug, Clone, Copy)]
pub struct Narrowed<'a> {
    /// Which.
    pub approval: ApprovalId,
    /// What is to be approved.
    pub intent: IntentId,
    /// Within which run.
    pub run: RunId,
    /// The step from the conditions so far.
    pub narrowing: &'a Narrowing,
    /// The digests of what is approved: so far, and from now on.
    pub digests: (&'a str, &'a str),
    /// What would run from now on.
    pub assessed: &'a Assessed,
}

#[derive(Serialize)]
struct NarrowedTo<'a> {
    intent: IntentId,
    before: &'a str,
    after: &'a str,
    conditions: &'a Conditions,
}

fn read_approval(row: &Row) -> Result<ApprovalRecord, StoreError> {
    Ok(ApprovalRecord {
        id: row.parsed("id")?,
        intent: row.parsed("intent_id")?,
        intent_digest: row.text("intent_digest")?,
        requirements: row.json("requirements")?,
        needed: row.count("needed")?,
        approvers: row.json("approvers")?,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
        closed_at: row.optional_time("closed_at")?,
        ground: row.named("ground", Ground::from_name)?,
        conditions: row.json("conditions")?,
    })
}

fn ballot(name: &str) -> Option<Ballot> {
    [Ballot::Approve, Ballot::Deny]
        .into_iter()
        .find(|ballot| ballot.as_str() == name)
}

fn read_vote(row: &Row) -> Result<VoteRecord, StoreError> {
    Ok(VoteRecord {
        id: row.parsed("id")?,
        person: row.parsed("person_id")?,
        ballot: row.named("ballot", ballot)?,
        comment: row.text("comment")?,
        cast_at: row.time("cast_at")?,
        on_behalf_of: row.optional_parsed("on_behalf_of")?,
        groups: row.json("groups")?,
        has_access: row.integer("has_access")? != 0,
        conditions: row.json("conditions")?,
    })
}

const VOTES_ON: &str = "
    select v.id, v.person_id, v.on_behalf_of, v.ballot, v.comment, v.cast_at, v.conditions,
        a.groups,
        case when p.disabled_at is null and p.roles like '%approver%'
            and a.disabled_at is null and a.roles like '%approver%' then 1 else 0 end
            as has_access
    from votes v join people p on p.id = v.person_id
        join people a on a.id = coalesce(v.on_behalf_of, v.person_id)
    where v.approval_id = $1 order by v.cast_at, v.id";

impl Transaction {
    /// Asks for approval. The intent's move to `pending_approval` records it.
    pub async fn insert_approval(&mut self, approval: &NewApproval) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "insert into approvals (id, intent_id, intent_digest, requirements, needed, approvers,
                 created_at, expires_at, ground)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(approval.id.to_string())
        .bind(approval.intent.to_string())
        .bind(&approval.intent_digest)
        .bind(serde_json::to_string(&approval.requirements)?)
        .bind(i64::from(Requirement::people_needed(
            &approval.requirements,
        )))
        .bind(serde_json::to_string(&Requirement::groups(
            &approval.requirements,
        ))?)
        .bind(now.micros())
        .bind(approval.expires_at.micros())
        .bind(approval.ground.as_str())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Casts a vote on an open approval; returns all votes on it by now.
    ///
    /// # Errors
    /// [`StoreError::AlreadyExists`] when the person has voted on it before, or somebody in their
    /// place; [`StoreError::NotDelegated`] when they may not vote in the other's place.
    pub async fn insert_vote(
        &mut self,
        vote: &NewVote,
        intent_digest: &str,
    ) -> Result<Vec<VoteRecord>, StoreError> {
        let now = self.now();
        if let Some(absent) = vote.on_behalf_of
            && !self.stands_in(vote.person, absent).await?
        {
            return Err(StoreError::NotDelegated);
        }
        sqlx::query(
            "insert into votes (id, approval_id, person_id, ballot, comment, cast_at, conditions,
                 on_behalf_of)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(vote.id.to_string())
        .bind(vote.approval.to_string())
        .bind(vote.person.to_string())
        .bind(vote.ballot.as_str())
        .bind(&vote.comment)
        .bind(now.micros())
        .bind(serde_json::to_string(&vote.conditions)?)
        .bind(vote.on_behalf_of.map(|absent| absent.to_string()))
        .execute(self.connection())
        .await?;
        let payload = Cast {
            vote: vote.id,
            ballot: vote.ballot,
            intent_digest,
            comment: &vote.comment,
            on_behalf_of: vote.on_behalf_of,
            conditions: &vote.conditions,
        };
        self.record(
            EventName::VoteCast,
            &vote.approval.to_string(),
            Some(vote.run),
            &payload,
        )
        .await?;
        let rows = sqlx::query(VOTES_ON)
            .bind(vote.approval.to_string())
            .fetch_all(self.connection())
            .await?;
        collect(&rows, read_vote)
    }

    /// Binds an open approval to what its voters' conditions leave, if it still is bound to
    /// what the caller saw.
    ///
    /// # Errors
    /// [`StoreError::Moved`] when it was narrowed or decided meanwhile.
    pub async fn narrow_approval(&mut self, narrowed: &Narrowed<'_>) -> Result<(), StoreError> {
        let (before, after) = narrowed.digests;
        let conditions = narrowed.narrowing.after();
        let done = sqlx::query(
            "update approvals set intent_digest = $3, conditions = $4
             where id = $1 and intent_digest = $2 and conditions = $5 and closed_at is null",
        )
        .bind(narrowed.approval.to_string())
        .bind(before)
        .bind(after)
        .bind(serde_json::to_string(conditions)?)
        .bind(serde_json::to_string(narrowed.narrowing.before())?)
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            let expected = IntentState::PendingApproval;
            return Err(StoreError::Moved { expected });
        }
        let pending = IntentState::PendingApproval;
        self.put_assessment(narrowed.intent, pending, narrowed.assessed)
            .await?;
        let payload = NarrowedTo {
            intent: narrowed.intent,
            before,
            after,
            conditions,
        };
        let (subject, run) = (narrowed.approval.to_string(), Some(narrowed.run));
        self.record(EventName::ApprovalNarrowed, &subject, run, &payload)
            .await?;
        Ok(())
    }

    /// Closes an approval. The intent's move records it.
    pub async fn close_approval(&mut self, intent: IntentId) -> Result<(), StoreError> {
        let now = self.now();
        sqlx::query(
            "update approvals set closed_at = $2 where intent_id = $1 and closed_at is null",
        )
        .bind(intent.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        Ok(())
    }
}

impl Store {
    /// The approval with this id.
    pub async fn approval(&self, id: ApprovalId) -> Result<Option<ApprovalRecord>, StoreError> {
        let row = sqlx::query("select * from approvals where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_approval).transpose()
    }

    /// The approval that was asked for an intent.
    pub async fn approval_of(
        &self,
        intent: IntentId,
    ) -> Result<Option<ApprovalRecord>, StoreError> {
        let row = sqlx::query("select * from approvals where intent_id = $1")
            .bind(intent.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_approval).transpose()
    }

    /// Approvals that nobody has decided yet, oldest first.
    pub async fn open_approvals(&self, limit: u32) -> Result<Vec<ApprovalRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from approvals where closed_at is null order by created_at, id limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_approval)
    }

    /// Approvals that nobody has decided yet, those of the highest risk first, and of the same
    /// risk the newest.
    pub async fn gravest_open_approvals(
        &self,
        limit: u32,
    ) -> Result<Vec<ApprovalRecord>, StoreError> {
        let rows = sqlx::query(
            "select a.* from approvals a join intents i on i.id = a.intent_id
             where a.closed_at is null
             order by case i.risk when 'low' then 3 when 'moderate' then 2 when 'high' then 1
                 else 0 end, a.created_at desc, a.id desc limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_approval)
    }

    /// The approvals that people closed last, newest first.
    pub async fn closed_approvals(&self, limit: u32) -> Result<Vec<ApprovalRecord>, StoreError> {
        let rows = sqlx::query(
            "select * from approvals where closed_at is not null
                 and intent_id not in (select intent_id from standing_uses)
             order by closed_at desc, id desc limit $1",
        )
        .bind(i64::from(limit))
        .fetch_all(&self.reader)
        .await?;
        collect(&rows, read_approval)
    }

    /// The votes on an approval, in the order in which they were cast.
    pub async fn votes_on(&self, approval: ApprovalId) -> Result<Vec<VoteRecord>, StoreError> {
        let rows = sqlx::query(VOTES_ON)
            .bind(approval.to_string())
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read_vote)
    }
}
