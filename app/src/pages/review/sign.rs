//! Signing a review off, and the signature.

use domain::Timestamp;
use leptos::{prelude::*, server_fn::ServerFn};

use crate::{
    api::{
        form::Failure,
        reviews::{CampaignRow, SignCampaign, Signature},
    },
    components::{Area, FormToken, Moment, Person},
    pages::{
        load::{typed, wrong},
        reviews::period,
    },
};

/// The form, once every right has its verdict.
pub fn form(header: &CampaignRow, failure: Option<&Failure>) -> AnyView {
    let left = header.items.saturating_sub(header.decided);
    if left > 0 {
        return view! {
            <p class="quiet sign-wait">
                "Once every item has its verdict, the review can be signed off here."
            </p>
        }
        .into_any();
    }
    let statement = typed(failure, "statement").unwrap_or_else(|| {
        format!(
            "I have reviewed all {} rights held from {} with the evidence of their use, and the verdicts above are mine.",
            header.items,
            period(header.from, header.to)
        )
    });
    view! {
        <form class="card form" method="post" action=SignCampaign::url()>
            <FormToken />
            <h2>"Sign off"</h2>
            <input type="hidden" name="campaign" value=header.campaign.to_string() />
            <Area
                name="statement"
                label="Statement"
                hint="Kept in the ledger with your name; verdicts are fixed from then on."
                value=statement
                error=wrong(failure, "statement")
            />
            <div class="form-actions">
                <button class="button primary">"Sign"</button>
            </div>
        </form>
    }
    .into_any()
}

/// The signature.
pub fn signed(signature: Signature, now: Timestamp) -> AnyView {
    view! {
        <section class="card signed">
            <h2>"Signed off"</h2>
            <blockquote>{signature.statement}</blockquote>
            <p class="signature">
                <Person person=signature.person />
                " "
                <Moment at=signature.at now />
            </p>
        </section>
    }
    .into_any()
}
