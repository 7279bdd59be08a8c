//! The functions that are known: built in, without side effects, answering only from their
//! arguments (<https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all>).
//!
//! A function that is not listed, such as a remote or user-defined one, is never run.

use crate::value::{Value, join};

/// How a function's value comes from its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Everything flows, nothing is known of the insides.
    Plain,
    /// `COUNT`, whose only argument may be a star.
    Count,
    /// One of its arguments' values: with one argument the insides stay known.
    Passing,
    /// One of several arguments' values, chosen by the others.
    Choosing,
    /// An array of its first argument.
    Collecting,
    /// The argument at this position is a word, such as `MONTH`.
    Part(usize),
    /// It puts its argument into an error message.
    LeaksByError,
}

impl Kind {
    pub fn takes_part_at(self, position: usize) -> bool {
        self == Self::Part(position)
    }

    /// The value, given the arguments'.
    pub fn value(self, arguments: &[Value]) -> Value {
        match (self, arguments) {
            (Self::Passing, [only]) => Value {
                origin: None,
                ..only.clone()
            },
            (Self::Choosing, _) => Value::chosen(arguments),
            (Self::Collecting, [element]) => Value::array_of(element.clone()),
            _ => Value {
                flow: join(arguments.iter().map(|v| &v.flow)),
                ..Value::default()
            },
        }
    }
}

/// What is known of a function by its name in capitals, without arguments.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    let name = name.strip_prefix("SAFE.").unwrap_or(name);
    let kind = match name {
        "COUNT" => Kind::Count,
        "ANY_VALUE" | "FIRST_VALUE" | "LAST_VALUE" | "ARRAY_REVERSE" => Kind::Passing,
        "IF" | "IFNULL" | "COALESCE" | "NULLIF" => Kind::Choosing,
        "ARRAY_AGG" => Kind::Collecting,
        "DATE_TRUNC"
        | "DATETIME_TRUNC"
        | "TIMESTAMP_TRUNC"
        | "TIME_TRUNC"
        | "LAST_DAY"
        | "NORMALIZE"
        | "NORMALIZE_AND_CASEFOLD" => Kind::Part(1),
        "DATE_DIFF" | "DATETIME_DIFF" | "TIMESTAMP_DIFF" | "TIME_DIFF" => Kind::Part(2),
        "ERROR" => Kind::LeaksByError,
        _ => return PLAIN.binary_search(&name).is_ok().then_some(Kind::Plain),
    };
    Some(kind)
}

/// Words that say a part of a date or time, or a form of Unicode.
pub(crate) fn is_part(word: &str) -> bool {
    #[rustfmt::skip]
    const PARTS: &[&str] = &[
        "DATE", "DAY", "DAYOFWEEK", "DAYOFYEAR", "HOUR", "ISOWEEK", "ISOYEAR", "MICROSECOND",
        "MILLISECOND", "MINUTE", "MONTH", "NANOSECOND", "NFC", "NFD", "NFKC", "NFKD", "QUARTER",
        "SECOND", "TIME", "WEEK", "YEAR",
    ];
    PARTS
        .binary_search(&word.to_ascii_uppercase().as_str())
        .is_ok()
}

