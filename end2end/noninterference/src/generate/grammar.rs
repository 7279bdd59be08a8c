//! The grammar as data: what expressions of each kind look like.
//!
//! `{text}`, `{integer}`, … stand for an expression of that kind, `{any}` for one of any scalar
//! kind, `{row}` for a range variable (the whole row), `{texts}` for an array, `{one}` for a
//! scalar subquery of the kind that is wanted, `{many text}` for a subquery of one column, and
//! `{query}` for any subquery.

use crate::shape::Kind;

/// Expressions of a kind.
pub(super) fn templates(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => TEXT,
        Kind::Integer => INTEGER,
        Kind::Float => FLOAT,
        Kind::Numeric => NUMERIC,
        Kind::Truth => TRUTH,
        Kind::Day => DAY,
        Kind::Document => DOCUMENT,
        Kind::List(_) => TEXTS,
        Kind::Record(_) => &["{row}"],
    }
}

/// Literals of a kind, some of which stand in tagged columns too.
pub(super) fn literals(kind: &Kind) -> &'static [&'static str] {
    match kind {
        Kind::Text => &[
            "'DE'",
            "'12'",
            "''",
            "'a'",
            "'o\\'hara'",
            "\"x\"",
            "'42'",
            "'900-00-0001'",
            "'%'",
            "'XXXXX'",
            "r'a\\d'",
            "'''b'''",
        ],
        Kind::Integer => &["0", "1", "2", "3", "42", "-1", "5"],
        Kind::Float => &["0.5", "1.0", "2.5", "0.0", "1e3"],
        Kind::Numeric => &["NUMERIC '42'", "NUMERIC '-1.5'", "NUMERIC '0'"],
        Kind::Truth => &["TRUE", "FALSE"],
        Kind::Day => &[
            "DATE '2024-02-29'",
            "DATE '1970-01-01'",
            "DATE '1990-05-05'",
        ],
        Kind::Document => &["JSON '{\"a\": 1}'", "JSON '[1, 2]'"],
        Kind::List(_) => &["['a', 'DE']", "['12']"],
        Kind::Record(_) => &["STRUCT(1 AS id, 'DE' AS country)"],
    }
}

const TEXT: &[&str] = &[
    "CONCAT({text}, {text})",
    "({text} || '-' || {text})",
    "UPPER({text})",
    "LOWER({text})",
    "REVERSE({text})",
    "SUBSTR({text}, {integer})",
    "SUBSTR({text}, 2, {integer})",
    "LEFT({text}, {integer})",
    "REPLACE({text}, {text}, 'z')",
    "LPAD({text}, 6, '0')",
    "TRIM({text})",
    "SPLIT({text}, '-')[SAFE_OFFSET(0)]",
    "SPLIT({text}, '-')[OFFSET(1)]",
    "{texts}[SAFE_OFFSET({integer})]",
    "{texts}[ORDINAL({integer})]",
    "ARRAY_TO_STRING({texts}, ',')",
    "REGEXP_EXTRACT({text}, r'\\d+')",
    "REGEXP_REPLACE({text}, r'[0-9]', 'n')",
    "FORMAT('%s/%d', {text}, {integer})",
    "TO_HEX(SHA256({text}))",
    "CAST({any} AS STRING)",
    "SAFE_CAST({any} AS STRING)",
    "TO_JSON_STRING({any})",
    "TO_JSON_STRING({row})",
    "TO_JSON_STRING(STRUCT({any} AS a, {text} AS b))",
    "JSON_VALUE({document}, '$.a')",
    "JSON_VALUE(TO_JSON(STRUCT({text} AS a)), '$.a')",
    "STRUCT({text} AS a, {integer} AS b).a",
    "IF({truth}, {text}, {text})",
    "IF({truth}, {text}, ERROR({text}))",
    "IF({truth}, {text}, ERROR(CONCAT('no: ', {any})))",
    "CASE WHEN {truth} THEN {text} WHEN {truth} THEN {text} ELSE {text} END",
    "CASE {text} WHEN {text} THEN {text} ELSE {text} END",
    "COALESCE({text}, {text})",
    "NULLIF({text}, {text})",
    "GREATEST({text}, {text})",
    "FORMAT_DATE('%Y-%m', {day})",
    "{one}",
    "{one}",
    "(SELECT STRING_AGG(v, '+') FROM UNNEST({texts}) AS v)",
    "SAFE.SUBSTR({text}, {integer}, 1)",
    "TO_JSON_STRING(ARRAY(SELECT AS STRUCT v, {any} AS w FROM UNNEST({texts}) AS v))",
    "TO_JSON_STRING([STRUCT({any} AS a), STRUCT(NULL AS a)])",
    "CAST({text} AS STRING) || CAST({integer} AS STRING)",
];

