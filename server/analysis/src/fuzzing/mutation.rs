//! Queries made of others: from a few bytes, one of the tests' queries is taken and changed
//! token by token, so that most of what comes out is almost, or entirely, valid.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::lexer;

/// The most changes to one query.
const MOST_CHANGES: usize = 12;

/// Names of the catalog, aliases, and what makes trouble beside them.
#[rustfmt::skip]
const PIECES: &[&str] = &[
    "customers", "orders", "events", "`customers_*`", "customers_2024", "c", "o", "e", "t",
    "ssn", "email", "card_number", "birth_date", "id", "name", "country", "customer_id", "amount",
    "created_at", "user", "device", "address", "emails", "params", "payload", "key", "value",
    "_TABLE_SUFFIX", "_PARTITIONTIME", "*", "1", "'a'", "NULL", "TRUE", "@p", "?", "(", ")", "[",
    "]", ",", ".", "=", "<", ">", "-", "+", "||", "|>", ";", "AS", "SELECT", "FROM", "WHERE", "JOIN",
    "LEFT JOIN", "CROSS JOIN", "ON TRUE", "USING (id)", "UNNEST", "WITH OFFSET", "GROUP BY",
    "GROUP BY ALL", "HAVING", "QUALIFY", "ORDER BY", "LIMIT 1", "DISTINCT", "AS STRUCT", "AS VALUE",
    "EXCEPT (ssn)", "REPLACE (1 AS id)", "UNION ALL", "UNION ALL BY NAME", "EXCEPT DISTINCT",
    "FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()", "TABLESAMPLE SYSTEM (1 PERCENT)",
    "PIVOT (COUNT(id) FOR country IN ('a', 'b'))", "UNPIVOT (v FOR n IN (ssn, country))", "OVER ()",
    "STRUCT(ssn AS s)", "ARRAY_AGG(ssn)", "TO_JSON_STRING(c)", "EXISTS (SELECT 1)", "-- x\n",
    "/* x */", "SELECT AS STRUCT 1 AS a", "WITH", "RECURSIVE", "CASE WHEN", "THEN", "ELSE", "END",
];

#[derive(Deserialize)]
struct Case {
    sql: String,
}

/// The tests' queries, each as its tokens' texts.
fn seeds() -> &'static [Vec<String>] {
    static SEEDS: OnceLock<Vec<Vec<String>>> = OnceLock::new();
    SEEDS.get_or_init(|| {
        let hiding = include_str!("../../tests/data/bypass.jsonl").lines();
        let hiding = hiding.map(|line| serde_json::from_str(line).expect("a case"));
        let ordinary = include_str!("../../benches/analysis/queries.sql").split(";\n");
        let texts = hiding.map(|case: Case| case.sql);
        let texts = texts.chain(ordinary.map(str::to_owned));
        texts.filter_map(|sql| pieces(&sql)).collect()
    })
}

/// The texts of a query's tokens; none of a text without tokens.
fn pieces(sql: &str) -> Option<Vec<String>> {
    let tokens = lexer::tokens(sql).ok()?;
    let places = tokens.iter().map(|token| lexer::place(token.span));
    let pieces = places.filter_map(|place| sql.get(place).map(str::to_owned));
    Some(pieces.collect()).filter(|pieces: &Vec<String>| !pieces.is_empty())
}

/// Bytes as decisions; when they end, always the first.
struct Choices<'a>(std::slice::Iter<'a, u8>);

impl Choices<'_> {
    fn below(&mut self, count: usize) -> usize {
        let mut byte = || self.0.next().copied().map_or(0, usize::from);
        (byte() * 256 + byte()) % count.max(1)
    }

    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length);
        let end = start + 1 + self.below(8);
        start..end.min(length)
    }

    fn seed(&mut self) -> &'static [String] {
        let seeds = seeds();
        &seeds[self.below(seeds.len())]
    }
}

/// The query that these bytes stand for.
#[must_use]
pub fn query(bytes: &[u8]) -> String {
    let mut choices = Choices(bytes.iter());
    let mut pieces = choices.seed().to_vec();
    for _ in 0..MOST_CHANGES {
        if choices.0.len() == 0 || pieces.is_empty() {
            break;
        }
        change(&mut pieces, &mut choices);
    }
    pieces.join(" ")
}

fn change(pieces: &mut Vec<String>, choices: &mut Choices<'_>) {
    let length = pieces.len();
    let new = |choices: &mut Choices<'_>| PIECES[choices.below(PIECES.len())].to_owned();
    match choices.below(9) {
        0 => pieces[choices.below(length)] = new(choices),
        1 => pieces.insert(choices.below(length), new(choices)),
        2 => drop(pieces.remove(choices.below(length))),
        3 => pieces.swap(choices.below(length), choices.below(length)),
        4 => {
            let (here, other) = (choices.range(length), choices.seed());
            let there = choices.range(other.len());
            pieces.splice(here, other[there].iter().cloned());
        }
        5 => around(pieces, "SELECT * FROM (", ") AS c"),
        6 => around(pieces, "WITH c AS (", ") SELECT c , c . * FROM c"),
        7 => {
            pieces.push("UNION ALL".to_owned());
            pieces.extend(choices.seed().iter().cloned());
        }
        _ => {
            let copied = pieces[choices.range(length)].to_vec();
            let at = choices.below(length);
            pieces.splice(at..at, copied);
        }
    }
}

fn around(pieces: &mut Vec<String>, before: &str, after: &str) {
    pieces.insert(0, before.to_owned());
    pieces.push(after.to_owned());
}
