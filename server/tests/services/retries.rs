//! Calls of the warehouse that got no answer are tried again; what it refused is not.

use std::sync::Arc;

use countersign::warehouse::{Query, Retrying, Warehouse as _};

use crate::support::{CUSTOMERS_SQL, Point, Reply, ScriptedWarehouse, Trouble};

fn query() -> Query {
    Query {
        sql: CUSTOMERS_SQL.to_owned(),
        parameters: Vec::new(),
        default_dataset: None,
        maximum_bytes_billed: 1,
    }
}

#[tokio::test]
async fn no_answer_is_asked_for_again_but_not_for_ever() {
    let scripted = ScriptedWarehouse::new(Vec::new(), Reply::customers());
    let warehouse = Retrying::new(Arc::new(scripted.clone()));
    for unanswered in 0..=3 {
        for _ in 0..unanswered {
            scripted.will(Point::DryRun, Trouble::Unreachable);
        }
        let answer = warehouse.dry_run(&query()).await;
        assert_eq!(answer.is_ok(), unanswered < 3, "{unanswered}");
    }
}

#[tokio::test]
async fn a_refusal_is_an_answer() {
    let scripted = ScriptedWarehouse::new(Vec::new(), Reply::customers());
    let warehouse = Retrying::new(Arc::new(scripted.clone()));
    for _ in 0..2 {
        scripted.will(Point::DryRun, Trouble::Rejected);
    }
    // One that was tried again would have met both at once.
    for _ in 0..2 {
        warehouse.dry_run(&query()).await.expect_err("refused");
    }
    warehouse.dry_run(&query()).await.expect("answered");
}
