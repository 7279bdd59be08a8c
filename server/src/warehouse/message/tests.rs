use super::*;

/// What no answer may show.
const VALUES: [&str; 5] = [
    "alice@example.com",
    "078-05-1120",
    "4111111111111111",
    "1984-05-01",
    "Pemberton",
];

/// Messages as BigQuery writes them around a value.
const AROUND_VALUES: &[&str] = &[
    "Bad int64 value: VALUE",
    "Bad double value: VALUE; while executing the filter",
    "Bad bool value: VALUE at [3:9]",
    "Could not cast literal \"VALUE\" to type INT64 at [1:8]",
    "Could not cast VALUE to type DATE",
    "Failed to parse input string \"VALUE\"",
    "Failed to parse input string VALUE",
    "Invalid date: 'VALUE' at [2:3]",
    "Invalid date: VALUE",
    "Invalid timestamp: VALUE",
    "Invalid NUMERIC value: VALUE",
    "numeric overflow: VALUE * 10",
    "int64 overflow: VALUE + VALUE",
    "division by zero: VALUE / 0",
    "Array index VALUE is out of bounds",
    "Invalid JSON text: VALUE",
    "Cannot parse regular expression: missing ): VALUE",
    "Invalid UTF-8 string: VALUE",
    "Assertion failed: VALUE",
    "Second argument of SUBSTR: VALUE",
    // Of no known shape.
    "VALUE",
    "The value VALUE is odd",
    "It says 'it\\'s VALUE' and VALUE",
    "An open quotation \"VALUE …",
    "odd at [VALUE]",
    "Something new: VALUE at [1:2]",
];

/// Messages as `ERROR()` can write them around a value when a job runs.
const FORGED: &[&str] = &[
    "Not found: Table VALUE",
    "Unrecognized name: VALUE",
    "Unrecognized name: VALUE at [1:8]",
    "Access Denied: Table VALUE: User does not have permission",
    "Query exceeded limit for bytes billed: VALUE. 20971520 or higher required.",
    "Syntax error: Unexpected VALUE",
    "Table VALUE not found",
    "Quota exceeded: VALUE",
    "Unsupported VALUE",
];

#[test]
fn every_shape_compiles() {
    assert!(PLACE.is_some());
    assert_eq!(VALUE_SHAPES.len(), ABOUT_VALUES.len());
    assert_eq!(LIMIT_SHAPES.len(), LIMITS.len());
    assert_eq!(NAME_SHAPES.len(), ABOUT_NAMES.len());
}

#[test]
fn no_value_survives_at_any_moment() {
    for value in VALUES {
        for message in AROUND_VALUES {
            let message = message.replace("VALUE", value);
            for moment in [Moment::Request, Moment::Job] {
                for reason in ["invalidQuery", "invalid", "", value] {
                    let kept = without_values(moment, reason, &message);
                    assert!(!kept.contains(value), "{message} became {kept}");
                }
            }
        }
    }
}

#[test]
fn a_query_cannot_make_its_job_say_a_value() {
    for value in VALUES {
        for message in FORGED {
            let message = message.replace("VALUE", value);
            let kept = without_values(Moment::Job, "invalidQuery", &message);
            assert!(!kept.contains(value), "{message} became {kept}");
        }
    }
}

#[test]
fn a_value_gives_its_code_and_place() {
    for (message, kept) in [
        (
            "Bad int64 value: alice at [3:9]",
            "a value cannot be read as a number or a truth value (bad_value) at [3:9]",
        ),
        (
            "division by zero: 4111 / 0",
            "division by zero (division_by_zero)",
        ),
        (
            "Something new: 4111 at [1:2]",
            "its message is not shown, because it may quote data (unlisted) at [1:2]",
        ),
        ("", ""),
    ] {
        assert_eq!(without_values(Moment::Job, "invalidQuery", message), kept);
    }
}

#[test]
fn what_is_said_of_names_survives_until_data_is_read() {
    for message in [
        "Unrecognized name: emial; Did you mean email? at [1:8]",
        "Name emial not found inside c at [1:10]",
        "Column name id is ambiguous at [1:8]",
        "Function not found: LOWR; Did you mean lower? at [1:8]",
        "Type not found: INT65 at [1:20]",
        "No matching signature for function LOWER\n  Argument types: INT64\n  Signature: LOWER(STRING)\n at [1:8]",
        "No matching signature for operator = for argument types: STRING, INT64. Supported signature: ANY = ANY at [1:30]",
        "SELECT list expression references column country which is neither grouped nor aggregated at [1:8]",
        "Syntax error: Expected end of input but got keyword FROM at [1:8]",
        "Syntax error: Unclosed string literal at [1:8]",
        "WHERE clause should return type BOOL, but returns INT64 at [1:30]",
        "Duplicate column names in the result are not supported. Found duplicate(s): id",
        "Cannot access field city on a value with type ARRAY<STRUCT<city STRING>> at [1:8]",
        "Unsupported by this server: DISTINCT ON",
    ] {
        let kept = without_values(Moment::Request, "invalidQuery", message);
        assert_eq!(kept, message);
        let after = without_values(Moment::Job, "invalidQuery", message);
        assert!(after.contains("(unlisted)"), "{after}");
    }
}

#[test]
fn what_bigquery_says_for_its_own_reasons_survives() {
    for (reason, message) in [
        (
            "notFound",
            "Not found: Table demo:shop.order was not found in location US",
        ),
        ("notFound", "Not found: Job demo:US.cs_1"),
        (
            "bytesBilledLimitExceeded",
            "Query exceeded limit for bytes billed: 1000000. 20971520 or higher required.",
        ),
        (
            "accessDenied",
            "Access Denied: Table demo:shop.orders: User does not have permission to query table demo:shop.orders, or perhaps it does not exist.",
        ),
        (
            "stopped",
            "Job execution was cancelled: User requested cancellation",
        ),
        (
            "resourcesExceeded",
            "Resources exceeded during query execution: The query could not be executed in the allotted memory. Peak usage: 102% of limit.",
        ),
        (
            "rateLimitExceeded",
            "Exceeded rate limits: too many concurrent queries for this project. For more information, see the documentation.",
        ),
    ] {
        for moment in [Moment::Request, Moment::Job] {
            assert_eq!(without_values(moment, reason, message), message);
        }
        let other = without_values(Moment::Job, "invalidQuery", message);
        assert!(other.contains("(unlisted)"), "{other}");
    }
}

#[test]
fn quotations_are_left_out_of_what_survives() {
    let kept = without_values(
        Moment::Request,
        "invalidQuery",
        "Syntax error: Unexpected string literal \"alice\" at [1:8]",
    );
    assert_eq!(kept, "Syntax error: Unexpected string literal … at [1:8]");
}

#[test]
fn a_reason_is_one_word() {
    assert_eq!(reason("invalidQuery"), "invalidQuery");
    assert_eq!(reason("alice@example.com"), "unknown");
    assert_eq!(reason(""), "unknown");
}
