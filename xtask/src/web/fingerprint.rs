//! One digest over everything that a result was made of, to know whether to make it again.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A digest over files and texts.
#[derive(Default)]
pub struct Fingerprint(Sha256);

impl Fingerprint {
    /// Adds a file, or all files below a folder, by their paths from the root; what does not
    /// exist counts as empty.
    pub fn add(&mut self, root: &Path, path: &str) -> Result<()> {
        for file in files_below(&root.join(path))? {
            let content =
                fs::read(&file).with_context(|| format!("could not read {}", file.display()))?;
            self.add_text(&file.strip_prefix(root)?.to_string_lossy());
            self.0.update(Sha256::digest(content));
        }
        Ok(())
    }

    /// Adds a text.
    pub fn add_text(&mut self, text: &str) {
        self.0.update(text.len().to_le_bytes());
        self.0.update(text);
    }

    /// The digest.
    pub fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// The files at or below a path, in a stable order.
pub fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    let mut entries = fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    let mut files = Vec::new();
    for entry in entries {
        files.extend(files_below(&entry.path())?);
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(texts: &[&str]) -> String {
        let mut fingerprint = Fingerprint::default();
        for text in texts {
            fingerprint.add_text(text);
        }
        fingerprint.finish()
    }

    #[test]
    fn texts_do_not_run_into_each_other() {
        assert_ne!(fingerprint(&["ab", "c"]), fingerprint(&["a", "bc"]));
        assert_eq!(fingerprint(&["ab", "c"]), fingerprint(&["ab", "c"]));
    }

    #[test]
    fn what_does_not_exist_counts_as_empty() {
        let mut missing = Fingerprint::default();
        missing.add(Path::new("/"), "no/such/folder").unwrap();
        assert_eq!(missing.finish(), fingerprint(&[]));
    }
}
