use proptest::prelude::*;
use serde_json::json;

use super::*;

fn schema(columns: &Value) -> Vec<Column> {
    serde_json::from_value(columns.clone()).expect("a schema")
}

fn masked(columns: &Value, already: &[usize], cells: &[Value]) -> (Vec<Value>, Report) {
    let row = cells.iter().cloned().map(RawCell::from_wire).collect();
    let already = already.iter().copied().collect();
    let (rows, report) = mask_rows(&schema(columns), &already, vec![row]).expect("rows");
    (
        rows.into_iter().flat_map(MaskedRow::into_values).collect(),
        report,
    )
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
fn card_numbers_in_integers_and_nests_are_found() {
    let columns = json!([
        {"name": "n", "type": "INT64"},
        {"name": "j", "type": "JSON"},
        {"name": "s", "type": "STRUCT", "fields": [{"name": "t", "type": "STRING", "mode": "REPEATED"}]},
    ]);
    let nested = json!({"f": [{"v": [{"v": "912-34-5678"}]}]});
    let json_text = json!(r#"{"to": ["x@example.com"], "y@example.com": 1}"#);
    let (values, report) = masked(
        &columns,
        &[],
        &[json!("4111111111111111"), json_text, nested],
    );
    assert_eq!(values[0], "[masked: pci.card_number]");
    assert_eq!(values[1]["to"][0], "[masked: pii.email]");
    assert!(!values[1].to_string().contains("example.com"));
    assert_eq!(values[2]["t"][0], "[masked: pii.ssn]");
    assert_eq!(report.detected.iter().map(|d| d.cells).sum::<u64>(), 3);
}

#[test]
fn a_row_of_another_length_is_refused() {
    let columns = schema(&json!([{"name": "a", "type": "STRING"}]));
    let error = mask_rows(&columns, &BTreeSet::new(), vec![vec![]]).expect_err("an error");
    assert_eq!(
        error,
        MaskError::ColumnCount {
            expected: 1,
            found: 0
        }
    );
}

#[test]
fn reports_of_pages_merge() {
    let columns = json!([{"name": "a", "type": "STRING"}]);
    let (_, mut first) = masked(&columns, &[], &[json!("a@example.com")]);
    let (_, second) = masked(&columns, &[], &[json!("b@example.com 912-34-5678")]);
    first.merge(second);
    let counted: Vec<_> = first
        .detected
        .iter()
        .map(|d| (d.detector.as_str(), d.cells))
        .collect();
    assert_eq!(counted, [("pii.email", 2), ("pii.ssn", 1)]);
}

#[test]
fn a_raw_cell_does_not_print_its_value() {
    assert_eq!(
        format!("{:?}", RawCell::from_wire(json!("secret"))),
        "RawCell(…)"
    );
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
    fn an_address_is_found_wherever_it_stands(
        before in "[ a-zA-Z,;:\n]{0,20}[ ,;]", local in "[a-z0-9]{1,12}", after in "[ ,;][ -~]{0,20}",
    ) {
        let columns = json!([{"name": "a", "type": "STRING"}]);
        let address = format!("{local}@example.com");
        let (values, _) = masked(&columns, &[], &[json!(format!("{before}{address}{after}"))]);
        prop_assert!(!values[0].to_string().contains(&address));
    }
}
