//! A cell of type `JSON`: text with a document in it, whose every text is looked at.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::{
    detect::{CARD_NUMBER, DETECTORS, Detected, Scanner, card_number},
    scalar::{Misfit, escaped, number, quoted},
};

/// Copies a document to `json`; what looks sensitive in it is replaced, the names of members
/// included.
pub(crate) fn copy(
    document: &str,
    scanner: Option<&Scanner<'_>>,
    detected: &mut Detected,
    json: &mut Vec<u8>,
) -> Result<(), Misfit> {
    let mut reader = serde_json::Deserializer::from_str(document);
    Writer {
        scanner,
        detected,
        json,
    }
    .deserialize(&mut reader)
    .map_err(|_| Misfit)?;
    reader.end().map_err(|_| Misfit)
}

/// Where a value goes, and who looks at it.
struct Writer<'a, 's> {
    scanner: Option<&'a Scanner<'s>>,
    detected: &'a mut Detected,
    json: &'a mut Vec<u8>,
}

impl<'s> Writer<'_, 's> {
    fn again(&mut self) -> Writer<'_, 's> {
        Writer {
            scanner: self.scanner,
            detected: self.detected,
            json: self.json,
        }
    }

    fn text(&mut self, text: &str) -> Result<(), Misfit> {
        let found = self.scanner.and_then(|s| s.scan(text, self.detected));
        escaped(found.as_deref().unwrap_or(text), self.json)
    }

    /// A member may be named after a value, as in a map from addresses to counts.
    fn name(&mut self, name: &str, position: usize) -> Result<(), Misfit> {
        match self.scanner.and_then(|s| s.scan(name, self.detected)) {
            Some(found) => escaped(&format!("{found} {position}"), self.json),
            None => escaped(name, self.json),
        }
    }

    fn whole(&mut self, value: u64) -> Result<(), Misfit> {
        let digits = value.to_string();
        match self.scanner.filter(|_| card_number(&digits)) {
            Some(scanner) => {
                self.detected.add(CARD_NUMBER);
                let marker = scanner.marker(&DETECTORS[CARD_NUMBER], &digits);
                quoted(&marker, self.json);
                Ok(())
            }
            None => number(value, self.json),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Writer<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn unwritable<E: serde::de::Error>(_: Misfit) -> E {
    E::custom("it cannot be written")
}

impl<'de> Visitor<'de> for Writer<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.json.extend_from_slice(b"null");
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        number(value, self.json).map_err(unwritable)
    }

    fn visit_u64<E: serde::de::Error>(mut self, value: u64) -> Result<(), E> {
        self.whole(value).map_err(unwritable)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        number(value, self.json).map_err(unwritable)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        number(value, self.json).map_err(unwritable)
    }

    fn visit_str<E: serde::de::Error>(mut self, text: &str) -> Result<(), E> {
        self.text(text).map_err(unwritable)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        self.json.push(b'[');
        let start = self.json.len();
        loop {
            let before = self.json.len();
            if before > start {
                self.json.push(b',');
            }
            if elements.next_element_seed(self.again())?.is_none() {
                self.json.truncate(before);
                break;
            }
        }
        self.json.push(b']');
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<(), A::Error> {
        self.json.push(b'{');
        let mut position = 0;
        while let Some(name) = members.next_key::<std::borrow::Cow<'_, str>>()? {
            if position > 0 {
                self.json.push(b',');
            }
            self.name(&name, position).map_err(unwritable)?;
            self.json.push(b':');
            members.next_value_seed(self.again())?;
            position += 1;
        }
        self.json.push(b'}');
        Ok(())
    }
}
