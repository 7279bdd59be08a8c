//! The lines of a comparison on which something changed.

use super::{
    diff::Change,
    lexer::{Kind, Piece},
};

/// Cuts a comparison into lines and keeps those with a change that is more than layout.
#[must_use]
pub fn changed_lines<'a>(changes: &[Change<'a>]) -> Vec<Vec<Change<'a>>> {
    let mut lines = vec![Vec::new()];
    for (place, change) in changes.iter().enumerate() {
        let piece = change.piece();
        // A removed line's end counts only where another removed line follows.
        let goes_on = matches!(changes.get(place + 1), Some(Change::Removed(_)));
        if matches!(change, Change::Removed(_)) && piece.kind == Kind::Space && !goes_on {
            continue;
        }
        for (number, text) in piece.text.split('\n').enumerate() {
            if number > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut()
                && !text.is_empty()
            {
                line.push(change.with(Piece { text, ..piece }));
            }
        }
    }
    lines.retain(|line| line.iter().any(is_change));
    lines
}

fn is_change(change: &Change<'_>) -> bool {
    !matches!(change, Change::Same(_)) && change.piece().kind != Kind::Space
}

#[cfg(test)]
mod tests {
    use super::{super::diff::compare, *};

    fn changed(before: &str, after: &str) -> Vec<String> {
        changed_lines(&compare(before, after).expect("short enough"))
            .into_iter()
            .map(|line| line.iter().map(|change| change.piece().text).collect())
            .collect()
    }

    #[test]
    fn only_lines_with_a_change_are_kept() {
        let before = "SELECT a\nFROM t\nWHERE x = 1\nLIMIT 5";
        assert!(changed(before, before).is_empty());
        assert!(changed(before, "select a from t\n where x = 1 limit 5").is_empty());
        assert_eq!(
            changed(before, "SELECT a\nFROM t\nWHERE x = 2\nLIMIT 5"),
            ["WHERE x = 12"]
        );
        let longer = "SELECT a\nFROM t\nWHERE b\nLIMIT 5";
        let shorter = "SELECT a\nFROM t";
        assert_eq!(changed(shorter, longer), ["WHERE b", "LIMIT 5"]);
        assert_eq!(changed(longer, shorter), ["FROM tWHERE b", "LIMIT 5"]);
    }
}
