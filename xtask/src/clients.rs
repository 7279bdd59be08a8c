//! BigQuery's own clients, which the end-to-end tests use unmodified: the Python one in a virtual
//! environment of its own, and `bq` where it is installed. The Node.js one comes with the tests'
//! packages.

use std::path::PathBuf;

use crate::command;
use crate::progress::Progress;
use crate::python::{self, Wanted};
use crate::workspace::Workspace;

/// The environment variables by which the tests are told of them; one that is not set skips its
/// tests.
const PYTHON_VARIABLE: &str = "CLIENTS_PYTHON";
const BQ_VARIABLE: &str = "CLIENTS_BQ";

/// Brings what can be brought, and says what the tests go without.
pub fn provide(workspace: &Workspace, progress: &mut Progress) -> Vec<(&'static str, PathBuf)> {
    let mut clients = Vec::new();
    let wanted = Wanted {
        name: "clients",
        what: "google-cloud-bigquery (70 MB)",
        folder: workspace.root.join("end2end/clients"),
        versions: python::ANY,
    };
    match python::environment(workspace, progress, &wanted) {
        Ok(python) => clients.push((PYTHON_VARIABLE, python)),
        Err(error) => progress.note(&format!(
            "google-cloud-bigquery is NOT tested against Countersign: {error:#}"
        )),
    }
    match command::find("bq") {
        Some(bq) => clients.push((BQ_VARIABLE, bq)),
        None => progress.note(
            "bq is NOT tested against Countersign: it is not installed, and comes with the Google \
             Cloud CLI from Google's own archive only",
        ),
    }
    clients
}
