//! The table of known messages
//! (<https://cloud.google.com/bigquery/docs/error-messages>, and the messages of GoogleSQL's
//! analyser, <https://github.com/google/googlesql>). In a shape, `{name}` stands for a name or a
//! path, `{type}` for a type, `{number}` for digits, `{place}` for an optional place in the text;
//! everything in quotation marks is `…` already.

/// Beginnings of messages that quote values, and what is said instead.
pub(super) const ABOUT_VALUES: &[(&str, &str)] = &[
    (
        "Bad (?:bool|int32|int64|uint32|uint64|float|double|numeric|bignumeric) value",
        "a value cannot be read as a number or a truth value (bad_value)",
    ),
    (
        "Could not (?:cast|parse|convert|coerce)",
        "a value cannot be cast to the type that is asked for (bad_cast)",
    ),
    (
        "Failed to (?:parse|decode|cast|convert)",
        "a text cannot be read in the format that is asked for (bad_format)",
    ),
    (
        "(?:Mismatch between format|Error in (?:PARSE|FORMAT))",
        "a text cannot be read in the format that is asked for (bad_format)",
    ),
    (
        "(?:Invalid|Unrecognized) (?:date|time|datetime|timestamp|interval|time ?zone|weekday|month)",
        "a value is no date or time (bad_time)",
    ),
    (
        "(?:Cannot return an invalid|Timestamp|Date|Datetime|DATE|TIMESTAMP)[a-z ]* (?:value|overflow|out of)",
        "a date or time is outside of what can be shown (time_range)",
    ),
    (
        "(?:int32|int64|uint32|uint64|float|double|numeric|BIGNUMERIC|bignumeric|NUMERIC|INTERVAL|interval)(?: [a-z]+)? (?:overflow|out of range)",
        "a number is larger than its type (overflow)",
    ),
    (
        "(?:Floating point|Integer) error",
        "a number cannot be computed (overflow)",
    ),
    ("[Dd]ivision by zero", "division by zero (division_by_zero)"),
    (
        "(?:Argument|Illegal|Invalid|Out of range).*(?:LOG|LN|SQRT|POW|EXP|MOD|SUBSTR|RPAD|LPAD|REPEAT)",
        "a function was given a value that it does not take (bad_argument)",
    ),
    (
        "(?:First|Second|Third|Fourth) argument",
        "a function was given a value that it does not take (bad_argument)",
    ),
    (
        "(?:Array index|Array position|OFFSET|ORDINAL|List index)",
        "an array has no element there (array_index)",
    ),
    (
        "(?:Scalar subquery produced more than one element|Subquery returned more than one)",
        "a subquery that stands for one value gave several (many_values)",
    ),
    (
        "(?:Array cannot have a null element|Cannot (?:store|set|insert).*(?:null|NULL)|Required field)",
        "NULL stands where none may stand (null_value)",
    ),
    (
        "UPDATE/MERGE must match at most one source row",
        "a row to be changed has several rows that change it (many_matches)",
    ),
    (
        "(?:Cannot parse regular expression|Invalid regular expression|Regular expression)",
        "a regular expression cannot be read (bad_pattern)",
    ),
    (
        "(?:Invalid (?:UTF-8|base64|base32|hex|byte|escape)|.*not valid UTF-8)",
        "bytes are not in the form that is asked for (bad_bytes)",
    ),
    (
        "(?:Invalid JSON|JSON|The JSON|Invalid input to JSON|Unexpected JSON|syntax error while parsing)",
        "a document is no JSON, or not of the form that is asked for (bad_json)",
    ),
    (
        "(?:Invalid (?:geography|polygon|point|WKT|GeoJSON)|ST_)",
        "a value is no place on earth (bad_geography)",
    ),
    (
        "Invalid (?:NUMERIC|BIGNUMERIC|numeric|bignumeric|cast|value|integer|number|string|enum)",
        "a value is not of its type (bad_value)",
    ),
    (
        "Assertion failed",
        "an assertion of the script failed (assertion)",
    ),
];

