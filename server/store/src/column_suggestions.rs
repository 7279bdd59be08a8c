//! What people say that columns hold: suggested tags, accepted or dismissed, and tags of their own.

use domain::{ColumnName, EventName, PersonId, Tag, Timestamp};
use serde::Serialize;

use crate::{
    Store, StoreError, Transaction,
    row::{Row, RowExt as _, collect},
};

/// A suggestion that somebody decided on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestionRecord {
    /// The column.
    pub column: ColumnName,
    /// What it was said to hold.
    pub tag: Tag,
    /// Whether that is its tag from then on; else it is not suggested again.
    pub accepted: bool,
    /// Who decided.
    pub decided_by: PersonId,
    /// When.
    pub decided_at: Timestamp,
}

/// A decision on a suggestion.
#[derive(Debug, Clone, Serialize)]
pub struct NewSuggestionVerdict {
    /// The column.
    pub column: ColumnName,
    /// What it is said to hold.
    pub tag: Tag,
    /// Whether that is its tag from now on.
    #[serde(skip)]
    pub accepted: bool,
    /// Who decides.
    pub decided_by: PersonId,
    /// By its name, or by so many values in so many results: why it was suggested.
    pub because: String,
}

fn read(row: &Row) -> Result<SuggestionRecord, StoreError> {
    Ok(SuggestionRecord {
        column: row.parsed("column_name")?,
        tag: Tag::new(row.text("tag")?),
        accepted: row.integer("accepted")? == 1,
        decided_by: row.parsed("decided_by")?,
        decided_at: row.time("decided_at")?,
    })
}

impl Transaction {
    /// Decides on a suggestion; says whether nobody had, and the column had no other tag.
    pub async fn decide_suggestion(
        &mut self,
        new: &NewSuggestionVerdict,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let column = new.column.to_string();
        let done = sqlx::query(
            "insert into column_suggestions (column_name, tag, accepted, decided_by, decided_at)
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(&column)
        .bind(new.tag.as_str())
        .bind(i64::from(new.accepted))
        .bind(new.decided_by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        let event = if new.accepted {
            EventName::ColumnTagged
        } else {
            EventName::SuggestionDismissed
        };
        self.record(event, &column, None, new).await?;
        Ok(true)
    }

    /// Tags a column, whatever was said of that tag before; says whether it had no other.
    pub async fn tag_column(&mut self, new: &NewSuggestionVerdict) -> Result<bool, StoreError> {
        sqlx::query(
            "delete from column_suggestions where column_name = $1 and tag = $2 and accepted = 0",
        )
        .bind(new.column.to_string())
        .bind(new.tag.as_str())
        .execute(self.connection())
        .await?;
        self.decide_suggestion(new).await
    }

    /// Takes the tag that people gave to a column back; says whether it was there. Nobody is
    /// suggested it again.
    pub async fn untag_column(
        &mut self,
        (column, tag): (&ColumnName, &Tag),
        by: PersonId,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.now();
        let name = column.to_string();
        let done = sqlx::query(
            "update column_suggestions set accepted = 0, decided_by = $3, decided_at = $4
             where column_name = $1 and tag = $2 and accepted = 1",
        )
        .bind(&name)
        .bind(tag.as_str())
        .bind(by.to_string())
        .bind(now.micros())
        .execute(self.connection())
        .await?;
        if done.rows_affected() != 1 {
            return Ok(false);
        }
        let payload = serde_json::json!({ "column": column, "tag": tag, "reason": reason });
        self.record(EventName::ColumnUntagged, &name, None, &payload)
            .await?;
        Ok(true)
    }
}

impl Store {
    /// Every suggestion that was decided on, in the order of columns.
    pub async fn decided_suggestions(&self) -> Result<Vec<SuggestionRecord>, StoreError> {
        let rows = sqlx::query("select * from column_suggestions order by column_name, tag")
            .fetch_all(&self.reader)
            .await?;
        collect(&rows, read)
    }

    /// The tags that people gave to columns, in the order of columns.
    pub async fn given_tags(&self) -> Result<Vec<SuggestionRecord>, StoreError> {
        let mut decided = self.decided_suggestions().await?;
        decided.retain(|one| one.accepted);
        Ok(decided)
    }

    /// Whether people gave or took back any tag at this time or later.
    pub async fn has_new_tags(&self, since: Timestamp) -> Result<bool, StoreError> {
        let found = sqlx::query("select 1 from column_suggestions where decided_at >= $1 limit 1")
            .bind(since.micros())
            .fetch_optional(&self.reader)
            .await?;
        Ok(found.is_some())
    }

    /// The newest results in which the scan of rows found something: what the query was found
    /// to do and what was found, both JSON that belongs to the services.
    pub async fn newest_finds(&self, most: u32) -> Result<Vec<(String, String)>, StoreError> {
        let rows = sqlx::query(
            "select intents.analysis, executions.detections from executions
             join intents on intents.id = executions.intent_id
             where executions.detections like '%\"detector\"%' and intents.analysis is not null
             order by executions.finished_at desc, executions.id limit $1",
        )
        .bind(i64::from(most))
        .fetch_all(&self.reader)
        .await?;
        let texts = rows
            .iter()
            .map(|row| Ok((row.text("analysis")?, row.text("detections")?)));
        texts.collect()
    }
}
