//! Characters that make a text look different from what it is: those that cannot be seen,
//! and letters that look like others (Unicode Technical Report 36, Technical Standard 39).

/// Why a character is not what it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disguise {
    /// It cannot be seen, or moves what is seen.
    Invisible,
    /// It looks like this one.
    LooksLike(char),
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch<'a> {
    /// Is what it seems.
    Plain(&'a str),
    /// Is not.
    Disguised(char, Disguise),
}

/// Cuts a text where something is disguised; the ends of its lines are plain.
#[must_use]
pub fn stretches(text: &str) -> Vec<Stretch<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut start = 0;
    for (at, c, disguise) in disguises(text) {
        let (plain, behind) = rest.split_at(at - start);
        if !plain.is_empty() {
            found.push(Stretch::Plain(plain));
        }
        found.push(Stretch::Disguised(c, disguise));
        rest = behind.get(c.len_utf8()..).unwrap_or_default();
        start = at + c.len_utf8();
    }
    if !rest.is_empty() {
        found.push(Stretch::Plain(rest));
    }
    found
}

/// The text with the code of each disguised character instead of it, for where there is no
/// markup: titles, which the server writes.
#[cfg(any(feature = "ssr", test))]
#[must_use]
pub fn spelled(text: &str) -> String {
    let stretches = stretches(text).into_iter();
    stretches
        .map(|stretch| match stretch {
            Stretch::Plain(text) => text.to_owned(),
            Stretch::Disguised(c, _) => format!("[U+{:04X}]", u32::from(c)),
        })
        .collect()
}

/// Every disguised character with its place in bytes.
#[must_use]
pub fn disguises(text: &str) -> Vec<(usize, char, Disguise)> {
    if text.is_ascii() && !text.contains(|c: char| c.is_ascii_control()) {
        return Vec::new();
    }
    let mut found: Vec<_> = text
        .char_indices()
        .filter(|(_, c)| is_invisible(*c) && !matches!(c, '\n' | '\r'))
        .map(|(at, c)| (at, c, Disguise::Invisible))
        .collect();
    let foreign = text.chars().any(is_plainly_foreign);
    for (start, word) in words(text) {
        if is_mixed(word) || (!foreign && is_made_of_lookalikes(word)) {
            let letters = word.char_indices().filter_map(|(at, c)| {
                let like = looks_like(c)?;
                Some((start + at, c, Disguise::LooksLike(like)))
            });
            found.extend(letters);
        }
    }
    found.sort_by_key(|(at, ..)| *at);
    found
}

/// Characters that change a text without being seen: controls, directions, joiners, fillers,
/// spaces that are not the ordinary one.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    (c.is_control() && c != '\t')
        || (c.is_whitespace() && !matches!(c, ' ' | '\t'))
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split_inclusive(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map(move |word| {
            let at = start;
            start += word.len();
            (at, word)
        })
}

/// Latin letters together with letters that only look Latin.
fn is_mixed(word: &str) -> bool {
    word.contains(|c: char| c.is_ascii_alphabetic()) && word.contains(|c| looks_like(c).is_some())
}

/// A word of several letters, all of which look Latin and none of which is.
fn is_made_of_lookalikes(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    letters.clone().count() > 1 && letters.all(|c| looks_like(c).is_some())
}

/// A Greek, Cyrillic or Armenian letter that looks like no Latin one: whoever writes it
/// writes that language.
fn is_plainly_foreign(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{58f}') && c.is_alphabetic() && looks_like(c).is_none()
}

/// Letters in the order of those that they look like
/// (<https://www.unicode.org/Public/security/latest/confusables.txt>, those drawn alike).
const LOOKALIKES: [(char, &str); 45] = [
    ('A', "ΑА"),
    ('B', "ΒВ"),
    ('C', "СϹ"),
    ('E', "ΕЕ"),
    ('F', "Ϝ"),
    ('H', "ΗН"),
    ('I', "ΙІӀ"),
    ('J', "ЈͿ"),
    ('K', "ΚК"),
    ('M', "ΜМ"),
    ('N', "Ν"),
    ('O', "ΟОՕ"),
    ('P', "ΡР"),
    ('Q', "Ԛ"),
    ('S', "ЅՏ"),
    ('T', "ΤТ"),
    ('U', "Ս"),
    ('V', "Ѵ"),
    ('W', "Ԝ"),
    ('X', "ΧХ"),
    ('Y', "ΥҮ"),
    ('Z', "Ζ"),
    ('a', "аɑα"),
    ('b', "Ь"),
    ('c', "сϲ"),
    ('d', "ԁ"),
    ('e', "еҽ"),
    ('f', "ք"),
    ('g', "ɡց"),
    ('h', "һհ"),
    ('i', "іι"),
    ('j', "јϳ"),
    ('l', "ӏ"),
    ('n', "ո"),
    ('o', "оοօ"),
    ('p', "рρ"),
    ('q', "ԛզ"),
    ('r', "г"),
    ('s', "ѕ"),
    ('u', "υս"),
    ('v', "νѵ"),
    ('w', "ԝ"),
    ('x', "х"),
    ('y', "уγ"),
    ('3', "ЗӠ"),
];

/// The ordinary character that this one looks like.
fn looks_like(c: char) -> Option<char> {
    let code = u32::from(c);
    match c {
        // Full-width forms repeat ASCII.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(code - 0xfee0),
        // Mathematical alphabets: capital and small letters in turn.
        '\u{1d400}'..='\u{1d6a3}' => {
            let place = u8::try_from((code - 0x1d400) % 52).ok()?;
            let first = if place < 26 { b'A' } else { b'a' - 26 };
            Some(char::from(first + place))
        }
        '\u{251}'..='\u{58f}' => LOOKALIKES
            .iter()
            .find(|(_, letters)| letters.contains(c))
            .map(|(like, _)| *like),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_found() {
        assert_eq!(
            spelled("a\u{202e}b\u{200b}c\u{a0}d"),
            "a[U+202E]b[U+200B]c[U+00A0]d"
        );
        assert_eq!(spelled("bell\u{7}"), "bell[U+0007]");
        assert_eq!(
            spelled("two\r\nlines\tand 'é🦀'"),
            "two\r\nlines\tand 'é🦀'"
        );
    }

    #[test]
    fn letters_that_look_like_others_are_found() {
        assert_eq!(spelled("pаyroll"), "p[U+0430]yroll");
        assert_eq!(
            spelled("shop.сору"),
            "shop.[U+0441][U+043E][U+0440][U+0443]"
        );
        assert_eq!(spelled("ｄrop 𝐬elect"), "[U+FF44]rop [U+1D42C]elect");
    }

    #[test]
    fn it_is_known_what_a_letter_looks_like() {
        let like: String = disguises("хｄ𝐬Ａ1")
            .into_iter()
            .filter_map(|(_, _, disguise)| match disguise {
                Disguise::LooksLike(like) => Some(like),
                Disguise::Invisible => None,
            })
            .collect();
        assert_eq!(like, "xdsA");
    }

    #[test]
    fn people_write_in_their_own_language() {
        for text in [
            "Отчёт о продажах: ухо и хор",
            "Łódź, Zürich, façade",
            "αριθμός πελατών",
            "顧客の一覧",
            "а",
        ] {
            assert_eq!(spelled(text), text);
        }
    }
}
