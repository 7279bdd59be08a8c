//! News from the program: one event stream a page, open only while the page is seen,
//! because browsers allow few connections to one host.

use std::{cell::RefCell, rc::Rc};

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

const ADDRESS: &str = "/events";

type Act = Rc<dyn Fn(&str)>;

#[derive(Default)]
struct Stream {
    source: Option<EventSource>,
    listeners: Vec<(&'static str, Act)>,
    /// Kept alive for as long as the source may call them.
    callbacks: Vec<Closure<dyn Fn(MessageEvent)>>,
}

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

/// Calls `act` with the data of each event of this name; with an empty text when the
/// page is seen again and anything may have happened.
pub(super) fn subscribe(event: &'static str, act: impl Fn(&str) + 'static) {
    let first = STREAM.with_borrow_mut(|stream| {
        stream.listeners.push((event, Rc::new(act)));
        stream.listeners.len() == 1
    });
    if first {
        // For as long as the page lives.
        let _ = window_event_listener(
            ev::Custom::<web_sys::Event>::new("visibilitychange"),
            |_| {
                follow_visibility();
            },
        );
    }
    open();
}

fn follow_visibility() {
    if document().visibility_state() == web_sys::VisibilityState::Visible {
        open();
        let acts: Vec<Act> = STREAM.with_borrow(|stream| {
            stream
                .listeners
                .iter()
                .map(|(_, act)| Rc::clone(act))
                .collect()
        });
        for act in acts {
            act("");
        }
    } else {
        close();
    }
}

fn close() {
    STREAM.with_borrow_mut(|stream| {
        if let Some(source) = stream.source.take() {
            source.close();
        }
        stream.callbacks.clear();
    });
}

fn open() {
    close();
    let Ok(source) = EventSource::new(ADDRESS) else {
        return;
    };
    STREAM.with_borrow_mut(|stream| {
        for (event, act) in &stream.listeners {
            let act = Rc::clone(act);
            let callback = Closure::<dyn Fn(MessageEvent)>::new(move |message: MessageEvent| {
                act(&message.data().as_string().unwrap_or_default());
            });
            let target = callback.as_ref().unchecked_ref();
            // Adding a listener to a source of our own cannot fail.
            let _ = source.add_event_listener_with_callback(event, target);
            stream.callbacks.push(callback);
        }
        stream.source = Some(source);
    });
}
