//! Checks that tell a value from a number or word that only looks like it.

/// ISO/IEC 7812: a number that a card network gives, with a Luhn checksum. The rare Visa numbers
/// of 19 digits count only where they are written in groups: of 64-bit ids, one in a hundred looks
/// like one.
pub(crate) fn card_number(text: &str) -> bool {
    let mut digits = [0; 19];
    let mut count = 0;
    for digit in text.bytes().filter(u8::is_ascii_digit) {
        let Some(place) = digits.get_mut(count) else {
            return false;
        };
        *place = u32::from(digit - b'0');
        count += 1;
    }
    let digits = &digits[..count];
    let is_grouped = text.len() > count;
    count >= 13 && is_network(digits, is_grouped) && luhn(digits)
}

/// The networks' leading digits with the lengths that they give out
/// (<https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)>).
fn is_network(digits: &[u32], is_grouped: bool) -> bool {
    let six = digits[..6]
        .iter()
        .fold(0, |number, digit| number * 10 + digit);
    let (four, three, two) = (six / 100, six / 1000, six / 10_000);
    match digits.len() {
        // Visa.
        13 | 16 if digits[0] == 4 => true,
        19 if digits[0] == 4 && is_grouped => true,
        // Diners Club.
        14 if matches!(three, 300..=305 | 309) || matches!(two, 36 | 38 | 39) => true,
        // American Express.
        15 if matches!(two, 34 | 37) => true,
        // Mastercard, Discover, JCB.
        16 if matches!(two, 51..=55 | 65) || matches!(four, 2221..=2720 | 3528..=3589 | 6011) => {
            true
        }
        16 if matches!(three, 644..=649) => true,
        // UnionPay, Maestro.
        16..=19 if two == 62 => true,
        13..=19 => matches!(
            four,
            5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761 | 6762 | 6763
        ),
        _ => false,
    }
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
