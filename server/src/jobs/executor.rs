//! Carries intents out, so many at a time.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::IntentId;
use tokio::{
    sync::{Notify, broadcast::error::RecvError},
    time::{interval, sleep},
};

use super::{PATIENCE, context, log};
use crate::services::{Notice, Progress, ServiceError, Services};

/// So many intents are carried out at the same time; the others wait in the database.
const AT_ONCE: usize = 64;

/// Brings intents to their end, each in a task of its own: those that are announced at once, and
/// those that nobody works on from time to time.
pub(super) async fn executor(services: Services) {
    let crew = Arc::new(Crew::default());
    let mut notices = services.subscribe();
    let mut looks = interval(PATIENCE);
    loop {
        tokio::select! {
            notice = notices.recv() => match notice {
                Ok(Notice::Intent(intent)) => crew.take(&services, intent),
                Ok(Notice::Inbox) => {}
                Err(RecvError::Lagged(_)) => crew.look(&services).await,
                Err(RecvError::Closed) => return,
            },
            () = crew.freed.notified() => crew.look(&services).await,
            _ = looks.tick() => crew.look(&services).await,
        }
    }
}

/// Who is at work.
#[derive(Default)]
struct Crew {
    busy: Mutex<Busy>,
    /// Somebody is free again, and something was left waiting.
    freed: Notify,
}

#[derive(Default)]
struct Busy {
    intents: BTreeSet<IntentId>,
    /// Whether something was left waiting.
    has_left: bool,
}

impl Crew {
    async fn look(self: &Arc<Self>, services: &Services) {
        match services.executable(&context(services)).await {
            Ok(intents) => {
                for intent in intents {
                    self.take(services, intent);
                }
            }
            Err(error) => log("the executor", &error),
        }
    }

    /// Sets somebody to work on an intent, unless somebody is, or all are busy.
    fn take(self: &Arc<Self>, services: &Services, intent: IntentId) {
        let mut busy = self.busy();
        if busy.intents.len() >= AT_ONCE {
            busy.has_left = true;
        } else if busy.intents.insert(intent) {
            tokio::spawn(Arc::clone(self).work(services.clone(), intent));
        }
    }

    async fn work(self: Arc<Self>, services: Services, intent: IntentId) {
        let progress = services.execute(&context(&services), intent).await;
        let has_to_wait = matches!(progress, Ok(Progress::HasToWait));
        match progress {
            // Somebody cancelled it meanwhile: that counts.
            Ok(_) | Err(ServiceError::Conflict { .. }) => {}
            Err(error) => {
                tracing::warn!(%intent, %error, "an execution did not get on; it is tried again");
                sleep(PATIENCE).await;
            }
        }
        let mut busy = self.busy();
        busy.intents.remove(&intent);
        if has_to_wait {
            busy.has_left = true;
        } else if std::mem::take(&mut busy.has_left) {
            self.freed.notify_one();
        }
    }

    fn busy(&self) -> MutexGuard<'_, Busy> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
