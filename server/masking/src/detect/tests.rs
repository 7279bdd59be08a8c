use super::*;

fn scanned(text: &str) -> (Option<String>, Vec<&'static str>) {
    let mut detected = Detected::default();
    let scanner = Scanner {
        gate: Gate::of_page(text),
        key: None,
    };
    let replaced = scanner.scan(text, &mut detected);
    let names = detected
        .detectors()
        .map(|detector| DETECTORS[detector].name);
    (replaced, names.collect())
}

fn finds(text: &str) -> Vec<&'static str> {
    scanned(text).1
}

#[test]
fn every_pattern_compiles() {
    assert!(PATTERNS.is_some());
    assert!(pattern::NUMBERS.is_some());
}

#[test]
fn what_is_sensitive_is_found() {
    for (text, name) in [
        ("ann.lee+x@mail.example.co.uk", "pii.email"),
        ("mailto:jo@example.com?x", "pii.email"),
        ("SSN 912-34-5678.", "pii.ssn"),
        ("4111 1111 1111 1111", "pci.card_number"),
        ("card=5555-5555-5555-4444;", "pci.card_number"),
        ("378282246310005", "pci.card_number"),
        ("30569309025904", "pci.card_number"),
        ("6011 1111 1111 1117", "pci.card_number"),
        ("3530111333300000", "pci.card_number"),
        ("2223003122003222", "pci.card_number"),
        ("6759649826438453", "pci.card_number"),
        ("4222222222222", "pci.card_number"),
        ("4000 0000 0000 0000 006", "pci.card_number"),
        ("Nº4111111111111111", "pci.card_number"),
        ("DE89 3704 0044 0532 0130 00", "pii.iban"),
        ("GB82WEST12345698765432", "pii.iban"),
        ("+1 202-555-0143", "pii.phone"),
        ("call (202) 555-0143 now", "pii.phone"),
        ("202-555-0143", "pii.phone"),
        ("+49 30 901820", "pii.phone"),
        ("AKIAIOSFODNN7EXAMPLE", "secret"),
        ("key AIza0123456789abcdefghijABCDEFGHIJ01234", "secret"),
        ("npm_0123456789abcdefghijABCDEFGHIJ012345", "secret"),
        ("ghp_0123456789abcdefghijABCDEFGHIJ012345", "secret"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "secret",
        ),
        (
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_123",
            "secret",
        ),
    ] {
        assert_eq!(finds(text), [name], "{text}");
        let replaced = scanned(text).0.expect("a replacement");
        let marker = format!("[masked: {name}]");
        assert!(replaced.contains(&marker), "{replaced}");
    }
}

#[test]
fn what_only_looks_like_it_is_left_alone() {
    for text in [
        "2024-11-22",
        "2024-11-22T03:04:05.678Z",
        "192.168.10.20",
        "4111 1111 1111 1112",
        "order 1234567890123",
        "9111111111111111",
        "risk-adjusted-return-of-the-desk",
        "000-12-3456",
        "DE89 3704 0044 0532 0130 02",
        "user@localhost",
        "XXXXX@example.com",
        "int_0190f7c0a2b87c3d9e4f5a6b7c8d9e0f",
        "550e8400-e29b-41d4-a716-446655440000",
        "0000000000000000",
        "4000000000000000006",
        "12,345,678.90",
        "Zürich, 8001",
        "",
    ] {
        assert_eq!(scanned(text), (None, vec![]), "{text}");
    }
}

#[test]
fn several_finds_are_replaced_in_place() {
    let (replaced, names) = scanned("a@b.example, 912-34-5678 and c@d.example!");
    assert_eq!(
        replaced.as_deref(),
        Some("[masked: pii.email], [masked: pii.ssn] and [masked: pii.email]!")
    );
    assert_eq!(names, ["pii.email", "pii.ssn"]);
}

#[test]
fn a_find_behind_digits_that_are_none_is_still_found() {
    let (replaced, names) = scanned("12 4111 1111 1111 1111");
    assert_eq!(names, ["pci.card_number"], "{replaced:?}");
}

#[test]
fn every_beginning_of_a_secret_passes_the_gate() {
    let letters = "0123456789abcdefghijABCDEFGHIJ0123456789";
    for beginning in pattern::SECRET_BEGINNINGS {
        let text = format!("{beginning}{letters}");
        let page = format!("\"{text}\",\"{letters}\"");
        for gate in [Gate::of_page(&page), Gate::of_page("")] {
            for (text, is_candidate) in [(&page[1..=text.len()], true), (letters, false)] {
                let candidates = gate.candidates(text);
                let found = candidates.iter().any(|d| d == pattern::SECRET);
                assert_eq!(found, is_candidate, "{text}");
            }
        }
        let gate = Gate::of_page(&page);
        let other = gate.candidates(&page[text.len() + 4..page.len() - 1]);
        assert!(!other.iter().any(|d| d == pattern::SECRET));
    }
}

#[test]
fn an_account_number_with_letters_in_it_passes_the_gate() {
    for text in [
        "BH67BMAGA1B2C3D4E5F6G7",
        "MT31MALT01100A2B3C4D5E6F7G8H9I0",
        "to: BH67 BMAG A1B2 C3D4 E5F6 G7",
    ] {
        let candidates = Gate::of_page(text).candidates(text);
        let names: Vec<_> = candidates.iter().map(|d| DETECTORS[d].name).collect();
        assert_eq!(names, ["pii.iban"], "{text}");
    }
}

#[test]
fn with_a_key_equal_values_get_equal_words() {
    let key = PseudonymKey::new(b"a key of a test");
    let scanner = Scanner {
        gate: Gate::of_page(""),
        key: key.as_ref(),
    };
    let word = |text: &str| {
        let replaced = scanner.scan(text, &mut Detected::default());
        replaced.expect("a replacement")
    };
    assert_eq!(word("ann@example.com"), word("Ann@example.com"));
    assert_ne!(word("ann@example.com"), word("bob@example.com"));
    assert!(word("ann@example.com").starts_with("[masked: pii.email "));
}
