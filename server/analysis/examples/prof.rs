//! Scratch.
#![allow(
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "scratch"
)]
fn main() {
    let catalog: analysis::Catalog =
        serde_json::from_str(include_str!("../tests/data/catalog.json")).unwrap();
    let mode = std::env::args().nth(1).unwrap();
    let only = std::env::args().nth(2).unwrap_or_default();
    let n: usize = std::env::args().nth(3).map_or(500, |s| s.parse().unwrap());
    let queries: Vec<&str> = include_str!("../benches/analysis/queries.sql")
        .split(";\n")
        .map(str::trim)
        .filter(|s| !s.is_empty())
        .filter(|s| match only.as_str() {
            "plain" => !s.contains("customers") && !s.contains("events"),
            "masked" => s.contains("customers") || s.contains("events"),
            _ => true,
        })
        .collect();
    let t = std::time::Instant::now();
    for _ in 0..n {
        for q in &queries {
            match mode.as_str() {
                "parse" => {
                    std::hint::black_box(
                        sqlparser::parser::Parser::parse_sql(
                            &sqlparser::dialect::BigQueryDialect,
                            q,
                        )
                        .is_ok(),
                    );
                }
                "tok" => {
                    std::hint::black_box(
                        sqlparser::tokenizer::Tokenizer::new(
                            &sqlparser::dialect::BigQueryDialect,
                            q,
                        )
                        .tokenize_with_location()
                        .is_ok(),
                    );
                }
                _ => {
                    std::hint::black_box(analysis::analyse(q, &catalog));
                }
            }
        }
    }
    println!(
        "{mode} {only} {:.2} us/query over {}",
        t.elapsed().as_secs_f64() * 1e6 / (n * queries.len()) as f64,
        queries.len()
    );
}
