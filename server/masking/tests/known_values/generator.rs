//! Rows with known values, the same at every call: what a benchmark and a count need.

use std::fmt::Write as _;

use domain::Column;
use masking::RawRows;
use serde_json::json;

/// One in so many texts has a sensitive value in it.
const PLANTED_EVERY: u64 = 50;

/// Random ids and numbers of a row: seven columns, and two in the document.
const RANDOM_IDS: u64 = 9;

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What was planted: the detector that has to find it, and the value.
pub struct Planted {
    /// The detector's name.
    pub detector: &'static str,
    /// The value as it stands in the row.
    pub value: String,
}

/// A page of rows and what is hidden in it.
pub struct Page {
    /// The rows as the warehouse would send them.
    pub wire: String,
    /// What a scan has to find.
    pub planted: Vec<Planted>,
    /// Ids, numbers and words that a scan must leave alone.
    pub harmless: u64,
}

impl Page {
    /// The rows as the masker takes them.
    pub fn rows(&self) -> RawRows {
        serde_json::from_str(&self.wire).expect("JSON")
    }
}

/// The columns of every page.
pub fn schema() -> Vec<Column> {
    let columns = json!([
        {"name": "id", "type": "INT64"},
        {"name": "order_number", "type": "STRING"},
        {"name": "trace", "type": "STRING"},
        {"name": "fingerprint", "type": "INT64"},
        {"name": "session", "type": "STRING"},
        {"name": "parcel", "type": "STRING"},
        {"name": "created_at", "type": "TIMESTAMP"},
        {"name": "day", "type": "DATE"},
        {"name": "amount", "type": "NUMERIC"},
        {"name": "score", "type": "FLOAT64"},
        {"name": "country", "type": "STRING"},
        {"name": "note", "type": "STRING"},
        {"name": "payload", "type": "JSON"},
        {"name": "labels", "type": "STRING", "mode": "REPEATED"},
        {"name": "device", "type": "STRUCT", "fields": [
            {"name": "os", "type": "STRING"}, {"name": "address", "type": "STRING"}]},
    ]);
    serde_json::from_value(columns).expect("a schema")
}

/// So many pages of so many rows.
pub fn pages(count: u64, rows: u64) -> Vec<Page> {
    let mut random = Random(0x5EED);
    let mut page = |number| {
        let mut page = Page {
            wire: "[".to_owned(),
            planted: Vec::new(),
            harmless: 0,
        };
        for row in 0..rows {
            if row > 0 {
                page.wire.push(',');
            }
            let cells = cells(number * rows + row, &mut random, &mut page);
            page.wire.push_str(&json!({ "f": cells }).to_string());
        }
        page.wire.push(']');
        page
    };
    (0..count).map(&mut page).collect()
}

fn cells(row: u64, random: &mut Random, page: &mut Page) -> Vec<serde_json::Value> {
    let trace = random.hex(32);
    let uuid = format!(
        "{}-{}-4{}-a{}-{}",
        &trace[..8],
        &trace[8..12],
        &trace[12..15],
        &trace[15..18],
        &trace[18..30]
    );
    let order = format!("ORD-2024-{:06}", random.below(1_000_000));
    let address = format!(
        "10.{}.{}.{}",
        random.below(256),
        random.below(256),
        random.below(256)
    );
    page.harmless += RANDOM_IDS;
    let document = json!({
        "event": random.word(),
        "ids": [random.below(1_000_000_000), random.below(100_000_000_000)],
        "note": text(random, page),
        "version": format!("{}.{}.{}", random.below(20), random.below(99), random.below(999)),
    });
    let values = [
        json!((1_000_000 + row).to_string()),
        json!(order),
        json!(uuid),
        json!(i64::from_ne_bytes(random.next().to_ne_bytes()).to_string()),
        json!(random.characters(BASE64, 22)),
        json!(random.digits(12)),
        json!((1_704_067_200_000_000 + random.below(31_000_000_000_000)).to_string()),
        json!(format!(
            "2024-{:02}-{:02}",
            1 + random.below(12),
            1 + random.below(28)
        )),
        json!(format!(
            "{}.{:02}",
            random.below(100_000),
            random.below(100)
        )),
        json!(format!("0.{}", 1 + random.below(999_999))),
        json!(random.one_of(&["DE", "FR", "US", "JP"])),
        json!(text(random, page)),
        json!(document.to_string()),
        json!([{"v": random.word()}, {"v": random.word()}]),
        json!({"f": [{"v": random.word()}, {"v": address}]}),
    ];
    values
        .into_iter()
        .map(|value| json!({ "v": value }))
        .collect()
}

