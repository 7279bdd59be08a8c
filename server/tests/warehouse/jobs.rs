//! Jobs: once, under a fixed id, with an end.

use anyhow::{Context as _, bail, ensure};
use countersign::context::{Clock as _, SystemClock};
use countersign::warehouse::{Job, JobStatus, Query, Warehouse as _, WarehouseError};
use domain::Digest;
use sha2::{Digest as _, Sha256};

use super::stage::{Stage, job, plain, query};

/// Long enough to be stopped on any machine, and short enough where nothing stops it.
const SLOW: &str = "SELECT COUNT(*) AS n FROM UNNEST(GENERATE_ARRAY(1, 30000)) AS a, \
                    UNNEST(GENERATE_ARRAY(1, 30000)) AS b WHERE MOD(a * b, 7) = 3";

pub async fn under_a_fixed_id(stage: &Stage) -> anyhow::Result<()> {
    let job = job(query("SELECT 40 + 2 AS answer"));
    stage.warehouse.insert(&job).await?;
    let (error, _) = stage.ended(&job.id).await?;
    ensure!(error.is_none(), "{error:?}");
    let page = stage.first_rows(&job.id, 10).await?;
    let rows = plain(&page)?;
    ensure!(rows == serde_json::json!([[42]]), "{rows}");
    Ok(())
}

pub async fn statistics(stage: &Stage) -> anyhow::Result<()> {
    let id = stage
        .run(query("SELECT id FROM shop.orders LIMIT 1"))
        .await?;
    let (_, statistics) = stage.ended(&id).await?;
    ensure!(statistics.bytes_processed.is_some(), "{statistics:?}");
    ensure!(statistics.bytes_billed.is_some(), "{statistics:?}");
    ensure!(
        statistics.started.is_some() && statistics.ended >= statistics.started,
        "{statistics:?}"
    );
    Ok(())
}

/// The change that the job makes is there once.
pub async fn once(stage: &Stage) -> anyhow::Result<()> {
    let number = SystemClock.now().micros();
    let change = format!("INSERT INTO shop.notes (id, body) VALUES ({number}, 'once')");
    let job = job(query(&change));
    for _ in 0..3 {
        stage.warehouse.insert(&job).await?;
        stage.ended(&job.id).await?;
    }
    let count = format!("SELECT COUNT(*) AS n FROM shop.notes WHERE id = {number}");
    let changes = stage.number(&count).await?;
    ensure!(changes == 1, "it ran {changes} times");
    Ok(())
}

/// Whoever took the id before did not run what is asked for.
pub async fn anothers(stage: &Stage) -> anyhow::Result<()> {
    let theirs = job(query("SELECT 1 AS one"));
    stage.warehouse.insert(&theirs).await?;
    let ours = Job {
        labels: job(query("SELECT 2 AS two")).labels,
        ..theirs
    };
    match stage.warehouse.insert(&ours).await {
        Err(WarehouseError::Rejected { .. }) => Ok(()),
        other => bail!("{other:?}"),
    }
}

pub async fn unknown(stage: &Stage) -> anyhow::Result<()> {
    let never = job(query("SELECT 1 AS one")).id;
    let status = stage.warehouse.status(&never).await?;
    ensure!(status == JobStatus::NotFound, "{status:?}");
    let cancelled = stage.warehouse.cancel(&never).await;
    ensure!(
        matches!(cancelled, Err(WarehouseError::NotFound { .. })),
        "{cancelled:?}"
    );
    let rows = stage.warehouse.first_rows(&never, 1).await.err();
    ensure!(
        matches!(rows, Some(WarehouseError::NotFound { .. })),
        "{rows:?}"
    );
    Ok(())
}

pub async fn failed(stage: &Stage) -> anyhow::Result<()> {
    let sql = "SELECT CAST(CONCAT('alice', '@example.com') AS INT64) AS n";
    let job = job(query(sql));
    stage.warehouse.insert(&job).await?;
    let (error, _) = stage.ended(&job.id).await?;
    let error = error.context("it did not fail")?;
    ensure!(error.reason == "invalidQuery", "{error:?}");
    ensure!(!error.message.contains("alice"), "{error:?}");
    Ok(())
}

/// Whether BigQuery refuses the job or lets it fail.
pub async fn cap(stage: &Stage) -> anyhow::Result<()> {
    let capped = job(Query {
        maximum_bytes_billed: 1,
        ..query("SELECT status FROM shop.orders")
    });
    let reason = match stage.warehouse.insert(&capped).await {
        Err(WarehouseError::Rejected { reason, .. }) => reason,
        Err(error) => return Err(error.into()),
        Ok(()) => stage.ended(&capped.id).await?.0.context("it ran")?.reason,
    };
    ensure!(reason == "bytesBilledLimitExceeded", "{reason}");
    Ok(())
}

pub async fn cancel(stage: &Stage) -> anyhow::Result<()> {
    let slow = job(query(SLOW));
    stage.warehouse.insert(&slow).await?;
    stage.warehouse.cancel(&slow.id).await?;
    match stage.ended(&slow.id).await?.0 {
        Some(error) => ensure!(error.reason == "stopped", "{error:?}"),
        None => bail!("it ran to its end"),
    }
    // Cancelling what is over changes nothing, and is no error.
    Ok(stage.warehouse.cancel(&slow.id).await?)
}

pub async fn listed(stage: &Stage) -> anyhow::Result<()> {
    let since = SystemClock.now().plus_seconds(-60);
    let sql = "SELECT 'listed' AS word";
    let job = job(query(sql));
    stage.warehouse.insert(&job).await?;
    stage.ended(&job.id).await?;
    let jobs = stage.warehouse.jobs_since(since).await?;
    let mut listed = jobs.into_iter().filter(|past| past.id == job.id.as_str());
    let past = listed.next().context("it is not in the list")?;
    ensure!(listed.next().is_none(), "it is in the list twice");
    ensure!(past.labels == job.labels, "{:?}", past.labels);
    ensure!(!past.account.is_empty(), "nobody's");
    ensure!(past.statement_type.as_deref() == Some("SELECT"), "{past:?}");
    let digest = Digest::from_bytes(Sha256::digest(sql).into());
    ensure!(past.text_digest == Some(digest), "another text");
    Ok(())
}
