//! People, known by (issuer, subject).

use domain::{EventName, PersonId, Role, Timestamp};
use serde::Serialize;
use sqlx::Executor;

use crate::{
    Store, StoreError, Transaction,
    database::Database,
    row::{Row, RowExt as _, collect},
};

/// A person as last seen at a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Our id.
    pub id: PersonId,
    /// The identity provider.
    pub issuer: String,
    /// Its name for the person; with the provider the identity.
    pub subject: String,
    /// Display name.
    pub name: String,
    /// For mail and display.
    pub email: String,
    /// The identity provider's groups at the last sign-in.
    pub groups: Vec<String>,
    /// Roles at the last sign-in.
    pub roles: Vec<Role>,
    /// When they last signed in.
    pub last_signed_in_at: Timestamp,
    /// Sessions that began up to then have ended.
    pub sessions_ended_at: Timestamp,
    /// When an administrator disabled them, if one did.
    pub disabled_at: Option<Timestamp>,
    /// Why.
    pub disable_reason: Option<String>,
    /// Whether they want a digest of what waits for them.
    pub wants_digest: bool,
}

impl PersonRecord {
    /// Whether agents and runs may act in their name: a person who is disabled, or whose
    /// groups give no role any more, answers for nobody.
    #[must_use]
    pub fn is_in_good_standing(&self) -> bool {
        self.disabled_at.is_none() && !self.roles.is_empty()
    }
}

/// What the identity provider said of a person who signs in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The id to use when the person is new.
    pub new_id: PersonId,
    /// The identity provider.
    pub issuer: String,
    /// Its name for the person.
    pub subject: String,
    /// Display name.
    pub name: String,
    /// For mail and display.
    pub email: String,
    /// As claimed.
    pub groups: Vec<String>,
    /// As configured for the groups.
    pub roles: Vec<Role>,
    /// What the ledger keeps of the proof.
    pub evidence: Evidence,
}

/// What is kept of an ID token, which itself is kept nowhere.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Evidence {
    /// When the person authenticated there.
    pub authenticated_at: Option<Timestamp>,
    /// How strongly (`acr`).
    pub acr: Option<String>,
    /// By which means (`amr`).
    pub method: String,
    /// The provider's own session (`sid`).
    pub sid: Option<String>,
    /// SHA-256 of the token, hexadecimal.
    pub token_digest: String,
    /// Whether the person, already signed in, proved anew who they are.
    #[serde(skip)]
    pub is_step_up: bool,
}

#[derive(Serialize)]
struct SignedIn<'a> {
    issuer: &'a str,
    groups: &'a [String],
    roles: &'a [Role],
    #[serde(flatten)]
    evidence: &'a Evidence,
}

fn read(row: &Row) -> Result<PersonRecord, StoreError> {
    Ok(PersonRecord {
        id: row.parsed("id")?,
        issuer: row.text("issuer")?,
        subject: row.text("subject")?,
        name: row.text("name")?,
        email: row.text("email")?,
        groups: row.json("groups")?,
        roles: row.json("roles")?,
        last_signed_in_at: row.time("last_signed_in_at")?,
        sessions_ended_at: row.time("sessions_ended_at")?,
        disabled_at: row.optional_time("disabled_at")?,
        disable_reason: row.optional_text("disable_reason")?,
        wants_digest: row.integer("wants_digest")? != 0,
    })
}

