//! News from the program: one event stream a page, open only while the page is seen,
//! because browsers allow few connections to one host.

use std::{cell::RefCell, rc::Rc};

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

const ADDRESS: &str = "/events";

type Act = Rc<dyn Fn(&str)>;

#[derive(Default)]
struct Stream {
    source: Option<EventSource>,
    listeners: Vec<(&'static str, Act)>,
    /// Kept alive for as long as the source may call them.
    callbacks: Vec<Closure<dyn Fn(Event)>>,
}

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

/// Calls `act` with the data of each event of this name; with an empty text whenever the
/// stream opens, because anything may have happened while it was not.
pub(super) fn subscribe(event: &'static str, act: impl Fn(&str) + 'static) {
    let listener: (&'static str, Act) = (event, Rc::new(act));
    let first = STREAM.with_borrow_mut(|stream| {
        stream.listen(&listener);
        stream.listeners.push(listener);
        stream.listeners.len() == 1
    });
    if first {
        let seen = ev::Custom::<Event>::new("visibilitychange");
        // For as long as the page lives.
        let _ = window_event_listener(seen, |_| follow_visibility());
        follow_visibility();
    }
}

fn follow_visibility() {
    let seen = document().visibility_state() == web_sys::VisibilityState::Visible;
    STREAM.with_borrow_mut(|stream| {
        stream.close();
        if seen {
            stream.open();
        }
    });
}

impl Stream {
    fn close(&mut self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
        self.callbacks.clear();
    }

    fn open(&mut self) {
        self.source = EventSource::new(ADDRESS).ok();
        for listener in self.listeners.clone() {
            self.listen(&listener);
        }
    }

    /// Listens on the open stream, if there is one.
    fn listen(&mut self, (event, act): &(&'static str, Act)) {
        for name in [*event, "open"] {
            let act = Rc::clone(act);
            let callback = Closure::<dyn Fn(Event)>::new(move |event: Event| {
                let message = event.dyn_ref::<MessageEvent>();
                act(&message
                    .and_then(|message| message.data().as_string())
                    .unwrap_or_default());
            });
            if let Some(source) = &self.source {
                let target = callback.as_ref().unchecked_ref();
                // Adding a listener to a source of our own cannot fail.
                let _ = source.add_event_listener_with_callback(name, target);
                self.callbacks.push(callback);
            }
        }
    }
}
