//! Puts SQL into numbered lines of segments that a view can show: what to colour, what
//! to underline, what to make visible.

use domain::{Finding, Severity, Tag};

use super::{
    lexer::{Kind, Piece, pieces},
    tagged::Tagged,
};
use crate::characters::{Disguise, disguises};

/// A stretch of one line that looks the same throughout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Its text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// The gravest finding that covers it.
    pub finding: Option<Severity>,
    /// Why it, a single character, is not what it seems.
    pub disguise: Option<Disguise>,
    /// The tag of the column that it names.
    pub tag: Option<Tag>,
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
pub fn lines(sql: &str, findings: &[Finding], tagged: &Tagged) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    for piece in pieces(sql) {
        let disguises = disguises(piece.text);
        let tag = (piece.kind == Kind::Name).then(|| tagged.tag_of(piece.text));
        for (start, c) in characters(&piece) {
            if let Some(line) = lines.last_mut() {
                note(line, findings, start, c);
                if c != '\n' {
                    let here = |(at, ..): &&(usize, char, Disguise)| piece.start + at == start;
                    let disguise = disguises.iter().find(here);
                    push(
                        line,
                        c,
                        Segment {
                            text: String::new(),
                            kind: piece.kind,
                            finding: gravest(findings, start, c),
                            disguise: disguise.map(|(_, _, disguise)| *disguise),
                            tag: tag.clone().flatten(),
                        },
                    );
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

/// Adds a character to the last segment, or begins another one that is like `looks`.
fn push(line: &mut Line, c: char, looks: Segment) {
    if let Some(last) = line.segments.last_mut()
        && looks.disguise.is_none()
        && last.disguise.is_none()
        && (last.kind, last.finding, &last.tag) == (looks.kind, looks.finding, &looks.tag)
    {
        last.text.push(c);
        return;
    }
    line.segments.push(Segment {
        text: c.to_string(),
        ..looks
    });
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
        lines(sql, &[finding], &Tagged::default())
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
        let notes: Vec<usize> = lines(sql, &[finding(9, 30), finding(99, 100)], &Tagged::default())
            .iter()
            .map(|line| line.notes.len())
            .collect();
        assert_eq!(notes, [0, 1, 0, 1]);
    }

    #[test]
    fn what_is_not_what_it_seems_stands_alone() {
        let line = lines("a\u{202e}b\r\n", &[], &Tagged::default()).remove(0);
        let disguised: Vec<_> = line
            .segments
            .iter()
            .map(|segment| (segment.text.as_str(), segment.disguise))
            .collect();
        let invisible = Some(Disguise::Invisible);
        assert_eq!(
            disguised,
            [("a", None), ("\u{202e}", invisible), ("b", None)]
        );
    }

    #[test]
    fn names_of_tagged_columns_are_known() {
        let ssn = Tag::new("pii.ssn");
        let tagged = Tagged::new([("user.ssn".to_owned(), ssn.clone())]);
        let sql = "SELECT `u`.SSN, ssn2, 'ssn' FROM t -- ssn";
        let line = lines(sql, &[], &tagged).remove(0);
        let found: Vec<_> = line
            .segments
            .into_iter()
            .filter_map(|segment| Some((segment.text, segment.tag?)))
            .collect();
        assert_eq!(found, [("SSN".to_owned(), ssn)]);
    }
}
