//! Which names in a SQL text are those of tagged columns.

use std::collections::BTreeMap;

use domain::Tag;

/// The tagged columns that a query uses, by name. SQL names compare without case; a name
/// that two tables share counts for both, so that too much is marked rather than too little.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tagged(BTreeMap<String, Tag>);

impl Tagged {
    /// From the paths of columns within their tables: `user.email`.
    #[must_use]
    pub fn new(columns: impl IntoIterator<Item = (String, Tag)>) -> Self {
        let columns = columns.into_iter();
        Self(columns.map(|(path, tag)| (name(&path), tag)).collect())
    }

    /// The tag of what a name in the text names.
    pub(super) fn tag_of(&self, text: &str) -> Option<Tag> {
        self.0.get(&name(text)).cloned()
    }
}

/// The last part of a path, without its quotes.
fn name(path: &str) -> String {
    let path = path.trim_matches('`');
    let last = path.rsplit('.').next().unwrap_or(path);
    last.to_ascii_lowercase()
}
