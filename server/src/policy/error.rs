//! Why policies are not taken.

use std::fmt;

/// Why policies are not taken. Without a policy nothing runs, so loading fails as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No policy of this name comes with Countersign.
    #[error(
        "there is no policy named `{name}`; there are `balanced`, `essential`, `pci` and `strict`"
    )]
    UnknownName {
        /// As asked.
        name: String,
    },
    /// The folder or a file in it cannot be read.
    #[error("`{path}` cannot be read: {kind}")]
    Unreadable {
        /// The folder or file.
        path: String,
        /// What stood in the way.
        kind: std::io::ErrorKind,
    },
    /// The folder has no policy in it.
    #[error("`{path}` holds no policy: it needs a file that ends in `.cedar`")]
    Empty {
        /// The folder.
        path: String,
    },
    /// None of the files has a policy in it.
    #[error("there is no policy in these files, so nothing could ever run")]
    NoPolicy,
    /// Nothing was put in force yet.
    #[error("no policy is in force")]
    NoneInForce,
    /// Policies are not well-formed, do not fit the schema, or lack annotations.
    #[error("{}", lines(.0))]
    Invalid(Vec<Fault>),
    /// The schema that comes with the program cannot be read.
    #[error("the schema of policies cannot be read: {message}")]
    Schema {
        /// What is wrong.
        message: String,
    },
}

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The file's name.
    pub file: String,
    /// Counted from one.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.message)
    }
}

fn lines(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
