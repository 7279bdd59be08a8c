//! Policy tests as people write them: facts that differ from a harmless query, and what the
//! policies are to decide.

use std::{collections::BTreeSet, fmt, path::Path};

use domain::{RiskLevel, Route, TableName, Tag};
use serde::{Deserialize, de::Error as _};
use toml::{Table, Value};
use uuid::Uuid;

use super::{
    Decision, Facts, Fault, PolicyError, PolicySet,
    facts::{PersonFacts, RunFacts},
    line_at,
};

/// A file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Case>,
}

/// One case of a file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// What differs from [`harmless`].
    #[serde(default)]
    facts: Table,
    expect: Expected,
}

/// What a case expects; what it does not say may be anything.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    route: Route,
    /// The ids of the policies that decide, in any order.
    policies: Option<BTreeSet<String>>,
    /// `2 of data-stewards, privacy-office`, in any order.
    requirements: Option<BTreeSet<String>>,
    step_up: Option<bool>,
    expires_after_seconds: Option<i64>,
}

/// What became of one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseResult {
    /// As the file names it.
    pub name: String,
    /// Where the decision differs from what is expected; empty when the case passes.
    pub differences: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub what: &'static str,
    /// As the case has it.
    pub expected: String,
    /// As the policies decide.
    pub decided: String,
}

impl PolicySet {
    /// Asks the policies about each case of a file.
    pub fn test(&self, path: &Path) -> Result<Vec<CaseResult>, PolicyError> {
        let unreadable = |error: std::io::Error| PolicyError::Unreadable {
            path: path.display().to_string(),
            kind: error.kind(),
        };
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let invalid = |offset: usize, message: &str| {
            PolicyError::Invalid(vec![Fault {
                file: path.display().to_string(),
                line: line_at(&text, offset),
                message: message.to_owned(),
            }])
        };
        let file: CaseFile = toml::from_str(&text).map_err(|error| {
            let offset = error.span().map_or(0, |span| span.start);
            invalid(offset, error.message())
        })?;
        let mut results = Vec::with_capacity(file.case.len());
        for case in file.case {
            let facts = differing(&case.facts).map_err(|error| {
                let offset = text.find(&case.name).unwrap_or_default();
                let message = format!("the facts of `{}`: {}", case.name, error.message());
                invalid(offset, &message)
            })?;
            let differences = case.expect.differences(&self.decide(&facts));
            results.push(CaseResult {
                name: case.name,
                differences,
            });
        }
        Ok(results)
    }
}

impl Expected {
    fn differences(&self, decision: &Decision) -> Vec<Difference> {
        let policies = decision.reasons.iter().map(|reason| reason.policy.clone());
        let requirements = decision.requirements.iter().map(ToString::to_string);
        let compared = [
            differs("route", Some(self.route.as_str()), &decision.route.as_str()),
            differs(
                "policies",
                self.policies.as_ref().map(List),
                &List(&policies.collect()),
            ),
            differs(
                "requirements",
                self.requirements.as_ref().map(List),
                &List(&requirements.collect()),
            ),
            differs("step_up", self.step_up, &decision.step_up),
            differs(
                "expires_after_seconds",
                self.expires_after_seconds,
                &decision.expires_after_seconds,
            ),
        ];
        compared.into_iter().flatten().collect()
    }
}

fn differs<T: PartialEq + fmt::Display>(
    what: &'static str,
    expected: Option<T>,
    decided: &T,
) -> Option<Difference> {
    let expected = expected.filter(|expected| expected != decided)?;
    Some(Difference {
        what,
        expected: expected.to_string(),
        decided: decided.to_string(),
    })
}

/// Texts with semicolons between.
#[derive(PartialEq)]
struct List<'a>(&'a BTreeSet<String>);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (number, text) in self.0.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { "; " })?;
            f.write_str(text)?;
        }
        Ok(())
    }
}

/// A harmless query with some facts changed.
fn differing(changes: &Table) -> Result<Facts, toml::de::Error> {
    let mut facts = Table::try_from(harmless()).map_err(toml::de::Error::custom)?;
    merge(&mut facts, changes);
    Value::Table(facts).try_into()
}

/// Tables are changed within, everything else is replaced.
fn merge(all: &mut Table, changes: &Table) {
    for (key, change) in changes {
        match (all.get_mut(key), change) {
            (Some(Value::Table(own)), Value::Table(change)) => merge(own, change),
            _ => {
                all.insert(key.clone(), change.clone());
            }
        }
    }
}

/// A small read of a table without tagged columns, on a Monday morning.
pub(super) fn harmless() -> Facts {
    let person = |number, email: &str, group: &str| PersonFacts {
        id: domain::PersonId::new(Uuid::from_u128(number)),
        email: email.to_owned(),
        groups: [group.to_owned()].into(),
    };
    Facts {
        intent: domain::IntentId::new(Uuid::from_u128(1)),
        hour: 10,
        weekday: "monday".to_owned(),
        agent: domain::AgentId::new(Uuid::from_u128(2)),
        agent_name: "forecaster".to_owned(),
        owner: person(3, "olga@example.com", "analysts"),
        initiator: person(4, "ina@example.com", "analysts"),
        run: RunFacts {
            id: domain::RunId::new(Uuid::from_u128(5)),
            purpose: "Forecast next week's orders".to_owned(),
            ticket: "SHOP-1".to_owned(),
            door: "portal".to_owned(),
            scope: ["read acme.shop.*".to_owned()].into(),
        },
        purpose: Some("Count last week's orders".to_owned()),
        understood: true,
        route: Route::Run,
        risk: RiskLevel::Low,
        kinds: ["select".to_owned()].into(),
        findings: BTreeSet::new(),
        reads: [TableName::new("acme.shop.orders")].into(),
        writes: BTreeSet::new(),
        behind_wildcards: BTreeSet::new(),
        columns: ["acme.shop.orders.country".to_owned()].into(),
        out_of_scope: BTreeSet::new(),
        first_uses: BTreeSet::new(),
        tags: [Tag::new("public")].into(),
        has_unclassified_columns: false,
        uses: analysis::Uses::default(),
        unmasks: BTreeSet::new(),
        unmasked_tags: BTreeSet::new(),
        bytes: 1_000_000,
        max_bytes: 10_000_000_000,
        rows: None,
    }
}
