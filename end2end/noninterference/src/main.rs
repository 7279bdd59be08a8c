//! Generates queries and compares the answers of both databases, or prints the queries.

use analysis::Catalog;
use anyhow::Result;
use clap::Parser;
use noninterference::{
    CATALOG,
    comparison::Laboratory,
    experiment::{Experiment, run},
    generate::generate,
};
use serde_json::json;

/// Two databases that differ only in tagged columns give the same answers to masked queries.
#[derive(Parser)]
struct Options {
    /// How many queries to compare
    #[arg(long, default_value_t = 10_000)]
    queries: u64,
    /// Which queries: the same for the same seed
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print so many queries as JSON lines instead, and compare nothing
    #[arg(long, value_name = "QUERIES")]
    print: Option<u64>,
    /// Print the catalog of the tables that the queries read, and compare nothing
    #[arg(long)]
    catalog: bool,
}

fn main() -> Result<()> {
    let options = Options::parse();
    if options.catalog {
        print!("{CATALOG}");
        return Ok(());
    }
    let catalog: Catalog = serde_json::from_str(CATALOG)?;
    let mut laboratory = Laboratory::open(catalog)?;
    if let Some(queries) = options.print {
        let sources = laboratory.sources();
        for number in 0..queries {
            let sql = generate(&sources, options.seed, number);
            let id = format!("{}-{number}", options.seed);
            println!("{}", json!({ "id": id, "sql": sql }));
        }
        return Ok(());
    }
    let experiment = Experiment {
        seed: options.seed,
        queries: options.queries,
        raw_every: 10,
    };
    let outcome = run(&mut laboratory, &experiment)?;
    println!("{}", outcome.coverage);
    for leak in &outcome.leaks {
        println!("\n{leak}");
    }
    anyhow::ensure!(
        outcome.leaks.is_empty(),
        "{} queries tell the databases apart",
        outcome.leaks.len()
    );
    Ok(())
}
