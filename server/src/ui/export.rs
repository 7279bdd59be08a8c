//! An access review as a file.

use axum::{
    Extension,
    extract::{Path, State},
    response::{IntoResponse as _, Response},
};
use domain::{CampaignId, Timestamp};
use http::header;

use crate::{
    context::Context,
    http::problem::Problem,
    services::{CampaignView, ItemView, Services},
};

const COLUMNS: [&str; 19] = [
    "campaign",
    "period_from",
    "period_to",
    "item",
    "agent",
    "owner",
    "privilege",
    "resource",
    "granted_until",
    "uses",
    "last_used",
    "tables_touched",
    "tables_entitled",
    "verdict",
    "reason",
    "decided_by",
    "decided_at",
    "signed_by",
    "signed_at",
];

/// `GET /reviews/{id}/export.csv` (RFC 4180).
pub async fn campaign(
    State(services): State<Services>,
    Extension(context): Extension<Context>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: CampaignId = id.parse().map_err(|_| Problem::not_found("review"))?;
    let view = services.campaign(&context, id).await?;
    let text = written(&view).map_err(|_| Problem::internal())?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"access-review-{}.csv\"", id.short()),
        ),
    ];
    Ok((headers, text).into_response())
}

fn written(view: &CampaignView) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS)?;
    for item in &view.items {
        writer.write_record(line(view, item).iter().map(|cell| inert(cell)))?;
    }
    writer
        .into_inner()
        .map_err(|error| error.into_error().into())
}

fn line(view: &CampaignView, item: &ItemView) -> [String; COLUMNS.len()] {
    let campaign = &view.campaign;
    let usage = &item.item.usage;
    let time = |time: Option<Timestamp>| time.map(Timestamp::to_rfc3339).unwrap_or_default();
    let verdict = item.item.verdict.map(domain::Verdict::as_str);
    let email = |person: &Option<store::PersonRecord>| {
        person
            .as_ref()
            .map(|person| person.email.clone())
            .unwrap_or_default()
    };
    [
        campaign.name.clone(),
        campaign.period_from.to_rfc3339(),
        campaign.period_to.to_rfc3339(),
        item.item.id.to_string(),
        item.agent.name.clone(),
        item.owner.email.clone(),
        item.grant.power.privilege.as_str().to_owned(),
        item.grant.power.resource.to_string(),
        item.grant.until.to_rfc3339(),
        usage.uses.to_string(),
        time(usage.last_used),
        usage.touched.len().to_string(),
        usage.entitled.to_string(),
        verdict.unwrap_or_default().to_owned(),
        item.item.reason.clone().unwrap_or_default(),
        email(&item.decided_by),
        time(item.item.decided_at),
        email(&view.signed_by),
        time(campaign.signed_at),
    ]
}

/// Spreadsheets run cells that begin like a formula
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn inert(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_becomes_text() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("kept"), "kept");
    }
}
