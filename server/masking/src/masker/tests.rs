use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// The values of the one row of these cells.
fn masked(columns: &Value, already: &[usize], cells: &[Value]) -> (Vec<Value>, Report) {
    let mut masker = masker(columns, already);
    let page = masker.mask(&wire(cells)).expect("rows");
    assert_eq!(page.count(), 1);
    let mut rows: Vec<Vec<Value>> = serde_json::from_str(page.json()).expect("JSON");
    (rows.remove(0), masker.report())
}

fn masker(columns: &Value, already: &[usize]) -> Masker {
    let schema: Vec<Column> = serde_json::from_value(columns.clone()).expect("a schema");
    Masker::new(&schema, &already.iter().copied().collect(), None)
}

fn wire(cells: &[Value]) -> RawRows {
    let cells: Vec<_> = cells.iter().map(|cell| json!({ "v": cell })).collect();
    raw(&json!([{ "f": cells }]).to_string())
}

fn raw(text: &str) -> RawRows {
    serde_json::from_str(text).expect("JSON")
}

/// A cell of this type as it leaves; none where it cannot be read.
fn decoded(data_type: &str, cell: &Value) -> Option<Value> {
    let mut masker = masker(&json!([{"name": "c", "type": data_type}]), &[]);
    let page = masker.mask(&wire(std::slice::from_ref(cell))).ok()?;
    let mut rows: Vec<Vec<Value>> = serde_json::from_str(page.json()).expect("JSON");
    rows.remove(0).pop()
}

#[test]
fn scalars_become_natural_json() {
    for (data_type, wire, natural) in [
        ("INT64", "-5", json!(-5)),
        (
            "INT64",
            "9007199254740991",
            json!(9_007_199_254_740_991_i64),
        ),
        ("INT64", "9007199254740993", json!("9007199254740993")),
        ("FLOAT64", "1.5", json!(1.5)),
        ("FLOAT64", "NaN", json!("NaN")),
        ("FLOAT64", "-inf", json!("-Infinity")),
        ("BOOL", "true", json!(true)),
        ("NUMERIC", "12.30", json!("12.30")),
        ("DATE", "2024-02-29", json!("2024-02-29")),
        (
            "DATETIME",
            "2024-02-29T01:02:03.5",
            json!("2024-02-29T01:02:03.5"),
        ),
        ("BYTES", "AAE=", json!("AAE=")),
        (
            "JSON",
            r#"{"a":[1,-2,1.5,null,true]}"#,
            json!({"a": [1, -2, 1.5, null, true]}),
        ),
        (
            "STRING",
            "with \"quotes\",\n\t\\ and é",
            json!("with \"quotes\",\n\t\\ and é"),
        ),
        ("TIMESTAMP", "1.7040672E9", json!("2024-01-01T00:00:00Z")),
        (
            "TIMESTAMP",
            "1704067200.25",
            json!("2024-01-01T00:00:00.25Z"),
        ),
        ("TIMESTAMP", "-0.5", json!("1969-12-31T23:59:59.5Z")),
        (
            "TIMESTAMP",
            "1704067200000001",
            json!("2024-01-01T00:00:00.000001Z"),
        ),
        (
            "TIMESTAMP",
            "2024-01-01T02:00:00.5+02:00",
            json!("2024-01-01T00:00:00.5Z"),
        ),
        ("TIMESTAMP", "-62135596800", json!("0001-01-01T00:00:00Z")),
    ] {
        assert_eq!(
            decoded(data_type, &json!(wire)),
            Some(natural),
            "{data_type} {wire}"
        );
    }
    assert_eq!(decoded("INT64", &Value::Null), Some(Value::Null));
}

#[test]
fn nests_become_objects_and_arrays() {
    let columns = json!([{"name": "i", "type": "STRUCT", "mode": "REPEATED", "fields": [
        {"name": "sku", "type": "STRING"},
        {"name": "sku", "type": "STRING"},
        {"name": "", "type": "STRING"},
        {"name": "sizes", "type": "INT64", "mode": "REPEATED"}]}]);
    let sizes = json!([{"v": "1"}, {"v": "2"}]);
    let item = json!({"v": {"f": [{"v": "a"}, {"v": "b"}, {"v": null}, {"v": sizes}]}});
    let (values, _) = masked(&columns, &[], &[json!([item])]);
    let natural = json!([{"sku": "a", "sku_1": "b", "_2": null, "sizes": [1, 2]}]);
    assert_eq!(values, [natural]);
    assert_eq!(masked(&columns, &[], &[Value::Null]).0, [json!([])]);
}

#[test]
fn an_error_names_the_column_and_never_the_value() {
    for (data_type, cell) in [
        ("INT64", json!("secret")),
        ("BOOL", json!("secret")),
        ("TIMESTAMP", json!("secret")),
        ("NUMERIC", json!("secret")),
        ("DATE", json!("secret")),
        ("JSON", json!("{secret")),
        ("JSON", json!("1 \"secret\"")),
        ("STRING", json!({"v": "secret"})),
        ("STRING", json!(["secret"])),
        ("STRUCT", json!("secret")),
    ] {
        let mut masker = masker(&json!([{"name": "c", "type": data_type}]), &[]);
        let error = masker.mask(&wire(&[cell])).expect_err("an error");
        let text = format!("{error} {error:?}");
        assert!(
            text.contains(data_type) && !text.contains("secret"),
            "{text}"
        );
    }
}

