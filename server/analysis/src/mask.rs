//! The SQL that masks a column where it is read. Types stay, and NULL stays NULL.

use domain::{Column, MaskRule, Mode, Tag};

/// A name in backquotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`"))
}

/// The masked form of a column that is in reach as `access`; none where nothing in it is tagged.
pub(crate) fn column(column: &Column, access: &str) -> Option<String> {
    column
        .is_sensitive()
        .then(|| nested(column, access, None, 0))
}

/// NULL of whatever type `access` has.
pub(crate) fn nothing(access: &str) -> String {
    format!("IF(TRUE, NULL, {access})")
}

/// A field without a tag of its own has the tag of what it is in.
fn nested(column: &Column, access: &str, outer: Option<&Tag>, level: usize) -> String {
    let tag = column
        .tag
        .as_ref()
        .filter(|tag| tag.is_sensitive())
        .or(outer);
    if tag.is_none() && !column.is_sensitive() {
        return access.to_owned();
    }
    if column.mode != Mode::Repeated {
        return single(column, access, tag, level);
    }
    let (element, offset) = (format!("`_element{level}`"), format!("`_offset{level}`"));
    let masked = single(column, &element, tag, level + 1);
    format!(
        "ARRAY(SELECT {masked} FROM UNNEST({access}) AS {element} WITH OFFSET AS {offset} \
         ORDER BY {offset})"
    )
}

fn single(column: &Column, access: &str, tag: Option<&Tag>, level: usize) -> String {
    if column.fields.is_empty() {
        return tag.map_or_else(
            || access.to_owned(),
            |tag| leaf(&column.data_type, access, tag),
        );
    }
    let fields = column.fields.iter().map(|field| {
        let name = quoted(&field.name);
        let masked = nested(field, &format!("{access}.{name}"), tag, level);
        format!("{masked} AS {name}")
    });
    let fields = fields.collect::<Vec<_>>().join(", ");
    format!("IF({access} IS NULL, NULL, STRUCT({fields}))")
}

fn leaf(data_type: &str, access: &str, tag: &Tag) -> String {
    let data_type = data_type.to_ascii_uppercase();
    let masked = match tag.mask_rule() {
        MaskRule::AlwaysNull => None,
        MaskRule::EmailMask if data_type == "STRING" => Some(email(access)),
        MaskRule::LastFour if data_type == "STRING" => Some(last_four(access)),
        MaskRule::DateYear => year(&data_type, access).or_else(|| fixed(&data_type)),
        MaskRule::Default | MaskRule::EmailMask | MaskRule::LastFour => fixed(&data_type),
    };
    masked.map_or_else(
        || nothing(access),
        |masked| format!("IF({access} IS NULL, NULL, {masked})"),
    )
}

/// `XXXXX@` and the domain; no domain where a second `@` makes it doubtful.
fn email(access: &str) -> String {
    let part = |n: u8| format!("SPLIT({access}, '@')[SAFE_OFFSET({n})]");
    let (domain, second) = (part(1), part(2));
    format!("CONCAT('XXXXX@', IF({second} IS NULL, IFNULL({domain}, ''), ''))")
}

/// `XXXXX` and the last four characters, of texts that have more than four.
fn last_four(access: &str) -> String {
    format!(
        "IF(LENGTH({access}) > 4, CONCAT('XXXXX', SUBSTR({access}, LENGTH({access}) - 3)), 'XXXXX')"
    )
}

fn year(data_type: &str, access: &str) -> Option<String> {
    match data_type {
        "DATE" | "DATETIME" | "TIMESTAMP" => Some(format!("{data_type}_TRUNC({access}, YEAR)")),
        _ => None,
    }
}

/// BigQuery's default masking value of a type; none for types without one.
fn fixed(data_type: &str) -> Option<String> {
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
        "JSON" => "JSON 'null'",
        _ => return None,
    };
    Some(value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(json: &str, access: &str) -> String {
        let parsed: Column = serde_json::from_str(json).expect("a column");
        column(&parsed, access).expect("a mask")
    }

    #[test]
    fn each_type_keeps_its_type_and_null_stays_null() {
        let plain = |data_type: &str, tag: &str| {
            masked(
                &format!(r#"{{"name":"c","type":"{data_type}","tag":"{tag}"}}"#),
                "`c`",
            )
        };
        assert_eq!(plain("STRING", "pii.ssn"), "IF(`c` IS NULL, NULL, '')");
        assert_eq!(plain("INT64", "pii.email"), "IF(`c` IS NULL, NULL, 0)");
        assert_eq!(
            plain("DATE", "pii.birth_date"),
            "IF(`c` IS NULL, NULL, DATE_TRUNC(`c`, YEAR))"
        );
        assert_eq!(
            plain("JSON", "pii.free_text"),
            "IF(`c` IS NULL, NULL, JSON 'null')"
        );
        assert_eq!(plain("GEOGRAPHY", "pii.location"), "IF(TRUE, NULL, `c`)");
        assert_eq!(
            plain("STRING", "pii.phone"),
            "IF(`c` IS NULL, NULL, IF(LENGTH(`c`) > 4, \
             CONCAT('XXXXX', SUBSTR(`c`, LENGTH(`c`) - 3)), 'XXXXX'))"
        );
    }

    #[test]
    fn nested_fields_and_arrays_are_rebuilt() {
        let json = r#"{"name":"u","type":"STRUCT","mode":"REPEATED","fields":[
            {"name":"id","type":"INT64"},{"name":"ip","type":"STRING","tag":"pii.ip"}]}"#;
        assert_eq!(
            masked(json, "`u`"),
            "ARRAY(SELECT IF(`_element0` IS NULL, NULL, STRUCT(`_element0`.`id` AS `id`, \
             IF(`_element0`.`ip` IS NULL, NULL, '') AS `ip`)) FROM UNNEST(`u`) AS `_element0` \
             WITH OFFSET AS `_offset0` ORDER BY `_offset0`)"
        );
    }

    #[test]
    fn a_name_cannot_leave_its_quotes() {
        assert_eq!(quoted("a`b\\"), "`a\\`b\\\\`");
    }
}
