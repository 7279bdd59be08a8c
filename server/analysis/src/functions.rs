//! The functions that are known: built in, without side effects, answering only from their
//! arguments (<https://cloud.google.com/bigquery/docs/reference/standard-sql/functions-all>).
//!
//! A function that is not listed, such as a remote or user-defined one, is never run.

use crate::{
    finding::FindingCode,
    value::{Value, join},
};

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
    /// Its first argument, of which the others leave something out.
    Filtering,
    /// An array of what its second argument, a lambda, gives.
    Transforming,
    /// An array of the elements of all arguments.
    Joining,
    /// An element of its only argument.
    Picking,
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
        let whole = join(arguments.iter().map(|v| &v.flow));
        let own = match (self, arguments) {
            (Self::Passing, [only]) => only.clone(),
            (Self::Filtering, [array, deciding @ ..]) => {
                let mut chosen = vec![array.element()];
                chosen.extend_from_slice(deciding);
                Value::array_of(Value::chosen(&chosen))
            }
            (Self::Choosing, _) => Value::chosen(arguments),
            (Self::Joining, _) => Value::array_of(Value::one_of(
                &arguments.iter().map(Value::element).collect::<Vec<_>>(),
            )),
            (Self::Collecting, [element]) => Value::array_of(element.clone()),
            (Self::Transforming, [_, body]) => Value::array_of(body.clone()),
            (Self::Picking, [array]) => array.element(),
            _ => Value::default(),
        };
        Value {
            flow: whole,
            origin: None,
            ..own
        }
    }
}

