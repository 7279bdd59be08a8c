//! Puts SQL into numbered lines of segments that a view can show: what to colour, what
//! to underline, what to make visible.

use domain::{Finding, Severity};

use super::lexer::{Kind, Piece, pieces};

/// A stretch of one line that looks the same throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its text; for an invisible character, the character's code.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// The gravest finding that covers it.
    pub finding: Option<Severity>,
    /// Whether it stands for a character that cannot be seen.
    pub invisible: bool,
}

/// One line with the findings that begin on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// Its stretches, in order.
    pub segments: Vec<Segment>,
    /// What was found on it.
    pub notes: Vec<Finding>,
}

/// Lays a text out. Spans that lie outside the text, or cut a character, are stretched
/// to what they touch.
#[must_use]
pub fn lines(sql: &str, findings: &[Finding]) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for piece in pieces(sql) {
        for (start, c) in characters(&piece) {
            if let Some(line) = lines.last_mut() {
                note(line, findings, start, c);
                if c != '\n' {
                    push(line, piece.kind, c, gravest(findings, start, c));
                }
            }
            if c == '\n' {
                lines.push(Line::default());
            }
        }
    }
    unplaced(&mut lines, findings, sql);
    lines
}

/// The characters of a piece with their places; a carriage return before a line's end
/// belongs to the end.
fn characters<'a>(piece: &Piece<'a>) -> impl Iterator<Item = (usize, char)> + use<'a> {
    let Piece { text, start, .. } = *piece;
    text.char_indices().filter_map(move |(at, c)| {
        let ends_line = c == '\r'
            && text
                .get(at + 1..)
                .is_some_and(|rest| rest.starts_with('\n'));
        (!ends_line).then_some((start + at, c))
    })
}

fn note(line: &mut Line, findings: &[Finding], start: usize, c: char) {
    let here = start..start + c.len_utf8();
    line.notes.extend(
        findings
            .iter()
            .filter(|finding| here.contains(&finding.start))
            .cloned(),
    );
}

/// Findings that point behind the text are said on the last line.
fn unplaced(lines: &mut [Line], findings: &[Finding], sql: &str) {
    if let Some(line) = lines.last_mut() {
        let behind = findings.iter().filter(|finding| finding.start >= sql.len());
        line.notes.extend(behind.cloned());
    }
}

fn gravest(findings: &[Finding], start: usize, c: char) -> Option<Severity> {
    let end = start + c.len_utf8();
    findings
        .iter()
        .filter(|finding| finding.start < end && start < finding.end)
        .map(|finding| finding.severity)
        .max()
}

fn push(line: &mut Line, kind: Kind, c: char, finding: Option<Severity>) {
    let invisible = is_invisible(c);
    if let Some(last) = line.segments.last_mut()
        && !invisible
        && !last.invisible
        && (last.kind, last.finding) == (kind, finding)
    {
        last.text.push(c);
        return;
    }
    let text = if invisible {
        format!("U+{:04X}", u32::from(c))
    } else {
        c.to_string()
    };
    line.segments.push(Segment {
        text,
        kind,
        finding,
        invisible,
    });
}

/// Characters that change a text without being seen: controls, directions, joiners,
/// spaces that are not the ordinary one (Unicode Technical Report 36).
fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\t')
        || (c.is_whitespace() && !matches!(c, ' ' | '\t'))
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(start: usize, end: usize) -> Finding {
        Finding {
            code: "sensitive_predicate".to_owned(),
            severity: Severity::High,
            message: "ssn decides which rows come back".to_owned(),
            hint: String::new(),
            start,
            end,
        }
    }

    fn underlined(sql: &str, finding: Finding) -> Vec<String> {
        lines(sql, &[finding])
            .into_iter()
            .flat_map(|line| line.segments)
            .filter(|segment| segment.finding.is_some())
            .map(|segment| segment.text)
            .collect()
    }

    #[test]
    fn a_span_behind_wider_characters_is_underlined_where_it_is() {
        let sql = "SELECT 'é🦀' AS x, ssn FROM t";
        let start = sql.find("ssn").expect("is there");
        assert_eq!(underlined(sql, finding(start, start + 3)), ["ssn"]);
    }

    #[test]
    fn a_span_that_cuts_a_character_takes_it_whole() {
        assert_eq!(underlined("'é'", finding(2, 2 + 1)), ["é"]);
        assert!(underlined("a", finding(5, 9)).is_empty());
    }

    #[test]
    fn a_finding_is_said_once_on_the_line_where_it_begins() {
        let sql = "SELECT a\nFROM t\nWHERE\n ssn > 1";
        let notes: Vec<usize> = lines(sql, &[finding(9, 30), finding(99, 100)])
            .iter()
            .map(|line| line.notes.len())
            .collect();
        assert_eq!(notes, [0, 1, 0, 1]);
    }

    #[test]
    fn what_cannot_be_seen_is_spelled_out() {
        let line = lines("a\u{202e}b\r\n", &[]).remove(0);
        let texts: Vec<_> = line
            .segments
            .iter()
            .map(|segment| segment.text.as_str())
            .collect();
        assert_eq!(texts, ["a", "U+202E", "b"]);
    }
}