/// Eight words or so, and now and then a sensitive value among them.
fn text(random: &mut Random, page: &mut Page) -> String {
    let mut text = String::new();
    for _ in 0..4 + random.below(8) {
        let _ = write!(text, "{} ", random.word());
    }
    if random.below(PLANTED_EVERY) == 0 {
        let planted = random.planted();
        let _ = write!(text, "{} ", planted.value);
        page.planted.push(planted);
    } else {
        page.harmless += 1;
    }
    text.push_str(random.word());
    text
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
pub struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(choices.len() as u64);
        choices[usize::try_from(index).expect("an index")]
    }

    fn characters(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count)
            .map(|_| char::from(self.one_of(alphabet)))
            .collect()
    }

    fn digits(&mut self, count: usize) -> String {
        self.characters(b"0123456789", count)
    }

    fn hex(&mut self, count: usize) -> String {
        self.characters(b"0123456789abcdef", count)
    }

    fn letters(&mut self, count: usize) -> String {
        self.characters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", count)
    }

    fn word(&mut self) -> &'static str {
        const WORDS: [&str; 16] = [
            "order",
            "shipped",
            "late",
            "customer",
            "asked",
            "refund",
            "carrier",
            "parcel",
            "warehouse",
            "second",
            "failed",
            "payment",
            "retry",
            "sent",
            "Zürich",
            "re-opened",
        ];
        self.one_of(&WORDS)
    }

    /// A value of a form that every scan has to find; all are reserved for examples.
    fn planted(&mut self) -> Planted {
        let (detector, value) = match self.below(14) {
            0 => (
                "pii.email",
                format!("{}.{}@example.com", self.word_of_ascii(), self.below(999)),
            ),
            1 => (
                "pii.email",
                format!("{}+tag@mail.example.co.uk", self.word_of_ascii()),
            ),
            2 => (
                "pii.ssn",
                format!(
                    "9{:02}-{:02}-{:04}",
                    self.below(100),
                    1 + self.below(99),
                    1 + self.below(9998)
                ),
            ),
            3 => ("pci.card_number", self.card("4", 16, "")),
            4 => ("pci.card_number", self.card("5412", 16, " ")),
            5 => ("pci.card_number", self.card("37", 15, "")),
            6 => ("pii.phone", format!("+1 202-555-01{}", self.digits(2))),
            7 => ("pii.phone", format!("(202) 555-01{}", self.digits(2))),
            8 => ("pii.phone", format!("+44 20 7946 0{}", self.digits(3))),
            9 => ("pii.iban", self.iban()),
            10 => ("secret", format!("AKIA{}", self.letters(16))),
            11 => ("secret", format!("ghp_{}", self.hex(36))),
            12 => (
                "secret",
                format!("eyJhbGciOiJub25lIn0.eyJ{}.{}", self.hex(20), self.hex(20)),
            ),
            _ => (
                "secret",
                format!(
                    "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
                    self.hex(64)
                ),
            ),
        };
        Planted { detector, value }
    }

    fn word_of_ascii(&mut self) -> &'static str {
        self.one_of(&["ann", "bo.lee", "chen", "dana"])
    }

    /// A number with its Luhn digit, in groups of four.
    fn card(&mut self, prefix: &str, length: usize, separator: &str) -> String {
        let body = format!("{prefix}{}", self.digits(length - 1 - prefix.len()));
        let sum: u32 = body
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| {
                let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
                digit / 10 + digit % 10
            })
            .sum();
        let whole = format!("{body}{}", (10 - sum % 10) % 10);
        let groups: Vec<_> = whole
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group))
            .collect();
        groups.join(separator)
    }

    /// A German account number with its check digits (ISO 13616-1).
    fn iban(&mut self) -> String {
        let account = self.digits(18);
        let number: u128 = format!("{account}131400").parse().expect("a number");
        format!("DE{:02}{account}", 98 - number % 97)
    }
}
