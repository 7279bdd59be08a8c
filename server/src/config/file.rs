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

    /// The line of the key, or of the nearest table above it that is there.
    pub(super) fn line_of(&self, key: &str) -> Option<usize> {
        let document = DeTable::parse(&self.text).ok()?;
        let mut table = document.get_ref();
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            let (name, value) = table
                .iter()
                .find(|(name, _)| name.get_ref().as_ref() == part)?;
            match value.get_ref() {
                DeValue::Table(inner) if parts.peek().is_some() => table = inner,
                _ => return Some(line_at(&self.text, name.span().start)),
            }
        }
        None
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}
