//! What differs between two SQL texts, piece by piece, so that a new layout alone is
//! not a difference.

use super::lexer::{Kind, Piece, pieces};

/// Comparing takes time and space by the product of both lengths: above this many
/// pieces, nothing is compared.
const MOST_PIECES: usize = 2_000;

/// One piece of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    /// In both.
    Same(Piece<'a>),
    /// Only in the first.
    Removed(Piece<'a>),
    /// Only in the second.
    Added(Piece<'a>),
}

impl<'a> Change<'a> {
    /// What is the same, removed or added.
    #[must_use]
    pub const fn piece(&self) -> Piece<'a> {
        let (Self::Same(piece) | Self::Removed(piece) | Self::Added(piece)) = self;
        *piece
    }

    /// The same kind of change, of another piece.
    #[must_use]
    pub const fn with(&self, piece: Piece<'a>) -> Self {
        match self {
            Self::Same(_) => Self::Same(piece),
            Self::Removed(_) => Self::Removed(piece),
            Self::Added(_) => Self::Added(piece),
        }
    }
}

/// Compares two texts by their longest common sequence of pieces; spaces come from the
/// text that they stand in. None when a text is too long to compare.
#[must_use]
pub fn compare<'a>(first: &'a str, second: &'a str) -> Option<Vec<Change<'a>>> {
    let (old, new) = (pieces(first), pieces(second));
    if old.len().max(new.len()) > MOST_PIECES {
        return None;
    }
    let lengths = common_lengths(&old, &new);
    let at = |i: usize, j: usize| lengths.get(i * (new.len() + 1) + j).copied().unwrap_or(0);
    let mut changes = Vec::with_capacity(old.len().max(new.len()));
    let (mut i, mut j) = (0, 0);
    loop {
        match (old.get(i), new.get(j)) {
            (None, None) => return Some(changes),
            (Some(piece), _) if piece.kind == Kind::Space && follows_removed(&changes) => {
                changes.push(Change::Removed(*piece));
                i += 1;
            }
            (Some(piece), _) if piece.kind == Kind::Space => i += 1,
            (_, Some(piece)) if piece.kind == Kind::Space => {
                changes.push(if follows_added(&changes) {
                    Change::Added(*piece)
                } else {
                    Change::Same(*piece)
                });
                j += 1;
            }
            (Some(a), Some(b)) if same(a, b) => {
                changes.push(Change::Same(*b));
                i += 1;
                j += 1;
            }
            (Some(piece), other) if other.is_none() || at(i + 1, j) >= at(i, j + 1) => {
                changes.push(Change::Removed(*piece));
                i += 1;
            }
            (_, Some(piece)) => {
                changes.push(Change::Added(*piece));
                j += 1;
            }
            (Some(_), None) => i += 1,
        }
    }
}

fn follows_removed(changes: &[Change<'_>]) -> bool {
    matches!(changes.last(), Some(Change::Removed(piece)) if piece.kind != Kind::Space)
}

fn follows_added(changes: &[Change<'_>]) -> bool {
    matches!(changes.last(), Some(Change::Added(piece)) if piece.kind != Kind::Space)
}

/// Keywords and names are the same whatever their case; literals only as they are.
fn same(a: &Piece<'_>, b: &Piece<'_>) -> bool {
    match a.kind {
        Kind::Keyword | Kind::Name => a.text.eq_ignore_ascii_case(b.text),
        _ => a.text == b.text,
    }
}

/// For every pair of tails, the length of their longest common sequence, row by row.
fn common_lengths(old: &[Piece<'_>], new: &[Piece<'_>]) -> Vec<u16> {
    let width = new.len() + 1;
    let mut lengths = vec![0u16; (old.len() + 1) * width];
    let cell =
        |lengths: &[u16], i: usize, j: usize| lengths.get(i * width + j).copied().unwrap_or(0);
    for (i, a) in old.iter().enumerate().rev() {
        for (j, b) in new.iter().enumerate().rev() {
            let longest = if a.kind == Kind::Space {
                cell(&lengths, i + 1, j)
            } else if b.kind == Kind::Space {
                cell(&lengths, i, j + 1)
            } else if same(a, b) {
                cell(&lengths, i + 1, j + 1).saturating_add(1)
            } else {
                cell(&lengths, i + 1, j).max(cell(&lengths, i, j + 1))
            };
            if let Some(slot) = lengths.get_mut(i * width + j) {
                *slot = longest;
            }
        }
    }
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(first: &str, second: &str) -> String {
        compare(first, second)
            .expect("short enough")
            .into_iter()
            .map(|change| match change {
                Change::Same(piece) => piece.text.to_owned(),
                Change::Removed(piece) => format!("[-{}]", piece.text),
                Change::Added(piece) => format!("[+{}]", piece.text),
            })
            .collect()
    }

    #[test]
    fn layout_and_case_are_no_difference() {
        assert_eq!(
            marked("select a\n  from t", "SELECT a FROM t"),
            "SELECT a FROM t"
        );
    }

    #[test]
    fn what_was_added_and_removed_is_marked() {
        assert_eq!(
            marked("SELECT a FROM t", "SELECT b FROM t"),
            "SELECT [-a][-\u{20}][+b][+\u{20}]FROM t"
        );
        assert_eq!(marked("", "x"), "[+x]");
        assert_eq!(marked("x", ""), "[-x]");
    }

    #[test]
    fn a_text_too_long_is_not_compared() {
        assert_eq!(compare(&"a,".repeat(MOST_PIECES), "a"), None);
    }
}
