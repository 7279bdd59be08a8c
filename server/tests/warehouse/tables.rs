//! What tables and views look like.

use anyhow::{Context as _, bail, ensure};
use countersign::warehouse::{TableDescription, Warehouse as _, WarehouseError};
use domain::{Column, Mode, TableName, Tag};
use http::{StatusCode, header::IF_NONE_MATCH};

use super::stage::{Stage, query, token};

async fn table(stage: &Stage, name: &str) -> Result<TableDescription, WarehouseError> {
    let name = TableName::new(format!("demo.shop.{name}"));
    stage.warehouse.table(&name).await
}

fn column<'a>(columns: &'a [Column], name: &str) -> anyhow::Result<&'a Column> {
    let found = columns.iter().find(|column| column.name == name);
    found.with_context(|| format!("there is no column `{name}`"))
}

pub async fn columns(stage: &Stage) -> anyhow::Result<()> {
    let orders = table(stage, "orders").await?.columns;
    let id = column(&orders, "id")?;
    ensure!(
        (id.data_type.as_str(), id.mode) == ("INT64", Mode::Required),
        "{id:?}"
    );
    let items = column(&orders, "items")?;
    ensure!(
        (items.data_type.as_str(), items.mode) == ("STRUCT", Mode::Repeated),
        "{items:?}"
    );
    let sku = column(&items.fields, "sku")?;
    ensure!(sku.data_type == "STRING", "{sku:?}");
    Ok(())
}

pub async fn policy_tags(stage: &Stage) -> anyhow::Result<()> {
    let customers = table(stage, "customers").await?.columns;
    let email = column(&customers, "email")?;
    ensure!(email.tag == Some(Tag::new("pii.email")), "{email:?}");
    ensure!(column(&customers, "id")?.tag.is_none(), "a tag too many");
    Ok(())
}

/// What an approval is bound to must not be the same when the data is not.
pub async fn etag(stage: &Stage) -> anyhow::Result<()> {
    let version = |table: TableDescription| (table.etag, table.modified_at);
    let before = version(table(stage, "notes").await?);
    ensure!(before.0.is_some(), "none");
    stage
        .run(query(
            "INSERT INTO shop.notes (id, body) VALUES (4, 'newer')",
        ))
        .await?;
    let after = version(table(stage, "notes").await?);
    ensure!(after != before, "still {before:?}");
    Ok(())
}

pub async fn unchanged(stage: &Stage) -> anyhow::Result<()> {
    let etag = table(stage, "customers").await?.etag.context("no etag")?;
    let asked = stage.http.get(stage.at("/datasets/shop/tables/customers"));
    let asked = asked.bearer_auth(token()).header(IF_NONE_MATCH, etag);
    let status = asked.send().await?.status();
    ensure!(status == StatusCode::NOT_MODIFIED, "{status}");
    Ok(())
}

pub async fn views(stage: &Stage) -> anyhow::Result<()> {
    let view = table(stage, "customer_revenue").await?;
    let sql = view.view_sql.context("it has no query")?;
    ensure!(sql.contains("demo.shop.orders"), "{sql}");
    column(&view.columns, "orders")?;
    ensure!(
        table(stage, "orders").await?.view_sql.is_none(),
        "a table with a query"
    );
    Ok(())
}

pub async fn listing(stage: &Stage) -> anyhow::Result<()> {
    for dataset in ["shop", "demo.shop"] {
        let tables = stage.warehouse.tables(dataset).await?;
        for name in ["customers", "orders", "customer_revenue"] {
            let name = TableName::new(format!("demo.shop.{name}"));
            ensure!(tables.iter().any(|table| table.name == name), "no {name}");
        }
    }
    Ok(())
}

pub async fn not_found(stage: &Stage) -> anyhow::Result<()> {
    match table(stage, "nowhere").await {
        Err(WarehouseError::NotFound { .. }) => Ok(()),
        other => bail!("{other:?}"),
    }
}

pub async fn dataset_not_found(stage: &Stage) -> anyhow::Result<()> {
    match stage.warehouse.tables("nowhere").await {
        Err(WarehouseError::NotFound { .. }) => Ok(()),
        other => bail!("{other:?}"),
    }
}
