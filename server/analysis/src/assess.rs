//! The whole judgement: statements, findings, route and masked SQL.

use std::ops::{ControlFlow, Range};

use domain::{Digest, Finding, RiskLevel, Route, Severity};
use sha2::{Digest as _, Sha256};
use sqlparser::{
    ast::{ObjectName, Statement as Tree, Visit, visit_relations},
    tokenizer::{Token, TokenWithSpan},
};

use crate::{
    catalog::Catalog,
    change, characters,
    describe::{columns, describe, note_change},
    finding::{FindingCode, Followed, Refusal},
    lexer,
    mask::Masks,
    parse,
    report::{Analysis, Statement},
    rewrite::{Rewritten, rewrite},
    statement::{self, Kind},
    walk::{Ctes, Output, Walk, path},
};

/// Judges one SQL text against the catalog.
#[must_use]
pub fn analyse(sql: &str, catalog: &Catalog) -> Analysis {
    let (mut statements, judged) = match read(sql) {
        Ok((tokens, statements)) => judge(sql, &tokens, statements, catalog),
        Err(refusal) => (vec![unknown()], Err(refusal)),
    };
    let (masked, refused) = match judged {
        Ok(masked) => (Some(masked), None),
        Err(refusal) => (None, Some(refusal.into_finding())),
    };
    let refused = refused.map(|finding| placed(finding, sql));
    let known = refused.as_ref().is_some_and(is_known_refusal);
    if let Some(first) = statements.first_mut() {
        first.findings.extend(characters::suspicious(sql));
        first.findings.extend(refused.clone());
    }
    let reason = refused.filter(|_| !known).map(|finding| finding.message);
    conclude(sql, statements, masked, reason)
}

/// A finding without a place of its own is about the whole text.
fn placed(finding: Finding, sql: &str) -> Finding {
    if finding.end > 0 {
        finding
    } else {
        Finding {
            end: sql.len(),
            ..finding
        }
    }
}

/// A statement whose whole effect is seen, and never allowed.
fn is_known_refusal(finding: &Finding) -> bool {
    finding.code == FindingCode::Destructive.as_str()
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

type Tokens = Vec<TokenWithSpan>;

/// The tokens, and the ranges of them that are statements.
fn read(sql: &str) -> Followed<(Tokens, Vec<Range<usize>>)> {
    parse::check_length(sql)?;
    let tokens = lexer::tokens(sql)?;
    let mut statements = Vec::new();
    let mut start = 0;
    let ends = tokens
        .iter()
        .enumerate()
        .filter(|(_, t)| t.token == Token::SemiColon);
    for end in ends.map(|(at, _)| at).chain([tokens.len()]) {
        let empty = statement::significant(&tokens[start..end]).next().is_none();
        if !empty {
            statements.push(start..end);
        } else if end < tokens.len() || statements.is_empty() {
            let message = "A statement is empty.";
            return Err(Refusal::new(FindingCode::SyntaxError, &(0..0), message));
        }
        start = end + 1;
    }
    Ok((tokens, statements))
}

fn judge(
    sql: &str,
    tokens: &[TokenWithSpan],
    statements: Vec<Range<usize>>,
    catalog: &Catalog,
) -> (Vec<Statement>, Followed<Rewritten>) {
    let kinds = |range: &Range<usize>| Kind::of(&tokens[range.clone()]);
    match <[_; 1]>::try_from(statements) {
        Ok([only]) => {
            let mut walk = Walk::new(catalog);
            let kind = kinds(&only);
            let mut report = Statement {
                kind: kind.as_str().to_owned(),
                ..Statement::default()
            };
            let judged = follow(sql, &tokens[only], kind, &mut walk, &mut report);
            describe(walk, &mut report);
            (vec![report], judged)
        }
        Err(several) => {
            let second = several
                .get(1)
                .map_or(0..0, |r| statement::place_of(&tokens[r.clone()]));
            let refusal = Refusal::new(
                FindingCode::Script,
                &second,
                "Several statements at once are not followed.",
            );
            let reports = several.iter().map(|range| Statement {
                kind: kinds(range).as_str().to_owned(),
                ..Statement::default()
            });
            (reports.collect(), Err(refusal))
        }
    }
}

/// Follows one statement; the masked SQL, or why there is none.
fn follow(
    sql: &str,
    tokens: &[TokenWithSpan],
    kind: Kind,
    walk: &mut Walk<'_>,
    report: &mut Statement,
) -> Followed<Rewritten> {
    let output = follow_kind(tokens, kind, walk)?;
    let masks = &Masks::new(&walk.catalog.mask_rules, tokens);
    report.columns = columns(walk, &output, masks);
    if kind != Kind::Query {
        note_change(walk, &output, &statement::place_of(tokens));
    }
    rewrite(sql, tokens, walk, masks)
}

/// What a statement answers with, or stores.
fn follow_kind(tokens: &[TokenWithSpan], kind: Kind, walk: &mut Walk<'_>) -> Followed<Output> {
    let place = statement::place_of(tokens);
    match kind {
        Kind::Refused(_, code, message) => {
            if let Some(name) = statement::target(tokens) {
                let target = walk.full_name(&path(&name)?, &place)?;
                walk.writes.insert(target);
            }
            Err(Refusal::new(code, &place, message))
        }
        Kind::Query => {
            let Tree::Query(query) = parse::parse(tokens)? else {
                return Err(Refusal::unsupported(&place, "This statement"));
            };
            let output = walk.query(&query, None, &Ctes::default())?;
            explain(&*query, walk)?;
            Ok(output)
        }
        Kind::Insert => {
            let header = change::insert_header(tokens, &place)?;
            let output = walk.insert(&header, &place)?;
            explain(&*header.query, walk)?;
            Ok(output)
        }
        Kind::CreateTableAs => {
            let header = change::create_header(tokens, &place)?;
            let output = walk.create(&header, &place)?;
            explain(&*header.query, walk)?;
            Ok(output)
        }
        Kind::Update | Kind::Delete | Kind::Merge => {
            let tree = parse::parse(tokens)?;
            walk.modify(&tree, &place)?;
            explain(&tree, walk)?;
            Ok(Output::default())
        }
    }
}

/// Every relation that the tree names must have been met on the walk.
fn explain<T: Visit>(tree: &T, walk: &Walk<'_>) -> Followed<()> {
    let missed = visit_relations(tree, |relation: &ObjectName| {
        let place = path(relation).map_or(0..0, |parts| crate::walk::path_place(&parts));
        if walk.explained.contains(&place.start) {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(place)
        }
    });
    match missed {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(place) => Err(Refusal::unsupported(&place, "The use of this table")),
    }
}
