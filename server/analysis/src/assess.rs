//! The whole judgement: statements, findings, route and masked SQL.

use domain::{Digest, Finding, RiskLevel, Route, Severity};
use sha2::{Digest as _, Sha256};
use sqlparser::tokenizer::TokenWithSpan;

use crate::{
    catalog::Catalog,
    characters,
    finding::{FindingCode, Followed, Place, Refusal},
    follow::{self, Judged},
    lexer,
    mask::Masks,
    parse,
    report::{Analysis, Statement},
    rewrite::{Rewritten, rewrite},
    script::{self, Item},
    statement,
};

/// Judges one SQL text against the catalog.
#[must_use]
pub fn analyse(sql: &str, catalog: &Catalog) -> Analysis {
    let (mut statements, masked) = match read(sql) {
        Ok((tokens, items)) => judged(sql, &tokens, &items, catalog),
        Err(refusal) => refused(vec![unknown()], refusal, &(0..sql.len())),
    };
    let (masked, refused) = match masked {
        Ok(masked) => (Some(masked), Vec::new()),
        Err(refused) => (None, refused),
    };
    if let Some(first) = statements.first_mut() {
        first.findings.extend(characters::suspicious(sql));
    }
    let unseen = refused.into_iter().find(|finding| !is_known(finding));
    conclude(sql, statements, masked, unseen.map(|f| f.message))
}

type Judgement = (Vec<Statement>, Result<Rewritten, Vec<Finding>>);

/// A refusal of the whole text, which the first report tells.
fn refused(mut reports: Vec<Statement>, refusal: Refusal, whole: &Place) -> Judgement {
    let finding = refusal.into_finding_within(whole);
    if let Some(first) = reports.first_mut() {
        first.findings.push(finding.clone());
    }
    (reports, Err(vec![finding]))
}

/// A statement whose whole effect is seen, and never allowed.
fn is_known(refusal: &Finding) -> bool {
    use FindingCode as Code;
    let known = [
        Code::AccessControl,
        Code::DataExport,
        Code::Destructive,
        Code::SchemaChange,
    ];
    known.iter().any(|code| refusal.code == code.as_str())
}

fn conclude(
    sql: &str,
    statements: Vec<Statement>,
    masked: Option<Rewritten>,
    not_understood_because: Option<String>,
) -> Analysis {
    let findings = statements.iter().flat_map(|s| &s.findings);
    let gravest = findings
        .map(|finding| finding.severity)
        .max()
        .unwrap_or(Severity::Info);
    let route = match (&masked, gravest) {
        (None, _) | (_, Severity::Critical) => Route::Block,
        (Some(_), Severity::High) => Route::Approve,
        (Some(_), Severity::Info | Severity::Moderate) => Route::Run,
    };
    let masked = masked.filter(|_| route != Route::Block);
    Analysis {
        understood: not_understood_because.is_none(),
        not_understood_because,
        statements,
        risk: RiskLevel::from(gravest),
        route,
        needs_salt: masked.as_ref().is_some_and(|masked| masked.needs_salt),
        masked_sql: masked.map(|masked| masked.sql),
        digest: Digest::from_bytes(Sha256::digest(sql.as_bytes()).into()),
    }
}

fn unknown() -> Statement {
    Statement {
        kind: "unknown".to_owned(),
        ..Statement::default()
    }
}

/// The tokens, and the statements that they are.
fn read(sql: &str) -> Followed<(Vec<TokenWithSpan>, Vec<Item>)> {
    parse::check_length(sql)?;
    let tokens = lexer::tokens(sql)?;
    let items = script::read(&tokens)?;
    Ok((tokens, items))
}

/// The reports, and the masked SQL or what refuses it.
fn judged(sql: &str, tokens: &[TokenWithSpan], items: &[Item], catalog: &Catalog) -> Judgement {
    let masks = Masks::new(&catalog.mask_rules, tokens);
    let Judged {
        walk,
        mut reports,
        refused,
    } = follow::judge(tokens, items, catalog, &masks);
    if reports.is_empty() {
        reports.push(unknown());
    }
    if script::is_script(items) || walk.makes_own() {
        let message = "Which of the statements run, and how often, only the run shows.";
        let place = statement::place_of(tokens);
        reports[0]
            .findings
            .push(FindingCode::Script.at(&place, message));
    }
    if !refused.is_empty() {
        return (reports, Err(refused));
    }
    match rewrite(sql, tokens, &walk) {
        Ok(masked) => (reports, Ok(masked)),
        Err(refusal) => self::refused(reports, refusal, &(0..sql.len())),
    }
}