/// What BigQuery says of limits, absences and rights, with its reason: no query can make it say
/// that for this reason.
pub(super) const LIMITS: &[(&str, &str)] = &[
    (
        "bytesBilledLimitExceeded",
        r"Query exceeded limit for bytes billed: {number}\. {number} or higher required\.",
    ),
    (
        "notFound",
        "Not found: [A-Z][a-z]+ {name}(?: was not found in location {name})?{place}",
    ),
    (
        "accessDenied",
        r"Access Denied: [A-Z][A-Za-z ]* {name}: (?:User does not have|Permission) [A-Za-z]+[\w .,:`*/()-]*{place}",
    ),
    ("duplicate", "Already Exists: [A-Z][a-z]+ {name}"),
    (
        "stopped",
        "Job execution was cancelled(?:: User requested cancellation)?",
    ),
    ("stopped", "Job timed out after {number}[a-z ]*"),
    (
        "timeout",
        r"(?:Operation|Job|Query) timed out after {number}[a-z .,]*",
    ),
    ("quotaExceeded", r"Quota exceeded: [A-Za-z][\w .,:;()/-]*"),
    (
        "rateLimitExceeded",
        r"Exceeded rate limits: [A-Za-z][\w .,:;()/-]*",
    ),
    (
        "resourcesExceeded",
        r"Resources exceeded during query execution: [A-Za-z][\w .,:;%()/-]*",
    ),
    (
        "responseTooLarge",
        r"Response too large to return\.[\w .,:;()/-]*",
    ),
    ("backendError", r"[A-Z][a-z]+(?: [a-z]+)+\."),
];

/// What is said of the text of a query before anything is read.
pub(super) const ABOUT_NAMES: &[&str] = &[
    r"Unrecognized name: {name}(?:; Did you mean {name}\?)?{place}",
    "Name {name} not found inside {name}{place}",
    r"Field name {name} does not exist in {type}(?:; Did you mean {name}\?)?{place}",
    "(?:Column name|Name|Table name) {name} is ambiguous(?: between {name} and {name})?{place}",
    r"Function not found: {name}(?:; Did you mean {name}\?)?{place}",
    r"Type not found: {name}{place}",
    r"Table(?: name)? (?:…|{name}) (?:missing dataset|must be qualified with a dataset)[a-z ().]*{place}",
    r"(?:Table|Alias|Dataset|Column|Parameter|Query parameter) (?:…|{name}) (?:not found|is not defined|already exists)[\w ;.,:?…-]*{place}",
    r"(?s)No matching signature for [\w ]+(?:[-=<>!+*/|&]+)?(?: for argument types?)?[\w\s,:;.<>()\[\]|&=+*/!-]*{place}",
    r"(?:SELECT list|ORDER BY|HAVING|QUALIFY) (?:clause )?expression references (?:column )?{name} which is neither grouped nor aggregated{place}",
    r"Aggregate function {name} not allowed in [A-Za-z ]+{place}",
    r"(?:Aggregations of aggregations are|Analytic function|Window function)[A-Za-z _()]*{place}",
    r"Cannot access field {name} on a value with type {type}{place}",
    r"Duplicate column names in the result are not supported[a-z .]*\.? ?Found duplicate\(s\): {name}{place}",
    r"[A-Z ]+ clause should return type BOOL, but returns {type}{place}",
    r"Cannot query over table (?:…|{name}) without a filter over column\(s\) [\w…, ]+ that can be used for partition elimination{place}",
    r"Column [\w…]+ (?:of type {type} cannot be used in|has type) [A-Za-z ,:<>0-9_]+{place}",
    r"(?:Grouping|Ordering|Partitioning) by expressions of type {type} is not allowed{place}",
    r"(?:Undeclared|Missing|Positional|Named) (?:query )?parameters?[\w ,.…]*{place}",
    r"Syntax error: [A-Za-z…][A-Za-z_ ,.;:()`*\[\]<>=/…-]*{place}",
    r"(?:Unsupported|Unimplemented)[A-Za-z ,:;()_.*-]*{place}",
    r"[A-Z][A-Za-z_() ]* (?:is|are) not (?:supported|allowed|implemented)[A-Za-z ,_().*-]*{place}",
    r"(?:UPDATE|DELETE) must have a WHERE clause{place}",
    "Query error: [A-Z][A-Za-z ]+{place}",
];

/// A shape as a regular expression.
pub(super) fn filled(shape: &str) -> String {
    shape
        .replace("{name}", r"[\p{L}\p{N}_.:*$`-]+")
        .replace("{type}", r"[A-Z][A-Z0-9]*(?:<[\w ,<>]+>)?")
        .replace("{number}", "[0-9]+")
        .replace("{place}", r"(?: at \[[0-9]+:[0-9]+\])?")
}
