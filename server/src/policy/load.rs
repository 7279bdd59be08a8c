//! Reading policy files: parse, check against the schema, collect annotations.

use std::{collections::BTreeMap, fs, path::Path, str::FromStr as _};

use cedar_policy::{PolicyId, Schema, ValidationMode, Validator};
use domain::Digest;
use miette::Diagnostic;
use sha2::{Digest as _, Sha256};

use super::{Fault, PolicyError, PolicyFile, PolicySet, annotation, decide};

const SCHEMA: &str = include_str!("../../policies/countersign.cedarschema");

/// The policies that come with the program, by name.
pub const PRESETS: [(&str, &str); 4] = [
    (
        "balanced",
        include_str!("../../policies/balanced/balanced.cedar"),
    ),
    (
        "essential",
        include_str!("../../policies/essential/essential.cedar"),
    ),
    ("pci", include_str!("../../policies/pci/pci.cedar")),
    ("strict", include_str!("../../policies/strict/strict.cedar")),
];

impl PolicyFile {
    /// The policy of this name that comes with the program.
    pub fn preset(name: &str) -> Result<Vec<Self>, PolicyError> {
        let known = PRESETS.iter().find(|(known, _)| *known == name);
        let (name, text) = known.ok_or_else(|| PolicyError::UnknownName {
            name: name.to_owned(),
        })?;
        Ok(vec![Self {
            name: format!("{name}.cedar"),
            text: (*text).to_owned(),
        }])
    }

    /// All files of a folder that end in `.cedar`.
    pub fn read(directory: &Path) -> Result<Vec<Self>, PolicyError> {
        let mut files = Vec::new();
        let unreadable = |path: &Path, error: &std::io::Error| PolicyError::Unreadable {
            path: path.display().to_string(),
            kind: error.kind(),
        };
        for entry in fs::read_dir(directory).map_err(|error| unreadable(directory, &error))? {
            let path = entry.map_err(|error| unreadable(directory, &error))?.path();
            let Some(name) = path.file_name().filter(|_| is_cedar(&path)) else {
                continue;
            };
            files.push(Self {
                name: name.to_string_lossy().into(),
                text: fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?,
            });
        }
        if files.is_empty() {
            return Err(PolicyError::Empty {
                path: directory.display().to_string(),
            });
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(files)
    }

    /// An error that knows its place in the text.
    fn diagnosed(&self, error: &dyn Diagnostic) -> Fault {
        let place = error.labels().and_then(|mut labels| labels.next());
        self.fault(place.map_or(0, |label| label.offset()), &error.to_string())
    }

    /// An error about a whole policy, found again by its text.
    fn about(&self, policy: &str, message: &str) -> Fault {
        self.fault(self.text.find(policy).unwrap_or_default(), message)
    }

    fn fault(&self, offset: usize, message: &str) -> Fault {
        Fault {
            file: self.name.clone(),
            line: super::line_at(&self.text, offset),
            message: message.to_owned(),
        }
    }
}

fn is_cedar(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "cedar")
}

impl PolicySet {
    /// Takes policies as they are written. One wrong policy refuses them all, with everything
    /// that is wrong.
    pub fn from_files(files: &[PolicyFile]) -> Result<Self, PolicyError> {
        let schema = Schema::from_str(SCHEMA).map_err(|error| PolicyError::Schema {
            message: error.to_string(),
        })?;
        let mut set = Self {
            schema,
            policies: cedar_policy::PolicySet::new(),
            annotations: BTreeMap::new(),
            version: version(files),
        };
        let mut faults = Vec::new();
        for file in files {
            set.add(file, &mut faults);
        }
        if set.annotations.is_empty() && faults.is_empty() {
            return Err(PolicyError::NoPolicy);
        }
        if faults.is_empty() {
            Ok(set)
        } else {
            Err(PolicyError::Invalid(faults))
        }
    }

    /// Adds one file's policies under the ids that their annotations give them.
    fn add(&mut self, file: &PolicyFile, faults: &mut Vec<Fault>) {
        let parsed = match cedar_policy::PolicySet::from_str(&file.text) {
            Ok(parsed) => parsed,
            Err(errors) => {
                faults.extend(errors.iter().map(|error| file.diagnosed(error)));
                return;
            }
        };
        for template in parsed.templates() {
            faults.push(file.about(&template.to_string(), "templates are not supported"));
        }
        let mut known = cedar_policy::PolicySet::new();
        let with_approval = decide::action(decide::RUN_WITH_APPROVAL);
        let mut policies: Vec<_> = parsed.policies().collect();
        policies.sort_by_key(|policy| file.text.find(&policy.to_string()));
        for policy in policies {
            let added = annotation::read(policy, &with_approval).and_then(|read| {
                let policy = policy.new_id(PolicyId::new(&read.id));
                let twice = |_| format!("another policy has the id `{}` too", read.id);
                self.policies.add(policy.clone()).map_err(twice)?;
                known.add(policy).map_err(twice)?;
                self.annotations.insert(read.id.clone(), read.clone());
                Ok(())
            });
            if let Err(message) = added {
                faults.push(file.about(&policy.to_string(), &message));
            }
        }
        let checked = Validator::new(self.schema.clone()).validate(&known, ValidationMode::Strict);
        let mut errors: Vec<_> = checked
            .validation_errors()
            .map(|error| file.diagnosed(error))
            .collect();
        // A policy for both actions is checked, and told of, twice.
        for error in &mut errors {
            for name in [decide::RUN, decide::RUN_WITH_APPROVAL] {
                let about = format!(" for {}", decide::action(name));
                error.message = error.message.replace(&about, "");
            }
        }
        errors.dedup();
        faults.extend(errors);
    }
}

/// Names and texts of all files, each behind its length so that none can pass for another.
fn version(files: &[PolicyFile]) -> Digest {
    let mut hash = Sha256::new();
    for text in files.iter().flat_map(|file| [&*file.name, &*file.text]) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    Digest::from_bytes(hash.finalize().into())
}
