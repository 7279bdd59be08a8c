//! The scan of a page of rows: one pass, each cell decoded and looked at once.

use std::collections::BTreeSet;

use domain::Column;
use serde_json::Value;

use crate::{
    cell::{MaskError, MaskedRow, RawCell},
    decode::decode,
    detect::{Detected, detector_names, scan_number, scan_text},
    report::Report,
};

/// Decodes rows and replaces what looks sensitive in columns that the SQL did not mask.
///
/// `already_masked` holds the positions of the columns that the masked SQL gives masked; their
/// values are left alone.
///
/// ```
/// use masking::{RawCell, mask_rows};
/// use std::collections::BTreeSet;
///
/// let schema: Vec<domain::Column> =
///     serde_json::from_str(r#"[{"name":"note","type":"STRING"}]"#).unwrap();
/// let cell = RawCell::from_wire("write to ann@example.com".into());
/// let (rows, report) = mask_rows(&schema, &BTreeSet::new(), vec![vec![cell]]).unwrap();
/// assert_eq!(rows[0].values()[0], "write to [masked: pii.email]");
/// assert_eq!(report.detected[0].detector, "pii.email");
/// ```
pub fn mask_rows(
    schema: &[Column],
    already_masked: &BTreeSet<usize>,
    rows: Vec<Vec<RawCell>>,
) -> Result<(Vec<MaskedRow>, Report), MaskError> {
    let mut masked = Vec::with_capacity(rows.len());
    let mut report = Report::default();
    for row in rows {
        masked.push(mask_row(schema, already_masked, row, &mut report)?);
    }
    Ok((masked, report))
}

fn mask_row(
    schema: &[Column],
    already_masked: &BTreeSet<usize>,
    row: Vec<RawCell>,
    report: &mut Report,
) -> Result<MaskedRow, MaskError> {
    if row.len() != schema.len() {
        return Err(MaskError::ColumnCount {
            expected: schema.len(),
            found: row.len(),
        });
    }
    let mut values = Vec::with_capacity(row.len());
    for (position, (column, cell)) in schema.iter().zip(row).enumerate() {
        let mut value = decode(column, cell.into_wire())?;
        if !already_masked.contains(&position) {
            let mut detected = Detected::default();
            scan(&mut value, &mut detected);
            for detector in detector_names(detected) {
                report.add(&column.name, detector, 1);
            }
        }
        values.push(value);
    }
    Ok(MaskedRow(values))
}

/// Looks at every text and number within a value, the names of JSON members included.
///
/// A decoded value nests no deeper than its JSON text may, which the decoder bounds.
fn scan(value: &mut Value, detected: &mut Detected) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => {
            let replaced = number
                .as_u64()
                .and_then(|n| scan_number(&n.to_string(), detected));
            if let Some(replaced) = replaced {
                *value = Value::String(replaced);
            }
        }
        Value::String(text) => {
            if let Some(replaced) = scan_text(text, detected) {
                *text = replaced;
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(|e| scan(e, detected)),
        Value::Object(members) => {
            let sensitive = members
                .keys()
                .any(|name| scan_text(name, &mut Detected::default()).is_some());
            if sensitive {
                rename_members(members, detected);
            }
            members
                .values_mut()
                .for_each(|member| scan(member, detected));
        }
    }
}

/// A JSON member may be named after a value, as in a map from addresses to counts.
fn rename_members(members: &mut serde_json::Map<String, Value>, detected: &mut Detected) {
    let old = std::mem::take(members);
    for (position, (name, member)) in old.into_iter().enumerate() {
        let name = match scan_text(&name, detected) {
            Some(replaced) => format!("{replaced} {position}"),
            None => name,
        };
        members.insert(name, member);
    }
}

#[cfg(test)]
mod tests;
