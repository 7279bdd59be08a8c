//! Secrets in configuration: given as `x` or in the file `x_file`, and never printed.

use std::{fs, path::PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Serialize as _, Serializer};

use super::check::Invalid;

/// Reads the secret from its file, when that is how it was given.
///
/// `file_key` is the key of the file, for the error.
pub(super) fn resolve(
    secret: &mut Option<SecretString>,
    file: Option<&PathBuf>,
    file_key: &'static str,
) -> Result<(), Invalid> {
    if let Some(file) = file {
        if secret.is_some() {
            return Err(Invalid::new(
                file_key,
                "give the secret itself or its file, not both",
            ));
        }
        let text = fs::read_to_string(file)
            .map_err(|error| Invalid::new(file_key, format!("cannot be read: {error}")))?;
        *secret = Some(SecretString::from(text.trim_end_matches(['\r', '\n'])));
    }
    if secret
        .as_ref()
        .is_some_and(|secret| secret.expose_secret().is_empty())
    {
        return Err(Invalid::new(file_key, "the secret is empty"));
    }
    Ok(())
}

/// Writes that there is a secret, and not which.
#[expect(
    clippy::ref_option,
    reason = "serde's `serialize_with` passes `&Option`"
)]
pub(super) fn redacted<S: Serializer>(
    secret: &Option<SecretString>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(|_| "[redacted]").serialize(serializer)
}
