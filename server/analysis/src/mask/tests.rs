use super::*;
use crate::lexer;

fn rules() -> MaskRules {
    [
        ("pii.email", MaskRule::EmailMask),
        ("pii.phone", MaskRule::LastFour),
        ("pii.name", MaskRule::FirstFour),
        ("pii.birth_date", MaskRule::DateYear),
        ("pii.ssn", MaskRule::Sha256),
        ("secret", MaskRule::AlwaysNull),
    ]
    .into_iter()
    .collect()
}

fn masked_in(text: &str, json: &str, access: &str) -> String {
    let (rules, tokens) = (rules(), lexer::tokens(text).expect("tokens"));
    let column: Column = serde_json::from_str(json).expect("a column");
    let masks = Masks::new(&rules, &tokens);
    masks.column(&column, access).expect("a mask")
}

fn plain(data_type: &str, tag: &str) -> String {
    let json = format!(r#"{{"name":"c","type":"{data_type}","tag":"{tag}"}}"#);
    masked_in("SELECT @p", &json, "`c`")
}

#[test]
fn each_rule_masks_as_bigquerys_own() {
    for (data_type, tag, masked) in [
        ("STRING", "pii.other", "''"),
        ("INT64", "pii.other", "0"),
        ("GEOGRAPHY", "pii.other", "ST_GEOGPOINT(0, 0)"),
        ("JSON", "pii.other", "IF(TRUE, NULL, `c`)"),
        ("STRING", "secret", "IF(TRUE, NULL, `c`)"),
        ("DATE", "pii.birth_date", "DATE_TRUNC(`c`, YEAR)"),
        ("timestamp", "pii.birth_date", "TIMESTAMP_TRUNC(`c`, YEAR)"),
        (
            "STRING",
            "pii.phone",
            "IF(LENGTH(`c`) <= 4, 'XXXXX', CONCAT('XXXXX', RIGHT(`c`, 4)))",
        ),
        (
            "STRING",
            "pii.name.last",
            "IF(LENGTH(`c`) <= 4, 'XXXXX', CONCAT(LEFT(`c`, 4), 'XXXXX'))",
        ),
        (
            "STRING",
            "pii.ssn",
            "TO_BASE64(SHA256(CONCAT(@countersign_salt, `c`)))",
        ),
        (
            "BYTES",
            "pii.ssn",
            "SHA256(CONCAT(CAST(@countersign_salt AS BYTES), `c`))",
        ),
        (
            "STRING",
            "pii.email",
            "IF(`c` IS NULL, NULL, CONCAT('XXXXX@', \
             IFNULL(REGEXP_EXTRACT(`c`, r'^[^@\\s]+@([A-Za-z0-9.-]+)$'), '')))",
        ),
    ] {
        assert_eq!(plain(data_type, tag), masked, "{data_type} {tag}");
    }
}

#[test]
fn a_rule_for_another_type_gives_the_default_value() {
    assert_eq!(plain("INT64", "pii.email"), "0");
    assert_eq!(plain("DATE", "pii.ssn"), "DATE '1970-01-01'");
    assert_eq!(plain("STRING", "pii.birth_date"), "''");
    assert_eq!(plain("BYTES", "pii.phone"), "b''");
}

#[test]
fn nothing_is_hashed_beside_parameters_by_position() {
    let json = r#"{"name":"c","type":"STRING","tag":"pii.ssn"}"#;
    assert_eq!(masked_in("SELECT ?", json, "`c`"), "''");
    assert!(masked_in("SELECT '?'", json, "`c`").contains("SHA256"));
}

#[test]
fn nested_fields_and_arrays_are_rebuilt() {
    let json = r#"{"name":"u","type":"STRUCT","mode":"REPEATED","fields":[
        {"name":"id","type":"INT64"},{"name":"ip","type":"STRING","tag":"pii.ip"}]}"#;
    assert_eq!(
        masked_in("SELECT 1", json, "`u`"),
        "ARRAY(SELECT IF(`_element0` IS NULL, NULL, STRUCT(`_element0`.`id` AS `id`, '' AS `ip`)) \
         FROM UNNEST(`u`) AS `_element0` WITH OFFSET AS `_offset0` ORDER BY `_offset0`)"
    );
}

#[test]
fn an_array_without_anything_left_is_empty() {
    let array = |tag: &str| {
        let json = format!(r#"{{"name":"c","type":"STRING","mode":"REPEATED","tag":"{tag}"}}"#);
        masked_in("SELECT 1", &json, "`c`")
    };
    assert_eq!(array("pii.other"), "IF(TRUE, [], `c`)");
    assert_eq!(array("secret"), "IF(TRUE, [], `c`)");
    assert!(array("pii.email").starts_with("ARRAY(SELECT IF(`_element0` IS NULL"));
}

#[test]
fn the_parameter_of_the_salt_is_known_in_any_case() {
    let token = |text: &str| lexer::tokens(text).expect("tokens").remove(0).token;
    assert!(is_salt(&token("@countersign_salt")) && is_salt(&token("@Countersign_SALT")));
    assert!(is_salt(&token("@`countersign_salt`")));
    assert!(!is_salt(&token("@countersign")) && !is_salt(&token("countersign_salt")));
}

#[test]
fn a_name_cannot_leave_its_quotes() {
    assert_eq!(quoted("a`b\\"), "`a\\`b\\\\`");
}

#[test]
fn no_name_of_a_column_leaves_its_quotes() {
    for name in [
        "a`) FROM t --",
        r"a\",
        r"a\`",
        "a'b",
        "größe",
        "a\nb",
        "#",
        "(",
    ] {
        let access = quoted(name);
        for data_type in ["STRING", "JSON", "DATE"] {
            for tag in ["pii.email", "pii.ssn", "secret"] {
                let json = format!(r#"{{"name":"c","type":"{data_type}","tag":"{tag}"}}"#);
                let mask = masked_in("SELECT @p", &json, &access);
                let names_line = mask.contains('\n');
                assert_eq!(lexer::is_closed(&mask), !names_line, "{mask}");
            }
        }
    }
}

#[test]
fn a_mask_tells_whether_it_needs_the_salt() {
    assert!(names_salt(&plain("STRING", "pii.ssn")));
    assert!(names_salt(&plain("BYTES", "pii.ssn")));
    assert!(!names_salt(&plain("STRING", "pii.email")));
}
