//! What a query would read, answer and cost.

use anyhow::{bail, ensure};
use countersign::warehouse::{DryRun, Query, Warehouse as _, WarehouseError};
use domain::TableName;

use super::stage::{Stage, query};

async fn dry_run(stage: &Stage, sql: &str) -> Result<DryRun, WarehouseError> {
    stage.warehouse.dry_run(&query(sql)).await
}

pub async fn statement_and_columns(stage: &Stage) -> anyhow::Result<()> {
    let select = dry_run(stage, "SELECT id, email FROM shop.customers").await?;
    ensure!(select.statement_type == "SELECT", "{select:?}");
    let columns: Vec<_> = select
        .schema
        .iter()
        .map(|column| (column.name.as_str(), column.data_type.as_str()))
        .collect();
    ensure!(
        columns == [("id", "INT64"), ("email", "STRING")],
        "{columns:?}"
    );
    let insert = "INSERT INTO shop.notes (id, body) VALUES (1, 'x')";
    let statement = dry_run(stage, insert).await?.statement_type;
    ensure!(statement == "INSERT", "{statement}");
    Ok(())
}

pub async fn tables(stage: &Stage) -> anyhow::Result<()> {
    let sql =
        "SELECT COUNT(*) AS n FROM shop.customers AS c JOIN `demo.shop.orders` AS o USING (id)";
    reads(stage, sql, &["demo.shop.customers", "demo.shop.orders"]).await
}

pub async fn tables_of_a_view(stage: &Stage) -> anyhow::Result<()> {
    let referenced = dry_run(stage, "SELECT * FROM shop.customer_revenue")
        .await?
        .referenced_tables;
    let orders = TableName::new("demo.shop.orders");
    ensure!(referenced.contains(&orders), "{referenced:?}");
    Ok(())
}

pub async fn bytes(stage: &Stage) -> anyhow::Result<()> {
    // Whatever the shop holds: it has rows by then, or had some.
    stage
        .run(query(
            "INSERT INTO shop.notes (id, body) VALUES (2, 'measured')",
        ))
        .await?;
    let bytes = dry_run(stage, "SELECT body FROM shop.notes").await?.bytes;
    ensure!(bytes > 0, "none");
    Ok(())
}

pub async fn default_dataset(stage: &Stage) -> anyhow::Result<()> {
    let short = query("SELECT id FROM customers");
    ensure!(
        stage.warehouse.dry_run(&short).await.is_err(),
        "a name without a dataset"
    );
    for dataset in ["shop", "demo.shop"] {
        let query = Query {
            default_dataset: Some(dataset.to_owned()),
            ..short.clone()
        };
        let columns = stage.warehouse.dry_run(&query).await?.schema;
        ensure!(columns[0].name == "id", "{columns:?}");
    }
    Ok(())
}

pub async fn invalid_query(stage: &Stage) -> anyhow::Result<()> {
    for sql in ["SELEC 1", "SELECT nothing_of_the_kind FROM shop.customers"] {
        match dry_run(stage, sql).await {
            Err(WarehouseError::Rejected { reason, .. }) if reason == "invalidQuery" => {}
            other => bail!("{sql}: {other:?}"),
        }
    }
    Ok(())
}

pub async fn missing_table(stage: &Stage) -> anyhow::Result<()> {
    match dry_run(stage, "SELECT 1 AS one FROM shop.nowhere").await {
        Err(WarehouseError::NotFound { .. }) => Ok(()),
        other => bail!("{other:?}"),
    }
}

async fn reads(stage: &Stage, sql: &str, tables: &[&str]) -> anyhow::Result<()> {
    let mut referenced = dry_run(stage, sql).await?.referenced_tables;
    referenced.sort();
    let tables: Vec<_> = tables.iter().copied().map(TableName::new).collect();
    ensure!(referenced == tables, "{referenced:?}");
    Ok(())
}
