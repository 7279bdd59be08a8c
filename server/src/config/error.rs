//! What is wrong with the configuration, said so that the reader finds the place.
//!
//! Messages never repeat the value: it may be a secret under the wrong key.

use std::{fmt, io, path::PathBuf};

use figment::error::{Actual, Kind};

use super::{ENVIRONMENT_PREFIX, check::Invalid, file::FileText};

/// Why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file, or it may not be read.
    #[error("cannot read the configuration `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is not TOML.
    #[error("{place}: not TOML: {message}")]
    Syntax {
        /// File and line.
        place: Place,
        /// What the parser said.
        message: String,
    },
    /// One key is unknown, missing or wrong.
    #[error("{place}: `{key}` {message}")]
    Key {
        /// The key with its section: `identity.client_id`.
        key: String,
        /// Where it was given.
        place: Place,
        /// What is wrong with it.
        message: String,
    },
}

/// Where a key was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the file.
    File {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// In this environment variable.
    Environment(String),
    /// Nowhere in the file or the environment.
    Absent {
        /// The file that could have had it.
        path: PathBuf,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{}, line {line}", path.display()),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Absent { path } => write!(f, "{}", path.display()),
        }
    }
}

impl ConfigError {
    /// The first thing that figment could not read.
    pub(super) fn from_figment(error: &figment::Error, file: &FileText) -> Self {
        let mut path = error.path.clone();
        match &error.kind {
            Kind::UnknownField(name, _) if path.last() != Some(name) => path.push(name.clone()),
            Kind::MissingField(name) => path.push(name.clone().into_owned()),
            _ => {}
        }
        Self::key(&path.join("."), describe(&error.kind), file)
    }

    /// A value that breaks a rule of ours.
    pub(super) fn from_invalid(invalid: Invalid, file: &FileText) -> Self {
        Self::key(&invalid.key, invalid.message, file)
    }

    fn key(key: &str, message: String, file: &FileText) -> Self {
        Self::Key {
            place: place_of(key, file),
            key: key.to_owned(),
            message,
        }
    }
}

/// The environment wins over the file, so it is asked first.
fn place_of(key: &str, file: &FileText) -> Place {
    let variable = format!(
        "{ENVIRONMENT_PREFIX}{}",
        key.replace('.', "__").to_uppercase()
    );
    if std::env::var_os(&variable).is_some() {
        return Place::Environment(variable);
    }
    match file.line_of(key) {
        Some(line) => Place::File {
            path: file.path.clone(),
            line,
        },
        None => Place::Absent {
            path: file.path.clone(),
        },
    }
}

fn describe(kind: &Kind) -> String {
    match kind {
        Kind::UnknownField(_, known) => format!("is unknown; known here: {}", known.join(", ")),
        Kind::UnknownVariant(_, known) => format!("must be one of {}", known.join(", ")),
        Kind::MissingField(_) => "is missing".to_owned(),
        Kind::InvalidType(actual, expected) => {
            format!("must be {expected}, not {}", type_of(actual))
        }
        Kind::InvalidValue(_, expected) => format!("must be {expected}"),
        Kind::InvalidLength(_, expected) => format!("must have {expected}"),
        Kind::DuplicateField(_) => "is given twice".to_owned(),
        Kind::ISizeOutOfRange(_) | Kind::USizeOutOfRange(_) => "is out of range".to_owned(),
        // The texts of other errors can quote the value.
        Kind::Message(_) | Kind::Unsupported(_) | Kind::UnsupportedKey(..) => {
            "cannot be read".to_owned()
        }
    }
}

/// The type without the value.
const fn type_of(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "a boolean",
        Actual::Unsigned(_) | Actual::Signed(_) => "an integer",
        Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "a string",
        Actual::Seq => "a list",
        Actual::Map => "a table",
        _ => "something else",
    }
}
