//! Pseudo-columns of a masked table. `SELECT *` does not hold them, and BigQuery allows no column
//! to be named like them, so they leave the subquery under other names, which the text then uses.

use std::collections::{BTreeMap, BTreeSet};

use super::{Edit, unmaskable};
use crate::{
    finding::Followed,
    mask::quoted,
    walk::{Masked, Star},
};

/// What a pseudo-column is called outside the subquery.
fn outside(pseudo: &str) -> String {
    format!("countersign{}", pseudo.to_ascii_lowercase())
}

/// The pseudo-columns in use, behind the columns of the subquery.
pub(super) fn selected(masked: &Masked) -> Followed<String> {
    let mut selected = Vec::new();
    for pseudo in masked.pseudo.keys() {
        let name = outside(pseudo);
        if masked.fields.iter().any(|field| field.is_named(&name)) {
            let message = "A column of it has a name that masks use.";
            return Err(unmaskable(&masked.place, message));
        }
        selected.push(format!(", {pseudo} AS {}", quoted(&name)));
    }
    Ok(selected.concat())
}

/// Stars, and the names that they must leave out.
pub(super) type Hidden = BTreeMap<Star, BTreeSet<String>>;

/// Lets the text name the pseudo-columns as they are called outside the subquery.
pub(super) fn rename(
    masked: &Masked,
    naming: &BTreeSet<usize>,
    edits: &mut Vec<Edit>,
    hidden: &mut Hidden,
) -> Followed<()> {
    if masked.pseudo.is_empty() {
        return Ok(());
    }
    if masked.whole {
        let message = "A pseudo-column and the row as a whole are used at once.";
        return Err(unmaskable(&masked.place, message));
    }
    for (pseudo, uses) in &masked.pseudo {
        let name = quoted(&outside(pseudo));
        for &(start, end) in uses {
            let mut text = name.clone();
            if naming.contains(&start) {
                text.push_str(" AS ");
                text.push_str(pseudo);
            }
            edits.push(Edit {
                place: start..end,
                text,
            });
        }
        for star in &masked.stars {
            hidden.entry(*star).or_default().insert(name.clone());
        }
    }
    Ok(())
}

/// Keeps the stars as wide as they were.
pub(super) fn leave_out(hidden: Hidden, edits: &mut Vec<Edit>) {
    for (star, names) in hidden {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let (at, text) = match star.except {
            Some(first) => (first, format!("{names}, ")),
            None => (star.end, format!(" EXCEPT ({names})")),
        };
        edits.push(Edit {
            place: at..at,
            text,
        });
    }
}
