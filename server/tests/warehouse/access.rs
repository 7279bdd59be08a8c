//! Who asks.

use anyhow::{bail, ensure};
use countersign::warehouse::{Warehouse as _, WarehouseError};

use super::stage::{Stage, connect, query};

/// Somebody else's token is nothing that a retry or another query could mend.
pub async fn wrong_credentials(stage: &Stage) -> anyhow::Result<()> {
    let stranger = connect(&stage.address, "somebody-elses").await;
    match stranger.dry_run(&query("SELECT 1 AS one")).await {
        Err(WarehouseError::Unavailable { why }) => {
            ensure!(why.contains("credentials"), "{why}");
            Ok(())
        }
        other => bail!("{other:?}"),
    }
}

pub async fn service_accounts(stage: &Stage) -> anyhow::Result<()> {
    let account = "churn@demo.iam.gserviceaccount.com";
    let as_agent = stage.warehouse.acting_as(account).await?;
    as_agent.dry_run(&query("SELECT 1 AS one")).await?;
    Ok(())
}
