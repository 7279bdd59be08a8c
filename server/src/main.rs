//! The program `countersign`.

use clap::Parser as _;
use countersign::command_line::{CommandLine, run};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    run(CommandLine::parse()).await
}
