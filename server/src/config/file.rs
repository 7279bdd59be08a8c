//! The configuration file as text, and on which line a key stands.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Place};

/// A file that is known to be TOML.
pub(super) struct FileText {
    /// Where it was read.
    pub path: PathBuf,
    /// All of it.
    pub text: String,
}

impl FileText {
    /// Reads the file and checks its syntax.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let path = path.to_owned();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(source) => return Err(ConfigError::Read { path, source }),
        };
        if let Err(error) = DeTable::parse(&text) {
            let offset = error.span().map_or(0, |span| span.start);
            let line = line_at(&text, offset);
            return Err(ConfigError::Syntax {
                place: Place::File { path, line },
                message: error.message().to_owned(),
            });
        }
        Ok(Self { path, text })
    }

    /// The line of the key, or of the value above it that holds it. A part of the key may have
    /// dots itself, as the tags of masks do.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        let document = DeTable::parse(&self.text).ok()?;
        let mut table = document.get_ref();
        let mut rest = key;
        loop {
            let (name, value, further) = table.iter().find_map(|(name, value)| {
                let further = rest.strip_prefix(name.get_ref().as_ref())?;
                let ends = further.is_empty() || further.starts_with('.');
                ends.then_some((name, value, further))
            })?;
            match (value.get_ref(), further.strip_prefix('.')) {
                (DeValue::Table(inner), Some(further)) => (table, rest) = (inner, further),
                _ => return Some(line_at(&self.text, name.span().start)),
            }
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}
