//! Why policies are not taken.

/// Why policies are not taken. Without a policy nothing runs, so loading fails as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// No policy of this name comes with Countersign.
    #[error("there is no policy named `{name}`; there are `balanced` and `strict`")]
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
    /// A policy is not well-formed, does not fit the schema, or lacks an annotation.
    #[error("{file}:{line}: {message}")]
    Invalid {
        /// The file's name.
        file: String,
        /// Counted from one.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The schema that comes with the program cannot be read.
    #[error("the schema of policies cannot be read: {message}")]
    Schema {
        /// What is wrong.
        message: String,
    },
}
