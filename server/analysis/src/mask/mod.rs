//! The SQL that masks a column where it is read, by the rule of its tag. Types stay.

use domain::{Column, MaskRule, MaskRules, Mode, Tag};
use sqlparser::tokenizer::{Token, TokenWithSpan};

/// The query parameter that carries the salt of `SHA256`: the SQL text never does.
pub const SALT_PARAMETER: &str = "countersign_salt";

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// NULL of whatever type `access` has.
pub(crate) fn nothing(access: &str) -> String {
    format!("IF(TRUE, NULL, {access})")
}

/// Whether a token is the parameter that carries the salt; BigQuery compares such names without
/// case.
pub(crate) fn is_salt(token: &Token) -> bool {
    matches!(token, Token::Placeholder(name)
        if name.strip_prefix('@').is_some_and(|name| name.eq_ignore_ascii_case(SALT_PARAMETER)))
}

/// Whether a mask names the parameter that carries the salt.
pub(crate) fn names_salt(mask: &str) -> bool {
    mask.contains("@countersign_salt")
}

/// Which rule masks what in one statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Masks<'c> {
    rules: &'c MaskRules,
    salted: bool,
}

impl<'c> Masks<'c> {
    /// The named parameter of a salt cannot stand beside parameters by position: where the text
    /// has those, nothing is hashed.
    pub fn new(rules: &'c MaskRules, tokens: &[TokenWithSpan]) -> Self {
        let by_position = |t: &TokenWithSpan| matches!(&t.token, Token::Placeholder(p) if p == "?");
        Self {
            rules,
            salted: !tokens.iter().any(by_position),
        }
    }

    /// The rule for values with this tag.
    pub fn rule(&self, tag: &Tag) -> MaskRule {
        match self.rules.rule(tag) {
            MaskRule::Sha256 if !self.salted => MaskRule::Default,
            rule => rule,
        }
    }

    /// The masked form of a column that is in reach as `access`; none where nothing in it is
    /// tagged.
    pub fn column(&self, column: &Column, access: &str) -> Option<String> {
        column
            .is_sensitive()
            .then(|| self.nested(column, access, None, 0))
    }

    /// A field without a tag of its own has the tag of what it is in.
    fn nested(&self, column: &Column, access: &str, outer: Option<&Tag>, level: usize) -> String {
        let own = column.tag.as_ref().filter(|tag| tag.is_sensitive());
        let tag = own.or(outer);
        if column.unmasked || (tag.is_none() && !column.is_sensitive()) {
            return access.to_owned();
        }
        if column.mode != Mode::Repeated {
            return self.single(column, access, tag, level);
        }
        if self.is_emptied(column, tag) {
            return format!("IF(TRUE, [], {access})");
        }
        let (element, offset) = (format!("`_element{level}`"), format!("`_offset{level}`"));
        let masked = self.single(column, &element, tag, level + 1);
        format!(
            "ARRAY(SELECT {masked} FROM UNNEST({access}) AS {element} WITH OFFSET AS {offset} \
             ORDER BY {offset})"
        )
    }

    /// BigQuery's default value of an array is the empty one, and an array holds no NULL: such
    /// an array does not even tell how long it is.
    fn is_emptied(&self, column: &Column, tag: Option<&Tag>) -> bool {
        let emptying = |tag| {
            let rule = self.rule(tag);
            rule == MaskRule::AlwaysNull || fitting(rule, &column.data_type) == MaskRule::Default
        };
        column.fields.is_empty() && tag.is_some_and(emptying)
    }

    fn single(&self, column: &Column, access: &str, tag: Option<&Tag>, level: usize) -> String {
        if column.fields.is_empty() {
            return tag.map_or_else(
                || access.to_owned(),
                |tag| leaf(&column.data_type, access, self.rule(tag)),
            );
        }
        let fields = column.fields.iter().map(|field| {
            let name = quoted(&field.name);
            let masked = self.nested(field, &format!("{access}.{name}"), tag, level);
            format!("{masked} AS {name}")
        });
        let fields = fields.collect::<Vec<_>>().join(", ");
        format!("IF({access} IS NULL, NULL, STRUCT({fields}))")
    }
}