#[test]
fn columns_that_the_sql_masked_are_left_alone() {
    let columns = json!([{"name": "a", "type": "STRING"}, {"name": "b", "type": "STRING"}]);
    let address = json!("ann@example.com");
    let (values, report) = masked(&columns, &[0], &[address.clone(), address]);
    assert_eq!(
        values,
        [json!("ann@example.com"), json!("[masked: pii.email]")]
    );
    assert_eq!(report.detected.len(), 1);
    assert_eq!(report.detected[0].column, "b");
}

#[test]
fn finds_in_integers_bytes_and_nests_are_replaced() {
    let columns = json!([
        {"name": "n", "type": "INT64"},
        {"name": "j", "type": "JSON"},
        {"name": "s", "type": "STRUCT", "fields": [{"name": "t", "type": "STRING", "mode": "REPEATED"}]},
        {"name": "b", "type": "BYTES"},
    ]);
    let nested = json!({"f": [{"v": [{"v": "912-34-5678"}]}]});
    let document = r#"{"to": ["x@example.com", 4111111111111111], "y@example.com": 1}"#;
    let (values, report) = masked(
        &columns,
        &[],
        &[
            json!("4111111111111111"),
            json!(document),
            nested,
            json!("YW5uQGV4YW1wbGUuY29t"),
        ],
    );
    assert_eq!(values[0], "[masked: pci.card_number]");
    assert_eq!(
        values[1]["to"],
        json!(["[masked: pii.email]", "[masked: pci.card_number]"])
    );
    assert_eq!(values[1]["[masked: pii.email] 1"], 1);
    assert_eq!(values[2]["t"][0], "[masked: pii.ssn]");
    assert_eq!(values[3], "[masked: pii.email]");
    assert_eq!(report.detected.iter().map(|d| d.cells).sum::<u64>(), 5);
}

#[test]
fn a_text_spelt_with_escapes_is_read_before_it_is_looked_at() {
    let rows = raw(r#"[{"f":[{"v":"\u0041KIAIOSFODNN7EXAMPLE \u0061nn\u0040example.com"}]}]"#);
    let mut masker = masker(&json!([{"name": "a", "type": "STRING"}]), &[]);
    let page = masker.mask(&rows).expect("rows");
    assert_eq!(page.json(), r#"[["[masked: secret] [masked: pii.email]"]]"#);
}

#[test]
fn rows_in_another_form_are_refused() {
    let columns = json!([{"name": "a", "type": "STRING"}]);
    for (text, error) in [
        (
            r#"[{"f":[]}]"#,
            MaskError::ColumnCount {
                expected: 1,
                found: 0,
            },
        ),
        (
            r#"[{"f":[{"v":"x"},{"v":"y"},{"v":"z"}]}]"#,
            MaskError::ColumnCount {
                expected: 1,
                found: 2,
            },
        ),
        (r#"[{"f":[{}]}]"#, MaskError::Malformed),
        (r#"[{"f":[{"v":"x","v":"y"}]}]"#, MaskError::Malformed),
        (r#"[{"f":["x"]}]"#, MaskError::Malformed),
        ("[{}]", MaskError::Malformed),
        (r#"{"f":[]}"#, MaskError::Malformed),
        ("null", MaskError::Malformed),
    ] {
        assert_eq!(masker(&columns, &[]).mask(&raw(text)), Err(error), "{text}");
    }
    let further = raw(r#"[{"x":[1],"f":[{"w":{},"v":"x","y":1}],"z":null}]"#);
    let masked = masker(&columns, &[]).mask(&further).expect("rows");
    assert_eq!(masked.json(), r#"[["x"]]"#);
}

#[test]
fn a_deeply_nested_document_is_refused() {
    let deep = "[".repeat(100_000);
    assert_eq!(decoded("JSON", &json!(deep)), None);
}

#[test]
fn the_report_counts_all_pages() {
    let mut masker = masker(&json!([{"name": "a", "type": "STRING"}]), &[]);
    masker.mask(&wire(&[json!("a@example.com")])).expect("rows");
    masker
        .mask(&wire(&[json!("b@example.com 912-34-5678")]))
        .expect("rows");
    let counted: Vec<_> = masker.report().detected;
    let counted: Vec<_> = counted
        .iter()
        .map(|d| (d.detector.as_str(), d.cells))
        .collect();
    assert_eq!(counted, [("pii.email", 2), ("pii.ssn", 1)]);
}

#[test]
fn raw_rows_do_not_print_their_values() {
    assert_eq!(format!("{:?}", raw(r#"["secret"]"#)), "RawRows(…)");
}

proptest! {
    #[test]
    fn no_text_makes_it_fail_and_scanning_twice_changes_nothing(text in any::<String>()) {
        let columns = json!([{"name": "a", "type": "STRING"}]);
        let (once, _) = masked(&columns, &[], &[json!(text)]);
        let (twice, report) = masked(&columns, &[], &once);
        prop_assert_eq!(once, twice);
        prop_assert!(report.detected.is_empty());
    }

    #[test]
    fn a_text_without_finds_leaves_as_it_came(text in "[^0-9@]{0,200}") {
        prop_assume!(!text.contains("-----BEGIN"));
        let columns = json!([{"name": "a", "type": "STRING"}]);
        prop_assert_eq!(masked(&columns, &[], &[json!(text)]).0, [json!(text)]);
    }

    #[test]
    fn an_address_is_found_wherever_it_stands(
        before in "[ a-zA-Z,;:\n]{0,20}[ ,;]", local in "[a-z0-9]{1,12}", after in "[ ,;][ -~]{0,20}",
    ) {
        let columns = json!([{"name": "a", "type": "STRING"}]);
        let address = format!("{local}@example.com");
        let (values, _) = masked(&columns, &[], &[json!(format!("{before}{address}{after}"))]);
        prop_assert!(!values[0].to_string().contains(&address));
    }
}
