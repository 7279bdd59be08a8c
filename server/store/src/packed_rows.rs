//! Rows as the database keeps them: compressed where that makes them smaller.

use crate::StoreError;

/// zstd's fastest level but one: rows are written once and rarely read, while a query waits.
const LEVEL: i32 = 1;

/// A page of masked rows, ready to be kept.
#[derive(Clone, PartialEq, Eq)]
pub struct PackedRows {
    pub(crate) coding: Coding,
    pub(crate) bytes: Vec<u8>,
}

/// How the bytes are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As they are.
    Plain,
    /// RFC 8878.
    Zstd,
}

impl Coding {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Zstd => "zstd",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "plain" => Some(Self::Plain),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }
}

impl PackedRows {
    /// Takes milliseconds for a megabyte: not for a thread that others wait for.
    #[must_use]
    pub fn pack(json: &str) -> Self {
        let compressed = zstd::bulk::compress(json.as_bytes(), LEVEL).ok();
        match compressed.filter(|bytes| bytes.len() < json.len()) {
            Some(bytes) => Self {
                coding: Coding::Zstd,
                bytes,
            },
            None => Self {
                coding: Coding::Plain,
                bytes: json.as_bytes().to_vec(),
            },
        }
    }

    /// The JSON text that was packed.
    pub fn unpack(self) -> Result<String, StoreError> {
        let damaged = StoreError::Inconsistent { column: "rows" };
        let bytes = match self.coding {
            Coding::Plain => self.bytes,
            Coding::Zstd => match zstd::decode_all(self.bytes.as_slice()) {
                Ok(bytes) => bytes,
                Err(_) => return Err(damaged),
            },
        };
        String::from_utf8(bytes).map_err(|_| damaged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_comes_back_and_is_no_larger() {
        for text in [
            "[]",
            "[[1]]",
            &format!("[{}]", "[\"order\",1],".repeat(1000)),
        ] {
            let packed = PackedRows::pack(text);
            assert!(packed.bytes.len() <= text.len());
            assert_eq!(packed.unpack().unwrap(), text);
        }
    }

    #[test]
    fn many_rows_are_compressed() {
        let text = "[\"order\",1],".repeat(1000);
        assert!(PackedRows::pack(&text).bytes.len() < text.len() / 10);
    }

    #[test]
    fn damaged_rows_are_an_error() {
        let mut packed = PackedRows::pack(&"[\"order\",1],".repeat(1000));
        packed.bytes.truncate(10);
        assert!(packed.unpack().is_err());
    }
}
