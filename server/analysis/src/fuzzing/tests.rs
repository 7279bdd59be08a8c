//! The smoke run: the corpus of every target, and queries mutated from fixed numbers.

use std::{fs, path::Path};

use super::{judge, query, read, rewrite};

/// How many queries are made.
const QUERIES: u64 = 4_000;

/// A text's worth of bytes that look like chance, the same in every run (`SplitMix64`).
fn bytes(number: u64) -> Vec<u8> {
    let words = (0..=number % 12).map(|word| {
        let mut z = (number * 16 + word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).to_le_bytes()
    });
    words.flatten().collect()
}

/// Puts one character that begins or ends something anywhere into the text.
fn disturbed(text: &str, number: u64) -> String {
    let disturbing: Vec<char> = "'\"`\\\r\n-/*#rb\u{a0}\u{2028}é();".chars().collect();
    let mut characters: Vec<char> = text.chars().collect();
    let pick = |count: usize, of: u64| usize::try_from(of).map_or(0, |of| of % count.max(1));
    let at = pick(characters.len(), number.wrapping_mul(7_919));
    characters.insert(at, disturbing[pick(disturbing.len(), number)]);
    characters.into_iter().collect()
}

#[test]
fn mutated_queries_keep_every_rule() {
    for number in 0..QUERIES {
        let text = query(&bytes(number));
        read(&text);
        judge(&text);
        rewrite(&text);
        let text = disturbed(&text, number);
        read(&text);
        judge(&text);
        rewrite(&text);
    }
}

#[test]
fn the_corpus_keeps_every_rule() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let replay = |target: &str, body: &dyn Fn(&[u8])| {
        let files = fs::read_dir(corpus.join(target)).expect("a corpus");
        let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        assert!(!files.is_empty(), "the corpus of {target} is empty");
        for file in files {
            body(&fs::read(file).expect("an input"));
        }
    };
    replay("lexer", &|input| read(&String::from_utf8_lossy(input)));
    replay("analysis", &|input| judge(&String::from_utf8_lossy(input)));
    replay("rewrite", &|input| rewrite(&query(input)));
}