const INTEGER: &[&str] = &[
    "({integer} + {integer})",
    "({integer} - {integer})",
    "({integer} * {integer})",
    "-{integer}",
    "DIV({integer}, {integer})",
    "MOD({integer}, {integer})",
    "ABS({integer})",
    "LENGTH({text})",
    "BYTE_LENGTH({text})",
    "STRPOS({text}, {text})",
    "ARRAY_LENGTH({texts})",
    "ARRAY_LENGTH(SPLIT({text}, '-'))",
    "CAST({text} AS INT64)",
    "SAFE_CAST({text} AS INT64)",
    "CAST({float} AS INT64)",
    "CAST({truth} AS INT64)",
    "EXTRACT(YEAR FROM {day})",
    "DATE_DIFF({day}, {day}, DAY)",
    "IF({truth}, {integer}, {integer})",
    "CASE WHEN {truth} THEN {integer} ELSE CAST({text} AS INT64) END",
    "COALESCE({integer}, {integer})",
    "NULLIF({integer}, {integer})",
    "LEAST({integer}, {integer})",
    "SAFE_ADD({integer}, {integer})",
    "[{integer}, {integer}][OFFSET({integer})]",
    "STRUCT({text} AS a, {integer} AS b).b",
    "{one}",
    "{one}",
];

const FLOAT: &[&str] = &[
    "({float} / {float})",
    "({integer} / {integer})",
    "({float} * {float})",
    "({float} + {integer})",
    "SAFE_DIVIDE({float}, {float})",
    "IEEE_DIVIDE({float}, {float})",
    "ROUND({float}, 2)",
    "SQRT({float})",
    "LN({float})",
    "POW({float}, {integer})",
    "EXP({float})",
    "CAST({text} AS FLOAT64)",
    "SAFE_CAST({text} AS FLOAT64)",
    "CAST({numeric} AS FLOAT64)",
    "IF({truth}, {float}, {float})",
    "COALESCE({float}, {float})",
    "{one}",
];

const NUMERIC: &[&str] = &[
    "({numeric} + {numeric})",
    "({numeric} - {numeric})",
    "({numeric} * {numeric})",
    "CAST({text} AS NUMERIC)",
    "CAST({integer} AS NUMERIC)",
    "CAST({float} AS NUMERIC)",
    "IF({truth}, {numeric}, {numeric})",
    "ABS({numeric})",
    "COALESCE({numeric}, {numeric})",
    "{one}",
];

const TRUTH: &[&str] = &[
    "{text} = {text}",
    "{text} <> {text}",
    "{text} < {text}",
    "{text} LIKE {text}",
    "{text} LIKE '%1%'",
    "{text} NOT LIKE 'a%'",
    "{text} IN ({text}, {text}, 'DE')",
    "{text} IN ({many text})",
    "{integer} IN ({many integer})",
    "{day} NOT IN ({many day})",
    "{text} IN UNNEST({texts})",
    "{text} BETWEEN {text} AND {text}",
    "{text} IS NULL",
    "{any} IS NOT NULL",
    "{text} IS DISTINCT FROM {text}",
    "STARTS_WITH({text}, {text})",
    "ENDS_WITH({text}, 'a')",
    "REGEXP_CONTAINS({text}, r'^[0-9]+$')",
    "{integer} = {integer}",
    "{integer} > {integer}",
    "{integer} <= {integer}",
    "MOD({integer}, 2) = 0",
    "{float} > {float}",
    "{numeric} < {numeric}",
    "{day} < {day}",
    "{day} = {day}",
    "{truth} = {truth}",
    "({truth} AND {truth})",
    "({truth} OR {truth})",
    "NOT {truth}",
    "{truth} IS TRUE",
    "EXISTS ({query})",
    "NOT EXISTS ({query})",
    "EXISTS (SELECT 1 FROM UNNEST({texts}) AS v WHERE v = {text})",
    "IF({truth}, {truth}, {truth})",
    "1 / {integer} > 0",
    "CAST({text} AS BOOL)",
    "SAFE_CAST({text} AS DATE) IS NULL",
    "(SELECT LOGICAL_OR(v = {text}) FROM UNNEST({texts}) AS v)",
    "COALESCE({truth}, {truth})",
    "{truth} IS NOT FALSE",
];

