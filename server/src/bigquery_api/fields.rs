//! Bodies taken field by field: what nobody took is refused.
//!
//! BigQuery's requests have hundreds of fields, and several of them change what a query does:
//! where its rows go, what its names mean, whose data it sees. A field that is unknown here
//! must not be passed over.

use http::StatusCode;
use serde_json::{Map, Value};

use crate::http::problem::Problem;

/// An object of a request's body.
pub(super) struct Fields {
    /// Where it stands in the body, with a point at its end.
    path: String,
    fields: Map<String, Value>,
}

impl Fields {
    /// The body itself.
    pub(super) fn of_body(body: Value) -> Result<Self, Box<Problem>> {
        Self::at(String::new(), body)
    }

    /// An object that is an element of a list.
    pub(super) fn at(path: String, value: Value) -> Result<Self, Box<Problem>> {
        match value {
            Value::Object(fields) => Ok(Self { path, fields }),
            _ => Err(wrong(path.trim_end_matches('.'), "must be an object")),
        }
    }

    /// A further object; empty where there is none.
    pub(super) fn object(&mut self, name: &str) -> Result<Self, Box<Problem>> {
        let path = format!("{}{name}.", self.path);
        match self.fields.remove(name) {
            None | Some(Value::Null) => Self::at(path, Value::Object(Map::new())),
            Some(value) => Self::at(path, value),
        }
    }

    /// A text.
    pub(super) fn text(&mut self, name: &str) -> Result<Option<String>, Box<Problem>> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "must be text")),
        }
    }

    /// A whole number, which some clients write as text.
    pub(super) fn number(&mut self, name: &str) -> Result<Option<u64>, Box<Problem>> {
        let number = match self.fields.remove(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.as_u64(),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        number
            .map(Some)
            .ok_or_else(|| self.wrong(name, "must be a whole number"))
    }

    /// A yes or no.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>, Box<Problem>> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(_) => Err(self.wrong(name, "must be `true` or `false`")),
        }
    }

    /// A list; empty where there is none.
    pub(super) fn list(&mut self, name: &str) -> Result<Vec<Value>, Box<Problem>> {
        match self.fields.remove(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Array(elements)) => Ok(elements),
            Some(_) => Err(self.wrong(name, "must be a list")),
        }
    }

    /// Whatever is there.
    pub(super) fn value(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name)
    }

    /// Fields that change nothing here.
    pub(super) fn ignore(&mut self, names: &[&str]) {
        for name in names {
            self.fields.remove(*name);
        }
    }

    /// Refuses what is left, but for fields that say nothing.
    pub(super) fn end(self) -> Result<(), Box<Problem>> {
        let says_something = |value: &Value| match value {
            Value::Null | Value::Bool(false) => false,
            Value::Array(elements) => !elements.is_empty(),
            Value::Object(members) => !members.is_empty(),
            _ => true,
        };
        match self.fields.iter().find(|(_, value)| says_something(value)) {
            Some((name, _)) => {
                Err(self.wrong(name, "is not offered through Countersign: leave it out"))
            }
            None => Ok(()),
        }
    }

    pub(super) fn wrong(&self, name: &str, what: &str) -> Box<Problem> {
        wrong(&format!("{}{name}", self.path), what)
    }
}

fn wrong(path: &str, what: &str) -> Box<Problem> {
    Box::new(
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_field",
            "The request cannot be taken",
        )
        .detail(format!("`{path}` {what}.")),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(body: Value) -> Fields {
        Fields::of_body(body).expect("an object")
    }

    fn refusal(fields: Fields) -> String {
        fields.end().expect_err("a refusal").explanation()
    }

    #[test]
    fn what_nobody_took_is_refused_with_its_path() {
        let mut body = fields(json!({"query": {"destinationTable": {"tableId": "t"}}}));
        let query = body.object("query").expect("an object");
        assert!(refusal(query).starts_with("`query.destinationTable` is not offered"));
        body.end().expect("nothing left");
    }

    #[test]
    fn fields_that_say_nothing_are_passed_over() {
        let empty = json!({"a": null, "b": false, "c": [], "d": {}});
        fields(empty).end().expect("nothing said");
        for said in [
            json!(true),
            json!(0),
            json!(""),
            json!([null]),
            json!({"x": null}),
        ] {
            assert!(fields(json!({ "a": said })).end().is_err(), "{said}");
        }
    }

    #[test]
    fn numbers_may_be_written_as_text() {
        let mut body = fields(json!({"a": 5, "b": "6", "c": "x", "d": -1}));
        assert_eq!(body.number("a").expect("a number"), Some(5));
        assert_eq!(body.number("b").expect("a number"), Some(6));
        assert!(body.number("c").is_err());
        assert!(body.number("d").is_err());
        assert_eq!(body.number("e").expect("none"), None);
    }
}
