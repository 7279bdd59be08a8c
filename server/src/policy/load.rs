//! Reading policy files: parse, check against the schema, collect annotations.

use std::{collections::BTreeMap, fs, path::Path, str::FromStr as _};

use cedar_policy::{PolicyId, Schema, ValidationMode, Validator};
use domain::Digest;
use miette::Diagnostic;
use sha2::{Digest as _, Sha256};

use super::{PolicyError, PolicySet, annotation, decide};

const SCHEMA: &str = include_str!("../../policies/countersign.cedarschema");
const BALANCED: &str = include_str!("../../policies/balanced.cedar");
const STRICT: &str = include_str!("../../policies/strict.cedar");

/// A policy file's name and text.
struct File {
    name: String,
    text: String,
}

impl PolicySet {
    /// Takes a policy that comes with the program: `balanced` or `strict`.
    pub fn builtin(name: &str) -> Result<Self, PolicyError> {
        let text = match name {
            "balanced" => BALANCED,
            "strict" => STRICT,
            _ => {
                return Err(PolicyError::UnknownName {
                    name: name.to_owned(),
                });
            }
        };
        Self::from_files(&[File {
            name: format!("{name}.cedar"),
            text: text.to_owned(),
        }])
    }

    /// Takes all files of a folder that end in `.cedar`. One wrong policy refuses them all.
    pub fn load(directory: &Path) -> Result<Self, PolicyError> {
        let mut files = Vec::new();
        let unreadable = |path: &Path, error: &std::io::Error| PolicyError::Unreadable {
            path: path.display().to_string(),
            kind: error.kind(),
        };
        for entry in fs::read_dir(directory).map_err(|error| unreadable(directory, &error))? {
            let path = entry.map_err(|error| unreadable(directory, &error))?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "cedar")
            {
                files.push(File {
                    name: path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into(),
                    text: fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?,
                });
            }
        }
        if files.is_empty() {
            return Err(PolicyError::Empty {
                path: directory.display().to_string(),
            });
        }
        files.sort_by(|one, other| one.name.cmp(&other.name));
        Self::from_files(&files)
    }

    fn from_files(files: &[File]) -> Result<Self, PolicyError> {
        let schema = Schema::from_str(SCHEMA).map_err(|error| PolicyError::Schema {
            message: error.to_string(),
        })?;
        let mut set = Self {
            schema,
            policies: cedar_policy::PolicySet::new(),
            annotations: BTreeMap::new(),
            version: version(files),
        };
        for file in files {
            set.add(file)?;
        }
        Ok(set)
    }

    /// Adds one file's policies under the ids that their annotations give them.
    fn add(&mut self, file: &File) -> Result<(), PolicyError> {
        let parsed = cedar_policy::PolicySet::from_str(&file.text)
            .map_err(|error| file.diagnosed(&error))?;
        if let Some(template) = parsed.templates().next() {
            return Err(file.invalid_policy(&template.to_string(), "templates are not supported"));
        }
        let mut renamed = cedar_policy::PolicySet::new();
        let with_approval = decide::action(decide::RUN_WITH_APPROVAL);
        for policy in parsed.policies() {
            let invalid = |message: &str| file.invalid_policy(&policy.to_string(), message);
            let read = annotation::read(policy, &with_approval).map_err(|why| invalid(&why))?;
            let twice = |_| invalid(&format!("another policy has the id `{}` too", read.id));
            let policy = policy.new_id(PolicyId::new(&read.id));
            renamed.add(policy.clone()).map_err(twice)?;
            self.policies.add(policy).map_err(twice)?;
            self.annotations.insert(read.id.clone(), read);
        }
        let checked =
            Validator::new(self.schema.clone()).validate(&renamed, ValidationMode::Strict);
        match checked.validation_errors().next() {
            Some(error) => Err(file.diagnosed(error)),
            None => Ok(()),
        }
    }
}

impl File {
    /// An error that knows its place in the text.
    fn diagnosed(&self, error: &dyn Diagnostic) -> PolicyError {
        let place = error.labels().and_then(|mut labels| labels.next());
        self.invalid(place.map_or(0, |label| label.offset()), &error.to_string())
    }

    /// An error about a whole policy, found again by its text.
    fn invalid_policy(&self, policy: &str, message: &str) -> PolicyError {
        self.invalid(self.text.find(policy).unwrap_or_default(), message)
    }

    fn invalid(&self, offset: usize, message: &str) -> PolicyError {
        let before = self.text.bytes().take(offset);
        PolicyError::Invalid {
            file: self.name.clone(),
            line: 1 + before.filter(|byte| *byte == b'\n').count(),
            message: message.to_owned(),
        }
    }
}

/// Names and texts of all files, each behind its length so that none can pass for another.
fn version(files: &[File]) -> Digest {
    let mut hash = Sha256::new();
    let texts = files.iter().flat_map(|file| [&*file.name, &*file.text]);
    for text in [SCHEMA].into_iter().chain(texts) {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    Digest::from_bytes(hash.finalize().into())
}
