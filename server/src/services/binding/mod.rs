//! What a decision is bound to: the intent digest, as a list of named inputs.
//!
//! When a decision is made, a digest of every input is kept with the intent, and the digest of
//! them all with the approval. Before a job exists every input is computed anew; one that
//! differs makes the decision stale, and its name says what changed. Nothing but digests is
//! kept: no SQL, no literal, no salt.
//!
//! Each input is written as JSON with its fields in a fixed order, behind its name and its
//! length, so that no two lists of inputs are the same bytes.

mod bound;
mod input;

use std::collections::{BTreeMap, BTreeSet};

use analysis::Analysis;
use domain::{Conditions, Digest, TableName};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::{IntentRecord, RunRecord};

pub use input::Input;

use self::bound::{Bound, Place, json, version};
use super::{DryRunFacts, ServiceError, Services};
use crate::{policy::Decision, warehouse::TableDescription};

/// Counts changes of this list and of how its inputs are written.
const VERSION: u8 = 1;

/// Digests of all that a decision is bound to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Binding {
    version: u8,
    inputs: BTreeMap<Input, Digest>,
    /// What [`Input::Objects`] is made of, to name the one that changed.
    objects: BTreeMap<TableName, ObjectDigest>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ObjectDigest {
    is_view: bool,
    digest: Digest,
}

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Which input.
    pub input: Input,
    /// What happened: `the policy changed`.
    pub words: String,
}

impl Services {
    /// Computes every input anew.
    pub(super) async fn bind(
        &self,
        (asked, run): (&IntentRecord, &RunRecord),
        (analysis, dry_run, decision): (&Analysis, Option<&DryRunFacts>, &Decision),
        objects: &[TableDescription],
        conditions: &Conditions,
    ) -> Result<Binding, ServiceError> {
        let agent = self.existing_agent(run.agent).await?;
        let initiator = self.existing_person(run.initiator).await?;
        let config = &self.parts.warehouse_config;
        let salt = self.parts.masking.salt.as_ref();
        let salt = salt.filter(|_| analysis.needs_salt);
        let bound = Bound {
            asked,
            run,
            agent: &agent,
            initiator: &initiator,
            place: Place {
                project: &config.project,
                location: &config.location,
                default_dataset: self.catalog.default_dataset_of(asked),
                rows: self.parts.limits.results_rows_maximum,
                timeout_seconds: config.job_timeout_seconds,
                salt_key: salt.map(|salt| named("salt", salt.expose_secret().as_bytes())),
            },
            analysis,
            dry_run,
            decision,
            objects,
            conditions,
        };
        Ok(Binding::of(&bound)?)
    }
}

impl Binding {
    fn of(bound: &Bound<'_>) -> Result<Self, serde_json::Error> {
        let mut inputs = BTreeMap::new();
        for input in Input::ALL {
            inputs.insert(*input, named(input.as_str(), &bound.value(*input)?));
        }
        let objects = bound.objects.iter().map(|object| {
            let digest = named("object", &json(&version(object))?);
            let is_view = object.view_sql.is_some();
            Ok((object.name.clone(), ObjectDigest { is_view, digest }))
        });
        Ok(Self {
            version: VERSION,
            inputs,
            objects: objects.collect::<Result<_, serde_json::Error>>()?,
        })
    }

    /// The intent digest: one over the digests of all inputs.
    pub(super) fn digest(&self) -> Digest {
        let mut all = vec![self.version];
        for (input, digest) in &self.inputs {
            all.extend(named(input.as_str(), digest.as_bytes()).as_bytes());
        }
        named("intent", &all)
    }

    /// What is not as it was, in the order of [`Input::ALL`].
    pub(super) fn changes(&self, now: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        for &input in Input::ALL {
            if self.version == now.version && self.inputs.get(&input) == now.inputs.get(&input) {
                continue;
            }
            let objects = match input {
                Input::Objects => self.changed_objects(now),
                _ => Vec::new(),
            };
            if objects.is_empty() {
                let words = format!("{} changed", input.words());
                changes.push(Change { input, words });
            }
            let named = objects.into_iter().map(|words| Change { input, words });
            changes.extend(named);
        }
        changes
    }

    /// Each table or view that is not as it was, by its name. Of none, nothing is said: then
    /// they could not be looked at.
    fn changed_objects(&self, now: &Self) -> Vec<String> {
        if now.objects.is_empty() {
            return Vec::new();
        }
        let names: BTreeSet<_> = self.objects.keys().chain(now.objects.keys()).collect();
        let changed = names.into_iter().filter_map(|name| {
            let (before, after) = (self.objects.get(name), now.objects.get(name));
            let kind = if before.or(after)?.is_view {
                "view"
            } else {
                "table"
            };
            match (before, after) {
                (Some(before), Some(after)) if before == after => None,
                (Some(_), Some(_)) => Some(format!("the {kind} {name} changed")),
                (Some(_), None) => Some(format!("the {kind} {name} is gone")),
                (None, _) => Some(format!("the {kind} {name} is touched too")),
            }
        });
        changed.collect()
    }
}

/// SHA-256 over a name and some bytes, each behind its length.
fn named(name: &str, bytes: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    for part in [b"countersign/intent".as_slice(), name.as_bytes(), bytes] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    Digest::from_bytes(hasher.finalize().into())
}
