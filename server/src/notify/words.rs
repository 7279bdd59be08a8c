//! How mails put things: one line of somebody's text, a time.

use domain::{RiskLevel, Timestamp};

/// Somebody's longer texts are cut; the page has them whole.
const MAXIMUM_LENGTH: usize = 300;

/// What people or agents wrote, as one line: it cannot pass for another part of the mail,
/// nor reorder it with invisible characters.
pub(super) fn one_line(text: &str) -> String {
    let visible = |c: char| !is_reordering(c);
    let spaced = |c: char| if c.is_control() { ' ' } else { c };
    let text: String = text.chars().filter(|c| visible(*c)).map(spaced).collect();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= MAXIMUM_LENGTH {
        return text;
    }
    text.chars().take(MAXIMUM_LENGTH - 1).chain(['…']).collect()
}

/// Zero-width and bidirectional formatting characters (Unicode UAX 9, section 2).
fn is_reordering(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A time to the minute: `2026-11-22 03:04 UTC`.
pub(crate) fn minute(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

/// Risk in a word.
pub(crate) const fn risk(level: RiskLevel) -> &'static str {
    match level {
        RiskLevel::Low => "Low",
        RiskLevel::Moderate => "Moderate",
        RiskLevel::High => "High",
        RiskLevel::Critical => "Critical",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_stays_one_line() {
        assert_eq!(
            one_line("weekly report\r\n\r\nApproved by: \u{202e}nobody"),
            "weekly report Approved by: nobody"
        );
        assert_eq!(one_line(&"x".repeat(1000)).chars().count(), MAXIMUM_LENGTH);
    }
}
