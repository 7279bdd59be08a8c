//! How BigQuery's own clients are pointed here, and the file of credentials that they need.

use leptos::prelude::*;

use crate::{api::runs::RunPage, components::FormToken, islands::Copy};

/// For the person who opened the run, as long as it may act: folded, most runs need it once.
pub fn clients(page: &RunPage) -> Option<AnyView> {
    if !page.may_hand_out {
        return None;
    }
    let run = page.header.run;
    let section = view! {
        <details class="card evidence">
            <summary>"Use it from BigQuery's own clients"</summary>
            <p>
                "Python's and Node.js's libraries read a file of credentials and then need no line changed. Whoever holds the file asks in your name until the run ends; a new file makes the one before worth nothing."
            </p>
            <form method="post" action=format!("/runs/{run}/credentials")>
                <FormToken />
                <button class="button">"Get the file"</button>
            </form>
            <p>"Then, where the agent runs:"</p>
            <div class="copyable">
                <pre id="clients" tabindex="0">
                    <code>{settings(&page.api_url, &page.project, &run.short())}</code>
                </pre>
                <Copy from="clients".to_owned() label="Copy".to_owned() />
            </div>
        </details>
    };
    Some(section.into_any())
}

fn settings(api_url: &str, project: &str, run: &str) -> String {
    format!(
        "export GOOGLE_APPLICATION_CREDENTIALS=$HOME/Downloads/countersign-{run}.json\n\
         export BIGQUERY_EMULATOR_HOST={api_url}\n\
         export GOOGLE_CLOUD_PROJECT={project}"
    )
}
