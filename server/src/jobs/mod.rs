//! What happens without anybody asking: executions, expiries, retention, mails, the catalog.

mod executor;

use std::time::Duration;

use tokio::{
    sync::broadcast::Receiver,
    time::{sleep, timeout},
};

use crate::{
    context::{Actor, Context},
    services::{Notice, ServiceError, Services},
};

/// How often to look even when nobody said that there is work.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often rows are looked for whose time is over. It is counted in days.
const RETENTION: Duration = Duration::from_mins(10);

/// Starts every job. They run until the process ends; whatever they were at is taken up
/// again at the next start.
pub fn start(services: &Services, catalog_refresh: Duration) {
    tokio::spawn(executor::executor(services.clone()));
    tokio::spawn(housekeeper(services.clone()));
    tokio::spawn(retention(services.clone()));
    tokio::spawn(mails(services.clone()));
    tokio::spawn(webhooks(services.clone()));
    tokio::spawn(stopper(services.clone()));
    tokio::spawn(catalog(services.clone(), catalog_refresh));
}

fn context(services: &Services) -> Context {
    Context {
        actor: Actor::System,
        request_id: String::new(),
        now: services.now(),
    }
}

/// Stops the jobs of cancelled intents.
async fn stopper(services: Services) {
    loop {
        if let Err(error) = services.stop_cancelled_jobs(&context(&services)).await {
            log("stopping cancelled jobs", &error);
        }
        let _ = timeout(PATIENCE, services.to_be_stopped()).await;
    }
}

/// Ends what nobody decided, reminds those who can, clears away ended sign-ins.
async fn housekeeper(services: Services) {
    let mut notices = services.subscribe();
    loop {
        let context = context(&services);
        if let Err(error) = services.expire_approvals(&context).await {
            log("expiring approvals", &error);
        }
        if let Err(error) = services.expire_agents(&context).await {
            log("expiring agents", &error);
        }
        if let Err(error) = services.follow_up_approvals(&context).await {
            log("following up on approvals", &error);
        }
        if let Err(error) = services.owe_digest(&context).await {
            log("owing the digest", &error);
        }
        if let Err(error) = services.record_counted_refusals(&context).await {
            log("recording counted refusals", &error);
        }
        if let Err(error) = services.forget_ended_sign_ins(&context).await {
            log("clearing away ended sign-ins", &error);
        }
        inbox_changes(&mut notices).await;
    }
}

/// Deletes rows whose time is over.
async fn retention(services: Services) {
    loop {
        if let Err(error) = services.forget_old_results(&context(&services)).await {
            log("forgetting old results", &error);
        }
        sleep(RETENTION).await;
    }
}

/// Sends mails. A slow mail server keeps nothing else waiting.
async fn mails(services: Services) {
    let mut notices = services.subscribe();
    loop {
        if let Err(error) = services.send_due_mails(&context(&services)).await {
            log("sending mails", &error);
        }
        inbox_changes(&mut notices).await;
    }
}

/// Tells webhooks. Neither does a slow one.
async fn webhooks(services: Services) {
    let mut notices = services.subscribe();
    loop {
        if let Err(error) = services.send_due_webhooks(&context(&services)).await {
            log("telling webhooks", &error);
        }
        inbox_changes(&mut notices).await;
    }
}

/// Reads the catalog at the start, until it succeeds, and then from time to time.
async fn catalog(services: Services, refresh: Duration) {
    loop {
        let pause = match services.refresh_catalog().await {
            Ok(tables) => {
                tracing::info!(tables, "the catalog has been read");
                refresh
            }
            Err(error) => {
                log("reading the catalog", &error);
                PATIENCE
            }
        };
        sleep(pause).await;
    }
}

/// Resolves when what waits for people changed, or when it is time to look anyway. Of what runs
/// without them there is nothing to tell.
async fn inbox_changes(notices: &mut Receiver<Notice>) {
    let change = async { while matches!(notices.recv().await, Ok(Notice::Intent(_))) {} };
    let _ = timeout(PATIENCE, change).await;
}

fn log(what: &str, error: &ServiceError) {
    tracing::error!(error = error as &dyn std::error::Error, "{what} failed");
}