/// What is known of a function by its name in capitals, without arguments.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    let name = name.strip_prefix("SAFE.").unwrap_or(name);
    let kind = match name {
        "COUNT" => Kind::Count,
        "ANY_VALUE" | "FIRST_VALUE" | "LAST_VALUE" | "ARRAY_REVERSE" | "ARRAY_CONCAT_AGG" => {
            Kind::Passing
        }
        "ARRAY_FILTER" | "ARRAY_SLICE" | "ARRAY_FIRST_N" | "ARRAY_LAST_N" => Kind::Filtering,
        "ARRAY_TRANSFORM" => Kind::Transforming,
        "ARRAY_CONCAT" => Kind::Joining,
        "ARRAY_FIRST" | "ARRAY_LAST" => Kind::Picking,
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

/// Whether a function, by its name in capitals, makes one value of many rows.
pub(crate) fn is_aggregate(name: &str) -> bool {
    #[rustfmt::skip]
    const AGGREGATES: &[&str] = &[
        "ANY_VALUE", "APPROX_COUNT_DISTINCT", "APPROX_QUANTILES", "APPROX_TOP_COUNT",
        "APPROX_TOP_SUM", "ARRAY_AGG", "ARRAY_CONCAT_AGG", "AVG", "BIT_AND", "BIT_OR", "BIT_XOR",
        "CORR", "COUNT", "COUNTIF", "COVAR_POP", "COVAR_SAMP", "HLL_COUNT.INIT", "HLL_COUNT.MERGE",
        "HLL_COUNT.MERGE_PARTIAL", "KLL_QUANTILES.INIT_FLOAT64", "KLL_QUANTILES.INIT_INT64",
        "KLL_QUANTILES.MERGE_FLOAT64", "KLL_QUANTILES.MERGE_INT64", "KLL_QUANTILES.MERGE_PARTIAL",
        "KLL_QUANTILES.MERGE_POINT_FLOAT64", "KLL_QUANTILES.MERGE_POINT_INT64", "LOGICAL_AND",
        "LOGICAL_OR", "MAX", "MAX_BY", "MIN", "MIN_BY", "PERCENTILE_CONT", "PERCENTILE_DISC",
        "STDDEV", "STDDEV_POP", "STDDEV_SAMP", "STRING_AGG", "ST_CENTROID_AGG", "ST_EXTENT",
        "ST_UNION_AGG", "SUM", "VARIANCE", "VAR_POP", "VAR_SAMP",
    ];
    let name = name.strip_prefix("SAFE.").unwrap_or(name);
    AGGREGATES.contains(&name)
}

/// Why a function that is not known is refused, by its name in capitals.
pub(crate) fn refusal(name: &str) -> FindingCode {
    let family = name.split('.').next().unwrap_or_default();
    match (family, name) {
        ("ML" | "AI", _) => FindingCode::ModelUse,
        ("OBJ", _) | (_, "EXTERNAL_QUERY" | "EXTERNAL_OBJECT_TRANSFORM") => {
            FindingCode::ExternalData
        }
        (_, "SESSION_USER") => FindingCode::MetadataProbing,
        _ => FindingCode::UnknownFunction,
    }
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
    "APPROX_COSINE_DISTANCE", "APPROX_COUNT_DISTINCT", "APPROX_DOT_PRODUCT",
    "APPROX_EUCLIDEAN_DISTANCE", "APPROX_QUANTILES", "APPROX_TOP_COUNT", "APPROX_TOP_SUM", "ARRAY",
    "ARRAY_AVG", "ARRAY_CONCAT_AGG", "ARRAY_FIND", "ARRAY_FIND_ALL", "ARRAY_INCLUDES",
    "ARRAY_INCLUDES_ALL", "ARRAY_INCLUDES_ANY", "ARRAY_IS_DISTINCT", "ARRAY_LENGTH", "ARRAY_MAX",
    "ARRAY_MIN", "ARRAY_REDUCE", "ARRAY_SUM", "ARRAY_TO_STRING", "ARRAY_ZIP", "ASCII", "ASIN",
    "ASINH", "ATAN", "ATAN2", "ATANH", "AVG", "BAG_OF_WORDS", "BIT_AND", "BIT_CAST_TO_INT64",
    "BIT_CAST_TO_UINT64", "BIT_COUNT", "BIT_OR", "BIT_XOR", "BOOL", "BOOL_ARRAY", "BYTE_LENGTH",
    "CBRT", "CEIL", "CEILING", "CHARACTER_LENGTH", "CHAR_LENGTH", "CHR", "CODE_POINTS_TO_BYTES",
    "CODE_POINTS_TO_STRING", "COLLATE", "CONCAT", "CONTAINS_SUBSTR", "CORR", "COS", "COSH",
    "COSINE_DISTANCE", "COT", "COTH", "COUNTIF", "COVAR_POP", "COVAR_SAMP", "CSC", "CSCH",
    "CUME_DIST", "CURRENT_DATE", "CURRENT_DATETIME", "CURRENT_TIME", "CURRENT_TIMESTAMP", "DATE",
    "DATETIME", "DATETIME_ADD", "DATETIME_BUCKET", "DATETIME_SUB", "DATE_ADD", "DATE_BUCKET",
    "DATE_FROM_UNIX_DATE", "DATE_SUB", "DENSE_RANK", "DETERMINISTIC_DECRYPT_BYTES",
    "DETERMINISTIC_DECRYPT_STRING", "DETERMINISTIC_ENCRYPT", "DIV", "DOT_PRODUCT", "DOUBLE",
    "EDIT_DISTANCE", "ENDS_WITH", "EUCLIDEAN_DISTANCE", "EXP", "FARM_FINGERPRINT", "FLOAT32",
    "FLOAT32_ARRAY", "FLOAT64", "FLOAT64_ARRAY", "FLOOR", "FORMAT", "FORMAT_DATE",
    "FORMAT_DATETIME", "FORMAT_TIME", "FORMAT_TIMESTAMP", "FROM_BASE32", "FROM_BASE64", "FROM_HEX",
    "GENERATE_ARRAY", "GENERATE_DATE_ARRAY", "GENERATE_RANGE_ARRAY", "GENERATE_TIMESTAMP_ARRAY",
    "GENERATE_UUID", "GREATEST", "GROUPING", "HLL_COUNT.EXTRACT", "HLL_COUNT.INIT",
    "HLL_COUNT.MERGE", "HLL_COUNT.MERGE_PARTIAL", "IEEE_DIVIDE", "IFERROR", "INITCAP", "INSTR",
    "INT32", "INT32_ARRAY", "INT64", "INT64_ARRAY", "ISERROR", "IS_INF", "IS_NAN", "JSON",
    "JSON_ARRAY", "JSON_ARRAY_APPEND", "JSON_ARRAY_INSERT", "JSON_CONTAINS", "JSON_EXTRACT",
    "JSON_EXTRACT_ARRAY", "JSON_EXTRACT_SCALAR", "JSON_EXTRACT_STRING_ARRAY", "JSON_FLATTEN",
    "JSON_KEYS", "JSON_OBJECT", "JSON_QUERY", "JSON_QUERY_ARRAY", "JSON_REMOVE", "JSON_SET",
    "JSON_STRIP_NULLS", "JSON_TYPE", "JSON_VALUE", "JSON_VALUE_ARRAY", "JUSTIFY_DAYS",
    "JUSTIFY_HOURS", "JUSTIFY_INTERVAL", "KEYS.ADD_KEY_FROM_RAW_BYTES", "KEYS.KEYSET_CHAIN",
    "KEYS.KEYSET_FROM_JSON", "KEYS.KEYSET_LENGTH", "KEYS.KEYSET_TO_JSON", "KEYS.NEW_KEYSET",
    "KEYS.NEW_WRAPPED_KEYSET", "KEYS.REWRAP_KEYSET", "KEYS.ROTATE_KEYSET",
    "KEYS.ROTATE_WRAPPED_KEYSET", "KLL_QUANTILES.EXTRACT_FLOAT64", "KLL_QUANTILES.EXTRACT_INT64",
    "KLL_QUANTILES.EXTRACT_POINT_FLOAT64", "KLL_QUANTILES.EXTRACT_POINT_INT64",
    "KLL_QUANTILES.INIT_FLOAT64", "KLL_QUANTILES.INIT_INT64", "KLL_QUANTILES.MERGE_FLOAT64",
    "KLL_QUANTILES.MERGE_INT64", "KLL_QUANTILES.MERGE_PARTIAL", "KLL_QUANTILES.MERGE_POINT_FLOAT64",
    "KLL_QUANTILES.MERGE_POINT_INT64", "LAG", "LAX_BOOL", "LAX_BOOL_ARRAY", "LAX_DOUBLE",
    "LAX_FLOAT64", "LAX_FLOAT64_ARRAY", "LAX_INT64", "LAX_INT64_ARRAY", "LAX_STRING",
    "LAX_STRING_ARRAY", "LEAD", "LEAST", "LEFT", "LENGTH", "LN", "LOG", "LOG10", "LOGICAL_AND",
    "LOGICAL_OR", "LOWER", "LPAD", "LTRIM", "MAKE_INTERVAL", "MANHATTAN_DISTANCE", "MAX", "MAX_BY",
    "MD5", "MIN", "MIN_BY", "ML.BAG_OF_WORDS", "ML.BUCKETIZE", "ML.DISTANCE", "ML.FEATURE_CROSS",
    "ML.HASH_BUCKETIZE", "ML.IMPUTER", "ML.LABEL_ENCODER", "ML.LP_NORM", "ML.MAX_ABS_SCALER",
    "ML.MIN_MAX_SCALER", "ML.MULTI_HOT_ENCODER", "ML.NGRAMS", "ML.NORMALIZER", "ML.ONE_HOT_ENCODER",
    "ML.POLYNOMIAL_EXPAND", "ML.QUANTILE_BUCKETIZE", "ML.ROBUST_SCALER", "ML.STANDARD_SCALER",
    "ML.TF_IDF", "MOD", "NET.FORMAT_IP", "NET.HOST", "NET.IPV4_FROM_INT64", "NET.IPV4_TO_INT64",
    "NET.IP_FROM_STRING", "NET.IP_IN_NET", "NET.IP_NET_MASK", "NET.IP_TO_STRING", "NET.IP_TRUNC",
    "NET.MAKE_NET", "NET.PARSE_IP", "NET.PUBLIC_SUFFIX", "NET.REG_DOMAIN",
    "NET.SAFE_IP_FROM_STRING", "NTH_VALUE", "NTILE", "NULLIFERROR", "NULLIFZERO", "OCTET_LENGTH",
    "PARSE_BIGNUMERIC", "PARSE_DATE", "PARSE_DATETIME", "PARSE_JSON", "PARSE_NUMERIC", "PARSE_TIME",
    "PARSE_TIMESTAMP", "PERCENTILE_CONT", "PERCENTILE_DISC", "PERCENT_RANK", "PI", "POW", "POWER",
    "RAND", "RANGE", "RANGE_BUCKET", "RANGE_CONTAINS", "RANGE_END", "RANGE_INTERSECT",
    "RANGE_OVERLAPS", "RANGE_START", "RANK", "REGEXP_CONTAINS", "REGEXP_EXTRACT",
    "REGEXP_EXTRACT_ALL", "REGEXP_INSTR", "REGEXP_REPLACE", "REGEXP_SUBSTR", "REPEAT", "REPLACE",
    "REVERSE", "RIGHT", "ROUND", "ROW_NUMBER", "RPAD", "RTRIM", "S2_CELLIDFROMPOINT",
    "S2_COVERINGCELLIDS", "SAFE_ADD", "SAFE_CONVERT_BYTES_TO_STRING", "SAFE_DIVIDE",
    "SAFE_MULTIPLY", "SAFE_NEGATE", "SAFE_SUBTRACT", "SEARCH", "SEC", "SECH", "SHA1", "SHA256",
    "SHA512", "SIGN", "SIN", "SINH", "SOUNDEX", "SPLIT", "SQRT", "STARTS_WITH", "STDDEV",
    "STDDEV_POP", "STDDEV_SAMP", "STRING", "STRING_AGG", "STRING_ARRAY", "STRPOS", "ST_ANGLE",
    "ST_AREA", "ST_ASBINARY", "ST_ASGEOJSON", "ST_ASKML", "ST_ASTEXT", "ST_AZIMUTH", "ST_BOUNDARY",
    "ST_BOUNDINGBOX", "ST_BUFFER", "ST_BUFFERWITHTOLERANCE", "ST_CENTROID", "ST_CENTROID_AGG",
    "ST_CLOSESTPOINT", "ST_CLUSTERDBSCAN", "ST_CONTAINS", "ST_CONVEXHULL", "ST_COVEREDBY",
    "ST_COVERS", "ST_DIFFERENCE", "ST_DIMENSION", "ST_DISJOINT", "ST_DISTANCE", "ST_DUMP",
    "ST_DUMPPOINTS", "ST_DWITHIN", "ST_ENDPOINT", "ST_EQUALS", "ST_EXTENT", "ST_EXTERIORRING",
    "ST_GEOGFROM", "ST_GEOGFROMGEOJSON", "ST_GEOGFROMKML", "ST_GEOGFROMTEXT", "ST_GEOGFROMWKB",
    "ST_GEOGPOINT", "ST_GEOGPOINTFROMGEOHASH", "ST_GEOHASH", "ST_GEOMETRYTYPE",
    "ST_HAUSDORFFDISTANCE", "ST_HAUSDORFFDWITHIN", "ST_INTERIORRINGS", "ST_INTERSECTION",
    "ST_INTERSECTS", "ST_INTERSECTSBOX", "ST_ISCLOSED", "ST_ISCOLLECTION", "ST_ISEMPTY",
    "ST_ISRING", "ST_LENGTH", "ST_LINEINTERPOLATEPOINT", "ST_LINELOCATEPOINT", "ST_LINESUBSTRING",
    "ST_MAKELINE", "ST_MAKEPOLYGON", "ST_MAKEPOLYGONORIENTED", "ST_MAXDISTANCE", "ST_NPOINTS",
    "ST_NUMGEOMETRIES", "ST_NUMPOINTS", "ST_PERIMETER", "ST_POINTN", "ST_SIMPLIFY", "ST_SNAPTOGRID",
    "ST_STARTPOINT", "ST_TOUCHES", "ST_UNARYUNION", "ST_UNION", "ST_UNION_AGG", "ST_WITHIN", "ST_X",
    "ST_Y", "SUBSTR", "SUBSTRING", "SUM", "TAN", "TANH", "TEXT_ANALYZE", "TF_IDF", "TIME",
    "TIMESTAMP", "TIMESTAMP_ADD", "TIMESTAMP_BUCKET", "TIMESTAMP_FROM_UNIX_MICROS",
    "TIMESTAMP_FROM_UNIX_MILLIS", "TIMESTAMP_FROM_UNIX_SECONDS", "TIMESTAMP_MICROS",
    "TIMESTAMP_MILLIS", "TIMESTAMP_SECONDS", "TIMESTAMP_SUB", "TIME_ADD", "TIME_SUB", "TO_BASE32",
    "TO_BASE64", "TO_CODE_POINTS", "TO_HEX", "TO_JSON", "TO_JSON_STRING", "TRANSLATE", "TRIM",
    "TRUNC", "TYPEOF", "UINT32", "UINT64", "UNICODE", "UNIX_DATE", "UNIX_MICROS", "UNIX_MILLIS",
    "UNIX_SECONDS", "UPPER", "VARIANCE", "VAR_POP", "VAR_SAMP", "ZEROIFNULL",
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
        assert!(is_aggregate("SUM") && !is_aggregate("UPPER"));
        assert!(is_part("month") && !is_part("ssn"));
    }
}
