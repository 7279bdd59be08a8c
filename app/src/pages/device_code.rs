//! `/device`: a person types the code that a pipeline shows (RFC 8628 section 3.3).

use leptos::{prelude::*, server_fn::ServerFn};

use super::load::{Heading, wrong};
use crate::{
    api::{devices::EnterDeviceCode, form::take_failure},
    components::{Entry, FailureNote, FormToken},
};

/// The form. The code is never part of an address: whoever sends a link must not choose what
/// somebody in a hurry confirms.
#[component]
pub fn DeviceCode() -> impl IntoView {
    let failure = take_failure();
    let failure = failure.as_ref();
    let note = failure.map(|failure| view! { <FailureNote error=failure.error.clone() /> });
    view! {
        <Heading title="A pipeline waits for you".to_owned() />
        {note}
        <form class="card form" method="post" action=EnterDeviceCode::url()>
            <FormToken />
            <p class="quiet">
                "Type the code from the log of a job that you started, or know of. You then see what it asks for; nothing happens before you confirm."
            </p>
            <Entry
                name="code"
                label="Code"
                hint="Eight letters, such as WDJB-MJHT."
                value=String::new()
                error=wrong(failure, "code")
            />
            <div class="form-actions">
                <button class="button primary">"See what it asks for"</button>
                <a class="button" href="/runs">
                    "Back"
                </a>
            </div>
        </form>
    }
    .into_any()
}
