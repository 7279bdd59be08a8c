//! The tools as clients are told of them.

use std::sync::Arc;

use rmcp::model::{Tool, ToolAnnotations};
use schemars::JsonSchema;

use super::{
    answers::{Cancelled, Progress},
    arguments::{AnswerQuestion, Cancel, CheckQuery, DescribeTable, ListTables, Query, Wait},
    tables::{Described, Tables},
    verdict::Verdict,
};

/// Lists what may be read.
pub(super) const LIST_TABLES: &str = "list_tables";
/// Describes a table.
pub(super) const DESCRIBE_TABLE: &str = "describe_table";
/// Judges SQL without running it.
pub(super) const CHECK_QUERY: &str = "check_query";

/// Runs SQL.
pub(super) const QUERY: &str = "query";
/// Waits for a query.
pub(super) const WAIT: &str = "wait";
/// Answers an approver.
pub(super) const ANSWER_QUESTION: &str = "answer_question";
/// Takes a query back.
pub(super) const CANCEL: &str = "cancel";

/// What a client tells its model about all of them.
pub(super) const INSTRUCTIONS: &str = "\
Countersign runs your BigQuery SQL in the name of the person who opened this run, within the \
run's scope. Sensitive columns come back masked. Some queries wait until a person approves \
them: `query` then answers `pending_approval`; tell your user the page where people decide, and \
call `wait` with the intent. Never submit such a query again, and do not try to reach the same \
data another way. You cannot approve anything yourself. A refusal has a stable `code` and says \
in `detail` what to change.";

/// Every tool, in the order in which they are likely needed.
pub(super) fn all() -> Vec<Tool> {
    vec![
        list_tables(),
        describe_table(),
        check_query(),
        query(),
        wait(),
        answer_question(),
        cancel(),
    ]
}

fn list_tables() -> Tool {
    let description = "Lists the tables and views that this run may read. What is not listed \
        lies outside the run's scope.";
    tool::<ListTables, Tables>(LIST_TABLES, "List tables", description, reading())
}

fn describe_table() -> Tool {
    let description = "Describes the columns of a table or view: their types, what is known of \
        what they hold, and what a query sees in place of sensitive values.";
    let title = "Describe a table";
    tool::<DescribeTable, Described>(DESCRIBE_TABLE, title, description, reading())
}

fn check_query() -> Tool {
    let description = "Judges a GoogleSQL statement as `query` would, without running it and \
        without asking anybody: whether it would run at once, need approval or be refused and \
        why, what was found in it, which columns come back masked, and about how many bytes it \
        would process. Use it before a query that may be refused or expensive.";
    tool::<CheckQuery, Verdict>(CHECK_QUERY, "Check a query", description, reading())
}

fn query() -> Tool {
    let description = "Runs one GoogleSQL statement on BigQuery. Returns the rows, masked where \
        columns are sensitive; or status `pending_approval` with the page where people decide; \
        or status `running`. In both latter cases call `wait` with the `intent` instead of \
        submitting the query again. A statement that may not run at all is refused with a code, \
        what was found in it and what to change.";
    let effects = ToolAnnotations::new()
        .read_only(false)
        .destructive(true)
        .idempotent(false)
        .open_world(true);
    tool::<Query, Progress>(QUERY, "Run a query", description, effects)
}

fn wait() -> Tool {
    let description = "Waits for a query until its rows are there, an approver asks something, \
        or the time is over, whichever comes first; then says how it stands. Call it again while \
        the status is `pending_approval` or `running`. Also reads further rows of a finished \
        query, by `first_row`.";
    tool::<Wait, Progress>(WAIT, "Wait for a query", description, reading())
}

fn answer_question() -> Tool {
    let description = "Answers a question that an approver asked about a query that waits. \
        People read the answer and then decide; it does not prolong the time that they have.";
    let effects = ToolAnnotations::new()
        .read_only(false)
        .destructive(false)
        .idempotent(false)
        .open_world(false);
    let title = "Answer an approver";
    tool::<AnswerQuestion, Progress>(ANSWER_QUESTION, title, description, effects)
}

fn cancel() -> Tool {
    let description = "Takes a query back that is no longer needed: it is withdrawn while people \
        are asked, and its job is stopped once it runs. A cancelled query gives no rows.";
    let effects = ToolAnnotations::new()
        .read_only(false)
        .destructive(true)
        .idempotent(true)
        .open_world(false);
    tool::<Cancel, Cancelled>(CANCEL, "Take a query back", description, effects)
}

/// Changes nothing, and asks nobody outside.
fn reading() -> ToolAnnotations {
    ToolAnnotations::new().read_only(true).open_world(false)
}

fn tool<Input: JsonSchema + 'static, Output: JsonSchema + 'static>(
    name: &'static str,
    title: &str,
    description: &'static str,
    effects: ToolAnnotations,
) -> Tool {
    Tool::new(name, description, Arc::default())
        .with_title(title)
        .with_annotations(effects)
        .with_input_schema::<Input>()
        .with_output_schema::<Output>()
}
