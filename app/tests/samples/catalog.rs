//! A sample catalog.

use app::api::{
    UiError,
    catalog::{CatalogDesk, CatalogPage, GivenTagRow, SuggestionRow, TableRow},
};
use domain::{ColumnName, TableName, Tag, Timestamp};

use super::{Amount, person};

pub struct SampleCatalog {
    pub now: Timestamp,
    pub amount: Amount,
}

#[async_trait::async_trait]
impl CatalogDesk for SampleCatalog {
    async fn catalog(&self) -> Result<CatalogPage, UiError> {
        let count = match self.amount {
            Amount::None => 0,
            Amount::Some => 2,
            Amount::Many => 300,
        };
        let suggestion = |number: u32| SuggestionRow {
            column: format!("demo.shop.orders.contact_{number}")
                .parse()
                .expect("a column"),
            data_type: "STRING".to_owned(),
            tag: Tag::new("pii.email"),
            because: "found 412 times in 3 results; its name says so".to_owned(),
            looks_like: "XXXXX@domain".to_owned(),
        };
        let table = |number: u32| TableRow {
            name: TableName::new(format!("demo.shop.orders_{number}")),
            is_view: number % 5 == 4,
            columns: 12,
            tagged: vec![("user.email".to_owned(), Tag::new("pii.email"))],
        };
        let given = |number: u32| GivenTagRow {
            column: format!("demo.shop.orders.note_{number}")
                .parse()
                .expect("a column"),
            tag: Tag::new("pii.name"),
            by: person(1),
            at: self.now.plus_days(-3),
        };
        Ok(CatalogPage {
            given: (0..count.min(2)).map(given).collect(),
            known_tags: ["pii.email", "pii.name", "secret"].map(Tag::new).into(),
            suggestions: (0..count).map(suggestion).collect(),
            tables: (0..count).map(table).collect(),
            may_decide: true,
        })
    }

    async fn decide_suggestion(&self, _: ColumnName, _: Tag, _: bool) -> Result<(), UiError> {
        Ok(())
    }

    async fn tag(&self, column: ColumnName, _: Tag) -> Result<(), UiError> {
        if column.table().as_str() == "demo.shop.orders" {
            return Ok(());
        }
        Err(UiError::invalid("column", "Name a column of the catalog."))
    }

    async fn untag(&self, _: ColumnName, _: Tag, _: String) -> Result<(), UiError> {
        Ok(())
    }
}
