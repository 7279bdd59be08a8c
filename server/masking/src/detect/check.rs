//! Checks that tell a value from a number or word that only looks like it.

/// ISO/IEC 7812: 13 to 19 digits with a Luhn checksum, of one of the card networks.
pub(super) fn card_number(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let repeated = digits.windows(2).all(|pair| pair[0] == pair[1]);
    let network = matches!(digits.first(), Some(2..=6));
    !repeated && network && luhn(&digits)
}

/// ISO/IEC 7812-1 annex B.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(position, &digit)| match (position % 2, digit * 2) {
            (0, _) => digit,
            (_, doubled) if doubled > 9 => doubled - 9,
            (_, doubled) => doubled,
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 13616-1: the length that a country has, and the remainder 1 modulo 97.
pub(super) fn iban(text: &str) -> bool {
    let compact: Vec<u8> = text.bytes().filter(u8::is_ascii_alphanumeric).collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    let (head, tail) = compact.split_at(4);
    let remainder = tail.iter().chain(head).fold(0_u32, |remainder, &byte| {
        let value = char::from(byte).to_digit(36).unwrap_or(0);
        let shift = if value > 9 { 100 } else { 10 };
        (remainder * shift + value) % 97
    });
    remainder == 1
}

/// Area 000, group 00 and serial 0000 are never given; 666 neither. 9xx are taxpayer numbers.
pub(super) fn ssn(text: &str) -> bool {
    !(text.starts_with("000") || text.starts_with("666"))
        && &text[4..6] != "00"
        && !text.ends_with("0000")
}

/// E.164: at most 15 digits, and at least 8 with a country's code, 10 without.
pub(super) fn phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let least = if text.starts_with('+') { 8 } else { 10 };
    (least..=15).contains(&digits)
}

/// RFC 5321: a local part of at most 64 bytes; what the SQL already masked is no address.
pub(super) fn email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    !local.is_empty() && local.len() <= 64 && local != "XXXXX" && domain.len() <= 255
}
