//! `countersign reconcile`.

use std::sync::Arc;

use clap::Args;

use super::{Configured, seconds};
use crate::{
    config::Config,
    context::{Actor, Clock, Context, SystemClock},
    program,
    services::{Reconciliation, Stray},
};

/// Jobs that went around the gateway.
#[derive(Debug, Args)]
pub struct Reconcile {
    #[command(flatten)]
    configured: Configured,
    /// How far to look back: `12h`, `30d`.
    #[arg(long, default_value = "24h", value_parser = seconds)]
    since: i64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

impl Reconcile {
    /// Prints what went around the gateway; fails when something did.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = self.configured.load()?;
        let found = reconcile(&config, self.since).await?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&found)?);
        } else {
            found.around.iter().for_each(show);
        }
        let (around, jobs) = (found.around.len(), found.jobs);
        anyhow::ensure!(
            around == 0,
            "{around} of {jobs} jobs went around Countersign"
        );
        if !self.json {
            println!("All {jobs} jobs came through Countersign.");
        }
        Ok(())
    }
}

async fn reconcile(config: &Config, since: i64) -> anyhow::Result<Reconciliation> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = program::open_store(&config.store).await?;
    let services = program::services(config, &store, &clock).await?;
    let context = Context {
        actor: Actor::System,
        request_id: String::new(),
        now: clock.now(),
    };
    let since = context.now.plus_seconds(-since);
    Ok(services.reconcile(&context, since).await?)
}

fn show(stray: &Stray) {
    let kind = stray.statement_type.as_deref().unwrap_or(&stray.kind);
    println!(
        "{}  {}  {}  {kind}: {}",
        stray.created_at,
        stray.job,
        stray.account,
        stray.because.sentence(),
    );
}
