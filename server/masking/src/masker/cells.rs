//! Rows, cells and values as `serde` walks over them: what is read goes straight to the output.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Masked;
use crate::{
    MaskError,
    detect::{CARD_NUMBER, DETECTORS, Detected, Scanner, card_number},
    layout::{Field, Kind},
    nested_json,
    scalar::{self, Misfit, escaped, quoted},
    timestamp::timestamp,
};

/// Where values go, and who looks at them.
pub(super) struct Sink<'k> {
    pub(super) json: Vec<u8>,
    pub(super) scanner: Scanner<'k>,
    /// What was found in the cell at hand.
    pub(super) detected: Detected,
    /// Why reading stopped.
    pub(super) error: Option<MaskError>,
}

impl Sink<'_> {
    fn stop<E: Error>(&mut self, error: MaskError) -> E {
        self.error = Some(error);
        E::custom("the rows do not fit the schema")
    }
}

/// The list of rows; answers how many there are.
pub(super) struct Rows<'a, 'k>(pub(super) &'a mut [Masked], pub(super) &'a mut Sink<'k>);

impl<'de> DeserializeSeed<'de> for Rows<'_, '_> {
    type Value = u64;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<u64, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'_, '_> {
    type Value = u64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<u64, A::Error> {
        self.1.json.push(b'[');
        let mut count = 0;
        loop {
            let before = self.1.json.len();
            if count > 0 {
                self.1.json.push(b',');
            }
            let row = InMember("f", Row(self.0, self.1));
            if rows.next_element_seed(row)?.is_none() {
                self.1.json.truncate(before);
                self.1.json.push(b']');
                return Ok(count);
            }
            count += 1;
        }
    }
}

/// What is in the member of this name, and in no other: `{"f": …}`, `{"v": …}`.
struct InMember<S>(&'static str, S);

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for InMember<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, S: DeserializeSeed<'de>> Visitor<'de> for InMember<S> {
    type Value = S::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object with a member `{}`", self.0)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<S::Value, A::Error> {
        let Self(name, seed) = self;
        loop {
            match members.next_key_seed(IsNamed(name))? {
                Some(true) => break,
                Some(false) => drop(members.next_value::<IgnoredAny>()?),
                None => return Err(A::Error::missing_field(name)),
            }
        }
        let value = members.next_value_seed(seed)?;
        while let Some(is_named) = members.next_key_seed(IsNamed(name))? {
            if is_named {
                return Err(A::Error::duplicate_field(name));
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(value)
    }
}

/// Whether a member has this name.
struct IsNamed(&'static str);

impl<'de> DeserializeSeed<'de> for IsNamed {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsNamed {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

/// The cells of a row, written as a list.
struct Row<'a, 'k>(&'a mut [Masked], &'a mut Sink<'k>);

impl<'de> DeserializeSeed<'de> for Row<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        let Self(columns, sink) = self;
        let expected = columns.len();
        sink.json.push(b'[');
        for (position, column) in columns.iter_mut().enumerate() {
            if position > 0 {
                sink.json.push(b',');
            }
            sink.detected = Detected::default();
            let value = Value {
                field: &column.field,
                is_repeated: column.field.is_repeated,
                is_scanned: column.is_scanned,
                sink,
            };
            if cells.next_element_seed(InMember("v", value))?.is_none() {
                let found = position;
                return Err(sink.stop(MaskError::ColumnCount { expected, found }));
            }
            for detector in sink.detected.detectors() {
                column.found[detector] += 1;
            }
        }
        end(&mut cells, expected, sink)?;
        sink.json.push(b']');
        Ok(())
    }
}

/// There must be no further cell.
fn end<'de, A: SeqAccess<'de>>(
    cells: &mut A,
    expected: usize,
    sink: &mut Sink<'_>,
) -> Result<(), A::Error> {
    if cells.next_element::<IgnoredAny>()?.is_some() {
        let found = expected + 1;
        return Err(sink.stop(MaskError::ColumnCount { expected, found }));
    }
    Ok(())
}

/// A cell's value: a scalar's text, a list of cells, or a struct.
struct Value<'a, 'k> {
    field: &'a Field,
    is_repeated: bool,
    is_scanned: bool,
    sink: &'a mut Sink<'k>,
}

impl<'de> DeserializeSeed<'de> for Value<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell")
    }

    /// BigQuery does not tell an empty array from none.
    fn visit_unit<E: Error>(self) -> Result<(), E> {
        let nothing: &[u8] = if self.is_repeated { b"[]" } else { b"null" };
        self.sink.json.extend_from_slice(nothing);
        Ok(())
    }

    /// The text stands in the page as it is, so that it needs no escapes.
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.scalar(text, true)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.scalar(text, false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        if !self.is_repeated {
            return Err(self.sink.stop(self.field.undecodable()));
        }
        self.sink.json.push(b'[');
        let start = self.sink.json.len();
        loop {
            let before = self.sink.json.len();
            if before > start {
                self.sink.json.push(b',');
            }
            let element = Value {
                field: self.field,
                is_repeated: false,
                is_scanned: self.is_scanned,
                sink: self.sink,
            };
            if elements
                .next_element_seed(InMember("v", element))?
                .is_none()
            {
                self.sink.json.truncate(before);
                self.sink.json.push(b']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        if self.is_repeated || self.field.kind != Kind::Struct {
            return Err(self.sink.stop(self.field.undecodable()));
        }
        InMember("f", Struct(self)).visit_map(members)
    }
}

impl Value<'_, '_> {
    fn scalar<E: Error>(self, text: &str, is_verbatim: bool) -> Result<(), E> {
        if self.is_repeated || self.field.kind == Kind::Struct {
            return Err(self.sink.stop(self.field.undecodable()));
        }
        let written = write(
            self.field.kind,
            text,
            is_verbatim,
            self.is_scanned,
            self.sink,
        );
        written.map_err(|Misfit| self.sink.stop(self.field.undecodable()))
    }
}

/// The cells of a struct, written as an object.
struct Struct<'a, 'k>(Value<'a, 'k>);

impl<'de> DeserializeSeed<'de> for Struct<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Struct<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of cells")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<(), A::Error> {
        let Value {
            field,
            is_scanned,
            sink,
            ..
        } = self.0;
        let expected = field.fields.len();
        sink.json.push(b'{');
        for (position, (key, field)) in field.fields.iter().enumerate() {
            if position > 0 {
                sink.json.push(b',');
            }
            sink.json.extend_from_slice(key.as_bytes());
            let value = Value {
                field,
                is_repeated: field.is_repeated,
                is_scanned,
                sink,
            };
            if cells.next_element_seed(InMember("v", value))?.is_none() {
                let found = position;
                return Err(sink.stop(MaskError::ColumnCount { expected, found }));
            }
        }
        end(&mut cells, expected, sink)?;
        sink.json.push(b'}');
        Ok(())
    }
}

fn write(
    kind: Kind,
    text: &str,
    is_verbatim: bool,
    is_scanned: bool,
    sink: &mut Sink<'_>,
) -> Result<(), Misfit> {
    let Sink {
        json,
        scanner,
        detected,
        ..
    } = sink;
    let scanner = is_scanned.then_some(&*scanner);
    match kind {
        Kind::Integer => return integer(text, scanner, detected, json),
        Kind::Float => return scalar::float(text, json),
        Kind::Bool => return scalar::bool(text, json),
        Kind::Timestamp => return timestamp(text, json),
        Kind::Json => return nested_json::copy(text, scanner, detected, json),
        Kind::Decimal if !scalar::is_decimal(text) => return Err(Misfit),
        Kind::Calendar if !scalar::is_calendar(text) => return Err(Misfit),
        Kind::Calendar => {}
        Kind::Bytes => {
            if let Some(found) = scanner.and_then(|s| scan_bytes(text, s, detected)) {
                return escaped(&found, json);
            }
        }
        Kind::Decimal | Kind::Text | Kind::Struct => {
            if let Some(found) = scanner.and_then(|s| s.scan(text, detected)) {
                return escaped(&found, json);
            }
        }
    }
    if is_verbatim {
        quoted(text, json);
        Ok(())
    } else {
        escaped(text, json)
    }
}

/// A whole number may be a card number too, if it has no sign.
fn integer(
    text: &str,
    scanner: Option<&Scanner<'_>>,
    detected: &mut Detected,
    json: &mut Vec<u8>,
) -> Result<(), Misfit> {
    if let Some(scanner) =
        scanner.filter(|_| text.len() >= 13 && !text.starts_with('-') && card_number(text))
    {
        detected.add(CARD_NUMBER);
        quoted(&scanner.marker(&DETECTORS[CARD_NUMBER], text), json);
        return Ok(());
    }
    scalar::integer(text, json)
}

/// Bytes travel as base64 (RFC 4648 section 4); where they are text, the text is looked at.
fn scan_bytes(text: &str, scanner: &Scanner<'_>, detected: &mut Detected) -> Option<String> {
    let bytes = STANDARD.decode(text).ok()?;
    scanner.scan(std::str::from_utf8(&bytes).ok()?, detected)
}
