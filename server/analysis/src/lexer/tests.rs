use sqlparser::tokenizer::{Token, Whitespace};

fn words(text: &str) -> Vec<String> {
    super::tokens(text)
        .expect("a text that can be read")
        .into_iter()
        .filter(|t| t.token != Token::Whitespace(Whitespace::Space))
        .map(|t| match t.token {
            Token::Word(word) => word.value,
            Token::SingleQuotedString(text) => format!("'{text}"),
            Token::SingleQuotedByteStringLiteral(text) => format!("b'{text}"),
            token => token.to_string(),
        })
        .collect()
}

#[test]
fn a_bare_carriage_return_ends_a_comment() {
    assert_eq!(words("a --x\r, b # y\r/* ' */ c"), ["a", ",", "b", "c"]);
}

#[test]
fn a_backslash_does_not_free_the_quote_in_any_form() {
    for prefix in ["", "r", "R", "b", "rb", "bR"] {
        let read = words(&format!(r"{prefix}'\' , ' AS a, ssn -- '"));
        assert_eq!(read[1..], ["AS", "a", ",", "ssn"], "{prefix}");
    }
}

#[test]
fn escapes_in_names_are_spelled_out() {
    assert_eq!(words(r"`s\x73n` `\163\u0073n` `\`x`"), ["ssn", "ssn", "`x"]);
}

#[test]
fn triple_quotes_span_lines_and_hold_quotes() {
    assert_eq!(words("'''a'\n''b''' \"\"\"x\"\"\""), ["'a'\n''b", "'x"]);
    assert_eq!(words("''"), ["'"]);
}

#[test]
fn numbers_and_paths_are_told_apart() {
    assert_eq!(words("1.5e3 .5 1. 0xFF"), ["1.5e3", ".5", "1.", "0xFF"]);
    assert_eq!(
        words("my-project-12.ds"),
        ["my", "-", "project", "-", "12", ".", "ds"]
    );
    assert_eq!(words("p-12.`ds`"), ["p", "-", "12", ".", "ds"]);
    assert_eq!(words("a.b.c"), ["a", ".", "b", ".", "c"]);
    assert_eq!(
        words("a.1b x[0].2"),
        ["a", ".", "1b", "x", "[", "0", "]", ".", "2"]
    );
    assert_eq!(words("@@error.message"), ["@@error.message"]);
}

#[test]
fn a_parameters_name_may_be_quoted() {
    assert_eq!(words("@`id`+@id"), ["@id", "+", "@id"]);
}

#[test]
fn what_is_not_googlesql_is_refused() {
    for text in [
        "@`a b`",
        "@`1`",
        "@`a",
        "'a",
        "'a\nb'",
        "'it''s'",
        r"'\q'",
        "`a",
        "``",
        "/* x",
        "1a",
        // GoogleSQL reads the number `1.` and a keyword.
        "SELECT 1.FROM t",
        "SELECT a-1.FROM t",
        "@{x=1}",
        "{",
        "$1",
        "a\u{2028}b",
        "x\u{200b}",
        "#legacySQL\nSELECT 1",
        "é",
        r"r'\",
        "'a'b",
    ] {
        assert!(super::tokens(text).is_err(), "{text:?}");
    }
}

#[test]
fn no_place_splits_a_character() {
    for text in ["`é", "'é", "rb'é", "SELECT '''é", "\"é"] {
        let refusal = super::tokens(text).expect_err("an open quote");
        let finding = refusal.into_finding_within(&(0..text.len()));
        assert!(text.get(finding.start..finding.end).is_some(), "{text}");
    }
}
