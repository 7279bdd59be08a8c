//! Which words are keywords: GoogleSQL's, not the many more of the parser's other dialects.
//!
//! A word that GoogleSQL takes for a name must reach the parser as one, or a column called `minus`
//! or `position` changes what the statement means
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical#reserved_keywords>).

use std::sync::LazyLock;

use sqlparser::keywords::{ALL_KEYWORDS, ALL_KEYWORDS_INDEX, Keyword};

/// Words that never are a name without backquotes.
pub(crate) const fn is_reserved(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::ALL
            | Keyword::AND
            | Keyword::ANY
            | Keyword::ARRAY
            | Keyword::AS
            | Keyword::ASC
            | Keyword::AT
            | Keyword::BETWEEN
            | Keyword::BY
            | Keyword::CASE
            | Keyword::CAST
            | Keyword::COLLATE
            | Keyword::CREATE
            | Keyword::CROSS
            | Keyword::CUBE
            | Keyword::CURRENT
            | Keyword::DEFAULT
            | Keyword::DESC
            | Keyword::DISTINCT
            | Keyword::ELSE
            | Keyword::END
            | Keyword::EXCEPT
            | Keyword::EXCLUDE
            | Keyword::EXISTS
            | Keyword::EXTRACT
            | Keyword::FALSE
            | Keyword::FETCH
            | Keyword::FOLLOWING
            | Keyword::FOR
            | Keyword::FROM
            | Keyword::FULL
            | Keyword::GROUP
            | Keyword::GROUPING
            | Keyword::GROUPS
            | Keyword::HAVING
            | Keyword::IF
            | Keyword::IGNORE
            | Keyword::IN
            | Keyword::INNER
            | Keyword::INTERSECT
            | Keyword::INTERVAL
            | Keyword::INTO
            | Keyword::IS
            | Keyword::JOIN
            | Keyword::LATERAL
            | Keyword::LEFT
            | Keyword::LIKE
            | Keyword::LIMIT
            | Keyword::MERGE
            | Keyword::NATURAL
            | Keyword::NOT
            | Keyword::NULL
            | Keyword::NULLS
            | Keyword::OF
            | Keyword::ON
            | Keyword::OR
            | Keyword::ORDER
            | Keyword::OUTER
            | Keyword::OVER
            | Keyword::PARTITION
            | Keyword::PRECEDING
            | Keyword::QUALIFY
            | Keyword::RANGE
            | Keyword::RECURSIVE
            | Keyword::RESPECT
            | Keyword::RIGHT
            | Keyword::ROLLUP
            | Keyword::ROWS
            | Keyword::SELECT
            | Keyword::SET
            | Keyword::SOME
            | Keyword::STRUCT
            | Keyword::TABLESAMPLE
            | Keyword::THEN
            | Keyword::TO
            | Keyword::TRUE
            | Keyword::UNBOUNDED
            | Keyword::UNION
            | Keyword::UNNEST
            | Keyword::USING
            | Keyword::WHEN
            | Keyword::WHERE
            | Keyword::WINDOW
            | Keyword::WITH
    )
}

/// Words that mean something in some places and are names in all others.
const fn is_contextual(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::AGGREGATE
            | Keyword::BERNOULLI
            | Keyword::CALL
            | Keyword::CURRENT_DATE
            | Keyword::CURRENT_TIME
            | Keyword::CURRENT_TIMESTAMP
            | Keyword::DELETE
            | Keyword::DROP
            | Keyword::EXTEND
            | Keyword::FIRST
            | Keyword::FORMAT
            | Keyword::INCLUDE
            | Keyword::INSERT
            | Keyword::LAST
            | Keyword::MATCHED
            | Keyword::MAX
            | Keyword::MIN
            | Keyword::NAME
            | Keyword::OFFSET
            | Keyword::PERCENT
            | Keyword::PIVOT
            | Keyword::RENAME
            | Keyword::REPLACE
            | Keyword::ROW
            | Keyword::SAFE_CAST
            | Keyword::SETS
            | Keyword::SOURCE
            | Keyword::SYSTEM
            | Keyword::SYSTEM_TIME
            | Keyword::TARGET
            | Keyword::UNKNOWN
            | Keyword::UNPIVOT
            | Keyword::UPDATE
            | Keyword::VALUE
            | Keyword::VALUES
            | Keyword::ZONE
    ) || is_type(keyword)
        || is_part(keyword)
}

const fn is_type(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::BIGDECIMAL
            | Keyword::BIGINT
            | Keyword::BIGNUMERIC
            | Keyword::BOOL
            | Keyword::BOOLEAN
            | Keyword::BYTES
            | Keyword::DATE
            | Keyword::DATETIME
            | Keyword::DECIMAL
            | Keyword::FLOAT64
            | Keyword::INT
            | Keyword::INT64
            | Keyword::INTEGER
            | Keyword::JSON
            | Keyword::NUMERIC
            | Keyword::SMALLINT
            | Keyword::STRING
            | Keyword::TIME
            | Keyword::TIMESTAMP
            | Keyword::TINYINT
    )
}

/// Parts of a date or time, as `EXTRACT` and `INTERVAL` name them.
const fn is_part(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::DAY
            | Keyword::DAYOFWEEK
            | Keyword::DAYOFYEAR
            | Keyword::HOUR
            | Keyword::ISOWEEK
            | Keyword::ISOYEAR
            | Keyword::MICROSECOND
            | Keyword::MILLISECOND
            | Keyword::MINUTE
            | Keyword::MONTH
            | Keyword::NANOSECOND
            | Keyword::QUARTER
            | Keyword::SECOND
            | Keyword::WEEK
            | Keyword::YEAR
    )
}

/// The keyword that the parser shall see in a word that stands where keywords may stand.
pub(crate) fn keyword_of(word: &str) -> Keyword {
    let letter = word.bytes().next().map(|byte| byte.to_ascii_uppercase());
    let letter = letter.and_then(|letter| letter.checked_sub(b'A'));
    let known = letter.and_then(|letter| BY_LETTER.get(usize::from(letter)));
    let mut known = known.into_iter().flatten();
    let same = known.find(|(spelled, _)| spelled.eq_ignore_ascii_case(word));
    same.map_or(Keyword::NoKeyword, |(_, keyword)| *keyword)
}

type Spelled = (&'static str, Keyword);

/// The keywords that count, by their first letter.
static BY_LETTER: LazyLock<Vec<Vec<Spelled>>> = LazyLock::new(|| {
    let counts = |(_, keyword): &Spelled| is_reserved(*keyword) || is_contextual(*keyword);
    let every = ALL_KEYWORDS
        .iter()
        .copied()
        .zip(ALL_KEYWORDS_INDEX.iter().copied());
    let every = every.filter(counts).chain([CURRENT_DATETIME]);
    let every: Vec<Spelled> = every.collect();
    let of = |letter: char| {
        every
            .iter()
            .copied()
            .filter(move |(spelled, _)| spelled.starts_with(letter))
    };
    ('A'..='Z').map(|letter| of(letter).collect()).collect()
});

/// Callable without brackets, as the parser knows it of its sisters only.
const CURRENT_DATETIME: Spelled = ("CURRENT_DATETIME", Keyword::CURRENT_TIMESTAMP);
