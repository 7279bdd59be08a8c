//! People, known by (issuer, subject).

use domain::{EventName, PersonId, Role, Timestamp};
use serde::Serialize;
use sqlx::sqlite::SqliteRow;

use crate::{
    Store, StoreError, Transaction,
    row::{RowExt as _, collect},
};

/// A person as last seen at a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRecord {
    /// Our id.
    pub id: PersonId,
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
}

#[derive(Serialize)]
struct SignedIn<'a> {
    issuer: &'a str,
    groups: &'a [String],
    roles: &'a [Role],
}

fn read(row: &SqliteRow) -> Result<PersonRecord, StoreError> {
    Ok(PersonRecord {
        id: row.parsed("id")?,
        name: row.text("name")?,
        email: row.text("email")?,
        groups: row.json("groups")?,
        roles: row.json("roles")?,
        last_signed_in_at: row.time("last_signed_in_at")?,
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
        };
        self.record(
            EventName::PersonSignedIn,
            &person.id.to_string(),
            None,
            &payload,
        )
        .await?;
        Ok(person)
    }
}

impl Store {
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
