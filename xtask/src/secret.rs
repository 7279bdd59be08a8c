//! Secrets of the sandbox, in files that only their owner can read.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result};

/// The secret in the file; makes a random one when there is no file.
pub fn read_or_make(file: &Path) -> Result<String> {
    if let Ok(secret) = fs::read_to_string(file) {
        return Ok(secret);
    }
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut random| random.read_exact(&mut bytes))
        .context("the operating system gave no random bytes")?;
    let secret = hex::encode(bytes);
    write(file, &secret)?;
    Ok(secret)
}

/// Writes a secret anew, readable by its owner only.
pub fn write(file: &Path, secret: &str) -> Result<()> {
    if file.exists() {
        fs::remove_file(file)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let written = options
        .open(file)
        .and_then(|mut file| file.write_all(secret.as_bytes()));
    written.with_context(|| format!("could not write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_from_others() {
        let file = std::env::temp_dir().join(format!("countersign-secret-{}", std::process::id()));
        let made = read_or_make(&file).unwrap();

        assert_eq!(made.len(), 64);
        assert_eq!(read_or_make(&file).unwrap(), made);
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
        fs::remove_file(file).unwrap();
    }
}