const DAY: &[&str] = &[
    "DATE_ADD({day}, INTERVAL 1 DAY)",
    "DATE_SUB({day}, INTERVAL 2 MONTH)",
    "DATE_TRUNC({day}, MONTH)",
    "DATE_TRUNC({day}, YEAR)",
    "CAST({text} AS DATE)",
    "SAFE_CAST({text} AS DATE)",
    "PARSE_DATE('%Y-%m-%d', {text})",
    "DATE(2024, {integer}, 1)",
    "IF({truth}, {day}, {day})",
    "COALESCE({day}, {day})",
    "{one}",
];

const DOCUMENT: &[&str] = &[
    "PARSE_JSON({text})",
    "TO_JSON({row})",
    "TO_JSON(STRUCT({any} AS a, {any} AS b))",
    "JSON_QUERY({document}, '$.b')",
];

const TEXTS: &[&str] = &[
    "[{text}, {text}]",
    "SPLIT({text}, '-')",
    "ARRAY({many text})",
    "ARRAY_CONCAT({texts}, [{text}])",
    "ARRAY(SELECT UPPER(v) FROM UNNEST({texts}) AS v)",
];

/// Aggregates, by what they give.
pub(super) const AGGREGATES: &[(Kind, &str)] = &[
    (Kind::Integer, "COUNT(*)"),
    (Kind::Integer, "COUNT({any})"),
    (Kind::Integer, "COUNT(DISTINCT {any})"),
    (Kind::Integer, "COUNTIF({truth})"),
    (Kind::Integer, "SUM({integer})"),
    (Kind::Float, "SUM({float})"),
    (Kind::Float, "AVG({integer})"),
    (Kind::Numeric, "SUM({numeric})"),
    (Kind::Text, "MIN({text})"),
    (Kind::Text, "MAX({text})"),
    (Kind::Text, "ANY_VALUE({text})"),
    (Kind::Text, "STRING_AGG({text}, ',')"),
    (Kind::Text, "STRING_AGG({text}, ',' ORDER BY {text})"),
    (Kind::Text, "MAX_BY({text}, {integer})"),
    (Kind::Text, "ARRAY_AGG({text})[SAFE_OFFSET(0)]"),
    (Kind::Text, "TO_JSON_STRING(ARRAY_AGG({any}))"),
    (Kind::Day, "MAX({day})"),
    (Kind::Integer, "MAX({integer})"),
    (Kind::Truth, "LOGICAL_OR({truth})"),
    (Kind::Truth, "LOGICAL_AND({truth})"),
    (Kind::Integer, "APPROX_COUNT_DISTINCT({any})"),
];

/// Window functions, by what they give.
pub(super) const WINDOWS: &[(Kind, &str)] = &[
    (Kind::Integer, "ROW_NUMBER() OVER (ORDER BY {any}, {any})"),
    (
        Kind::Integer,
        "RANK() OVER (PARTITION BY {any} ORDER BY {any})",
    ),
    (Kind::Integer, "DENSE_RANK() OVER (ORDER BY {any} DESC)"),
    (Kind::Integer, "COUNT(*) OVER (PARTITION BY {any})"),
    (
        Kind::Integer,
        "SUM({integer}) OVER (PARTITION BY {any} ORDER BY {any})",
    ),
    (Kind::Integer, "NTILE(3) OVER (ORDER BY {any})"),
    (Kind::Text, "LAG({text}) OVER (ORDER BY {any})"),
    (
        Kind::Text,
        "FIRST_VALUE({text}) OVER (PARTITION BY {any} ORDER BY {any})",
    ),
    (Kind::Text, "MAX({text}) OVER ()"),
    (
        Kind::Float,
        "AVG({float}) OVER (ORDER BY {any} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)",
    ),
    (Kind::Text, "MIN({text}) OVER (PARTITION BY {any})"),
];
