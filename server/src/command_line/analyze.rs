//! `countersign analyze`.

use std::{
    fs,
    io::{self, BufRead as _, BufWriter, Read as _, Write as _},
    path::PathBuf,
};

use analysis::{Analysis, Catalog, analyse};
use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};

#[derive(Debug, Args)]
pub struct Analyze {
    /// Tables, columns, tags and views, as JSON.
    #[arg(long, value_name = "FILE")]
    catalog: PathBuf,
    /// Read one JSON object `{"id": …, "sql": …}` a line, and answer one a line.
    #[arg(long)]
    jsonl: bool,
}

#[derive(Deserialize)]
struct Question {
    id: serde_json::Value,
    sql: String,
}

#[derive(Serialize)]
struct Answer {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<serde_json::Value>,
    #[serde(flatten)]
    analysis: Analysis,
}

impl Analyze {
    pub fn run(&self) -> anyhow::Result<()> {
        let path = self.catalog.display();
        let text = fs::read_to_string(&self.catalog)
            .with_context(|| format!("cannot read the catalog {path}"))?;
        let catalog: Catalog =
            serde_json::from_str(&text).with_context(|| format!("{path} is not a catalog"))?;
        let mut output = BufWriter::new(io::stdout().lock());
        if self.jsonl {
            for (number, line) in (1..).zip(io::stdin().lock().lines()) {
                let question: Question = serde_json::from_str(&line?)
                    .with_context(|| format!("line {number} is not {{\"id\": …, \"sql\": …}}"))?;
                let analysis = analyse(&question.sql, &catalog);
                answer(&mut output, Some(question.id), analysis)?;
            }
        } else {
            let mut sql = String::new();
            io::stdin().read_to_string(&mut sql)?;
            answer(&mut output, None, analyse(&sql, &catalog))?;
        }
        Ok(output.flush()?)
    }
}

fn answer(
    output: &mut impl io::Write,
    id: Option<serde_json::Value>,
    analysis: Analysis,
) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *output, &Answer { id, analysis })?;
    Ok(output.write_all(b"\n")?)
}