impl Transaction {
    /// Adds the person or renews what is known of them; records the sign-in.
    pub async fn sign_in(&mut self, sign_in: &SignIn) -> Result<PersonRecord, StoreError> {
        let now = self.now();
        let row = sqlx::query(
            "insert into people (id, issuer, subject, name, email, groups, roles, created_at,
                 last_signed_in_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
             on conflict (issuer, subject) do update set name = excluded.name,
                 email = excluded.email, groups = excluded.groups, roles = excluded.roles,
                 last_signed_in_at = excluded.last_signed_in_at
             returning *",
        )
        .bind(sign_in.new_id.to_string())
        .bind(&sign_in.issuer)
        .bind(&sign_in.subject)
        .bind(&sign_in.name)
        .bind(&sign_in.email)
        .bind(serde_json::to_string(&sign_in.groups)?)
        .bind(serde_json::to_string(&sign_in.roles)?)
        .bind(now.micros())
        .fetch_one(self.connection())
        .await?;
        let person = read(&row)?;
        let payload = SignedIn {
            issuer: &sign_in.issuer,
            groups: &sign_in.groups,
            roles: &sign_in.roles,
            evidence: &sign_in.evidence,
        };
        let event = if sign_in.evidence.is_step_up {
            EventName::PersonSteppedUp
        } else {
            EventName::PersonSignedIn
        };
        self.record(event, &person.id.to_string(), None, &payload)
            .await?;
        Ok(person)
    }

    /// The person with this identity, as this change sees them.
    pub async fn person_named(
        &mut self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<PersonRecord>, StoreError> {
        named(self.connection(), issuer, subject).await
    }

    /// Notes that a person was seen in groups that give no role.
    pub async fn lose_roles(
        &mut self,
        person: PersonId,
        groups: &[String],
    ) -> Result<(), StoreError> {
        sqlx::query("update people set roles = '[]', groups = $2 where id = $1")
            .bind(person.to_string())
            .bind(serde_json::to_string(groups)?)
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({ "groups": groups });
        let event = EventName::PersonWithoutRole;
        self.record(event, &person.to_string(), None, &payload)
            .await?;
        Ok(())
    }

    /// Keeps a person out until [`Self::enable_person`]; says whether they were in.
    pub async fn disable_person(
        &mut self,
        person: PersonId,
        by: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let done = sqlx::query(
            "update people set disabled_at = $2, disabled_by = $3, disable_reason = $4
             where id = $1 and disabled_at is null",
        )
        .bind(person.to_string())
        .bind(now.micros())
        .bind(by.to_string())
        .bind(reason)
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        let event = EventName::PersonDisabled;
        self.record(event, &person.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Lets a person in again; says whether they were out.
    pub async fn enable_person(
        &mut self,
        person: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "update people set disabled_at = null, disabled_by = null, disable_reason = null
             where id = $1 and disabled_at is not null",
        )
        .bind(person.to_string())
        .execute(self.connection())
        .await?;
        let payload = serde_json::json!({ "reason": reason });
        let event = EventName::PersonEnabled;
        self.record(event, &person.to_string(), None, &payload)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}

impl Transaction {
    /// Has a person's digest sent from now on, or no longer.
    pub async fn choose_digest(
        &mut self,
        person: PersonId,
        wanted: bool,
    ) -> Result<(), StoreError> {
        sqlx::query("update people set wants_digest = $2 where id = $1")
            .bind(person.to_string())
            .bind(i64::from(wanted))
            .execute(self.connection())
            .await?;
        let payload = serde_json::json!({ "wanted": wanted });
        self.record(EventName::DigestChosen, &person.to_string(), None, &payload)
            .await?;
        Ok(())
    }
}

async fn named(
    connection: impl Executor<'_, Database = Database>,
    issuer: &str,
    subject: &str,
) -> Result<Option<PersonRecord>, StoreError> {
    let row = sqlx::query("select * from people where issuer = $1 and subject = $2")
        .bind(issuer)
        .bind(subject)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

impl Store {
    /// The person with this identity.
    pub async fn person_named(
        &self,
        issuer: &str,
        subject: &str,
    ) -> Result<Option<PersonRecord>, StoreError> {
        named(&self.reader, issuer, subject).await
    }

    /// The person with this id.
    pub async fn person(&self, id: PersonId) -> Result<Option<PersonRecord>, StoreError> {
        let row = sqlx::query("select * from people where id = $1")
            .bind(id.to_string())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Everybody who has ever signed in, by name.
    pub async fn people(&self) -> Result<Vec<PersonRecord>, StoreError> {
        let rows = sqlx::query("select * from people order by name, id")
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }
}
