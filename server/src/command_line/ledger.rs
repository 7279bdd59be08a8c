//! `countersign ledger`.

use crate::{config::Config, program};

/// Checks the whole chain; fails when a link is broken.
pub async fn verify(config: &Config) -> anyhow::Result<()> {
    let store = program::open_store(&config.store).await?;
    let verified = store.verify_ledger().await?;
    if let Some(broken) = verified.broken {
        anyhow::bail!("{broken}");
    }
    let head = verified.head;
    println!("{} entries verify. Head {}", head.sequence, head.hash);
    Ok(())
}