/// The rule itself, or BigQuery's default masking value for a type that the rule is not for.
fn fitting(rule: MaskRule, data_type: &str) -> MaskRule {
    let kinds: &[&str] = match rule {
        MaskRule::AlwaysNull | MaskRule::Default => return rule,
        MaskRule::Sha256 => &["STRING", "BYTES"],
        MaskRule::LastFour | MaskRule::FirstFour | MaskRule::EmailMask => &["STRING"],
        MaskRule::DateYear => &["DATE", "DATETIME", "TIMESTAMP"],
    };
    let fits = kinds
        .iter()
        .any(|kind| data_type.eq_ignore_ascii_case(kind));
    if fits { rule } else { MaskRule::Default }
}

/// NULL stays NULL, but for the two rules that give the same for every value.
fn leaf(data_type: &str, access: &str, rule: MaskRule) -> String {
    let data_type = data_type.to_ascii_uppercase();
    match fitting(rule, &data_type) {
        MaskRule::AlwaysNull => nothing(access),
        MaskRule::Default => fixed(&data_type).map_or_else(|| nothing(access), str::to_owned),
        MaskRule::Sha256 => hash(&data_type, access),
        MaskRule::LastFour => {
            longer_than_four(access, &format!("CONCAT('XXXXX', RIGHT({access}, 4))"))
        }
        MaskRule::FirstFour => {
            longer_than_four(access, &format!("CONCAT(LEFT({access}, 4), 'XXXXX')"))
        }
        MaskRule::EmailMask => email(access),
        MaskRule::DateYear => format!("{data_type}_TRUNC({access}, YEAR)"),
    }
}

/// A hash of the value behind the salt; a text becomes a text.
fn hash(data_type: &str, access: &str) -> String {
    match data_type {
        "BYTES" => format!("SHA256(CONCAT(CAST(@{SALT_PARAMETER} AS BYTES), {access}))"),
        _ => format!("TO_BASE64(SHA256(CONCAT(@{SALT_PARAMETER}, {access})))"),
    }
}

/// Of a text with at most four characters nothing stays.
fn longer_than_four(access: &str, masked: &str) -> String {
    format!("IF(LENGTH({access}) <= 4, 'XXXXX', {masked})")
}

/// `XXXXX@` and the domain, of what has the form of an address; else no domain.
fn email(access: &str) -> String {
    let domain = format!("REGEXP_EXTRACT({access}, r'^[^@\\s]+@([A-Za-z0-9.-]+)$')");
    format!("IF({access} IS NULL, NULL, CONCAT('XXXXX@', IFNULL({domain}, '')))")
}

/// BigQuery's default masking value of a type; none for types whose default is NULL.
fn fixed(data_type: &str) -> Option<&'static str> {
    let value = match data_type {
        "STRING" => "''",
        "BYTES" => "b''",
        "INT64" | "INTEGER" => "0",
        "FLOAT64" | "FLOAT" => "0.0",
        "NUMERIC" | "DECIMAL" => "CAST(0 AS NUMERIC)",
        "BIGNUMERIC" | "BIGDECIMAL" => "CAST(0 AS BIGNUMERIC)",
        "BOOL" | "BOOLEAN" => "FALSE",
        "DATE" => "DATE '1970-01-01'",
        "DATETIME" => "DATETIME '1970-01-01 00:00:00'",
        "TIMESTAMP" => "TIMESTAMP '1970-01-01 00:00:00+00'",
        "TIME" => "TIME '00:00:00'",
        "GEOGRAPHY" => "ST_GEOGPOINT(0, 0)",
        _ => return None,
    };
    Some(value)
}

#[cfg(test)]
mod tests;