/// Sorted, for binary search.
#[rustfmt::skip]
const PLAIN: &[&str] = &[
    "ABS", "ACOS", "ACOSH", "AEAD.DECRYPT_BYTES", "AEAD.DECRYPT_STRING", "AEAD.ENCRYPT",
    "APPROX_COUNT_DISTINCT", "APPROX_QUANTILES", "APPROX_TOP_COUNT", "APPROX_TOP_SUM", "ARRAY",
    "ARRAY_CONCAT", "ARRAY_CONCAT_AGG", "ARRAY_FIRST", "ARRAY_LAST", "ARRAY_LENGTH",
    "ARRAY_SLICE", "ARRAY_TO_STRING", "ASCII", "ASIN", "ASINH", "ATAN", "ATAN2", "ATANH", "AVG",
    "BIT_AND", "BIT_COUNT", "BIT_OR", "BIT_XOR", "BOOL", "BYTE_LENGTH", "CBRT", "CEIL",
    "CEILING", "CHARACTER_LENGTH", "CHAR_LENGTH", "CHR", "CODE_POINTS_TO_BYTES",
    "CODE_POINTS_TO_STRING", "COLLATE", "CONCAT", "CONTAINS_SUBSTR", "CORR", "COS", "COSH",
    "COSINE_DISTANCE", "COT", "COTH", "COUNTIF", "COVAR_POP", "COVAR_SAMP", "CSC", "CSCH",
    "CUME_DIST", "CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME", "CURRENT_TIMESTAMP",
    "DATE", "DATETIME", "DATETIME_ADD", "DATETIME_BUCKET", "DATETIME_SUB", "DATE_ADD",
    "DATE_BUCKET", "DATE_FROM_UNIX_DATE", "DATE_SUB", "DENSE_RANK",
    "DETERMINISTIC_DECRYPT_BYTES", "DETERMINISTIC_DECRYPT_STRING", "DETERMINISTIC_ENCRYPT",
    "DIV", "EDIT_DISTANCE", "ENDS_WITH", "EUCLIDEAN_DISTANCE", "EXP", "FARM_FINGERPRINT",
    "FLOAT64", "FLOOR", "FORMAT", "FORMAT_DATE", "FORMAT_DATETIME", "FORMAT_TIME",
    "FORMAT_TIMESTAMP", "FROM_BASE32", "FROM_BASE64", "FROM_HEX", "GENERATE_ARRAY",
    "GENERATE_DATE_ARRAY", "GENERATE_RANGE_ARRAY", "GENERATE_TIMESTAMP_ARRAY", "GENERATE_UUID",
    "GREATEST", "GROUPING", "HLL_COUNT.EXTRACT", "HLL_COUNT.INIT", "HLL_COUNT.MERGE",
    "HLL_COUNT.MERGE_PARTIAL", "IEEE_DIVIDE", "INITCAP", "INSTR", "INT64", "IS_INF", "IS_NAN",
    "JSON", "JSON_ARRAY", "JSON_ARRAY_APPEND", "JSON_ARRAY_INSERT", "JSON_EXTRACT",
    "JSON_EXTRACT_ARRAY", "JSON_EXTRACT_SCALAR", "JSON_EXTRACT_STRING_ARRAY", "JSON_FLATTEN",
    "JSON_KEYS", "JSON_OBJECT", "JSON_QUERY", "JSON_QUERY_ARRAY", "JSON_REMOVE", "JSON_SET",
    "JSON_STRIP_NULLS", "JSON_TYPE", "JSON_VALUE", "JSON_VALUE_ARRAY", "JUSTIFY_DAYS",
    "JUSTIFY_HOURS", "JUSTIFY_INTERVAL", "KEYS.KEYSET_LENGTH", "KEYS.NEW_KEYSET", "LAG",
    "LAX_BOOL", "LAX_FLOAT64", "LAX_INT64", "LAX_STRING", "LEAD", "LEAST", "LEFT", "LENGTH",
    "LN", "LOG", "LOG10", "LOGICAL_AND", "LOGICAL_OR", "LOWER", "LPAD", "LTRIM",
    "MAKE_INTERVAL", "MAX", "MAX_BY", "MD5", "MIN", "MIN_BY", "MOD", "NET.HOST",
    "NET.IPV4_FROM_INT64", "NET.IPV4_TO_INT64", "NET.IP_FROM_STRING", "NET.IP_NET_MASK",
    "NET.IP_TO_STRING", "NET.IP_TRUNC", "NET.PUBLIC_SUFFIX", "NET.REG_DOMAIN",
    "NET.SAFE_IP_FROM_STRING", "NTH_VALUE", "NTILE", "NULLIFZERO", "OCTET_LENGTH",
    "PARSE_BIGNUMERIC", "PARSE_DATE", "PARSE_DATETIME", "PARSE_JSON", "PARSE_NUMERIC",
    "PARSE_TIME", "PARSE_TIMESTAMP", "PERCENTILE_CONT", "PERCENTILE_DISC", "PERCENT_RANK",
    "POW", "POWER", "RAND", "RANGE", "RANGE_BUCKET", "RANGE_CONTAINS", "RANGE_END",
    "RANGE_INTERSECT", "RANGE_OVERLAPS", "RANGE_START", "RANK", "REGEXP_CONTAINS",
    "REGEXP_EXTRACT", "REGEXP_EXTRACT_ALL", "REGEXP_INSTR", "REGEXP_REPLACE", "REGEXP_SUBSTR",
    "REPEAT", "REPLACE", "REVERSE", "RIGHT", "ROUND", "ROW_NUMBER", "RPAD", "RTRIM",
    "S2_CELLIDFROMPOINT", "SAFE_ADD", "SAFE_CONVERT_BYTES_TO_STRING", "SAFE_DIVIDE",
    "SAFE_MULTIPLY", "SAFE_NEGATE", "SAFE_SUBTRACT", "SEC", "SECH", "SHA1", "SHA256", "SHA512",
    "SIGN", "SIN", "SINH", "SOUNDEX", "SPLIT", "SQRT", "STARTS_WITH", "STDDEV", "STDDEV_POP",
    "STDDEV_SAMP", "STRING", "STRING_AGG", "STRPOS", "ST_AREA", "ST_ASGEOJSON", "ST_ASTEXT",
    "ST_BUFFER", "ST_CENTROID", "ST_CONTAINS", "ST_DISTANCE", "ST_DWITHIN", "ST_GEOGFROMTEXT",
    "ST_GEOGPOINT", "ST_GEOHASH", "ST_INTERSECTS", "ST_LENGTH", "ST_WITHIN", "ST_X", "ST_Y",
    "SUBSTR", "SUBSTRING", "SUM", "TAN", "TANH", "TIME", "TIMESTAMP", "TIMESTAMP_ADD",
    "TIMESTAMP_BUCKET", "TIMESTAMP_MICROS", "TIMESTAMP_MILLIS", "TIMESTAMP_SECONDS",
    "TIMESTAMP_SUB", "TIME_ADD", "TIME_SUB", "TO_BASE32", "TO_BASE64", "TO_CODE_POINTS",
    "TO_HEX", "TO_JSON", "TO_JSON_STRING", "TRANSLATE", "TRIM", "TRUNC", "TYPEOF", "UNICODE",
    "UNIX_DATE", "UNIX_MICROS", "UNIX_MILLIS", "UNIX_SECONDS", "UPPER", "VARIANCE", "VAR_POP",
    "VAR_SAMP", "ZEROIFNULL",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_search_finds_everything() {
        assert!(PLAIN.is_sorted());
        assert_eq!(kind("SAFE.SUBSTR"), Some(Kind::Plain));
        assert_eq!(kind("NET.HOST"), Some(Kind::Plain));
        assert_eq!(kind("MY_UDF"), None);
        assert!(is_part("month") && !is_part("ssn"));
    }
}
