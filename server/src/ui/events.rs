//! Live events for open pages (server-sent events, WHATWG HTML section 9.2).

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures::{Stream, StreamExt as _};
use tokio_stream::wrappers::BroadcastStream;

use crate::services::{Notice, Services};

/// A stream ends after this time, so that one that outlived its session ends too: the
/// browser asks again, and is then asked to sign in.
const LIFETIME: Duration = Duration::from_mins(5);

/// `GET /events`: `inbox` when the set of waiting approvals changed, `intent` with its id
/// when one changed its state. Pages then ask for what they may see.
pub async fn stream(
    State(services): State<Services>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let notices = BroadcastStream::new(services.subscribe());
    let events = notices.map(|notice| {
        Ok(match notice {
            Ok(Notice::Intent(id)) => Event::default().event("intent").data(id.to_string()),
            // Who missed some looks at everything again. Browsers drop an event without data
            // (WHATWG HTML section 9.2.6).
            Ok(Notice::Inbox) | Err(_) => Event::default().event("inbox").data("changed"),
        })
    });
    let events = events.take_until(tokio::time::sleep(LIFETIME));
    Sse::new(events).keep_alive(KeepAlive::default())
}
