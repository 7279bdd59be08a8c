//! `jobs.list`: the run's own jobs, as BigQuery's reference lists them.

use serde_json::{Value, json};

use super::refusal;
use crate::support::{Agent, CUSTOMERS_SQL, Reply, TestPortal};

/// The ids of a page's jobs, and the token of the next page.
async fn page(agent: &Agent<'_>, query: &str) -> (Vec<String>, Option<String>) {
    let listed = agent.look(&format!("/jobs?{query}")).await.json();
    let jobs = listed["jobs"].as_array().expect("jobs").iter();
    let id = |job: &Value| {
        job["jobReference"]["jobId"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let token = listed["nextPageToken"].as_str().map(str::to_owned);
    (jobs.map(id).collect(), token)
}

async fn with_three_jobs(portal: &TestPortal) -> Agent<'_> {
    let agent = portal.agent_at_work().await;
    portal.warehouse.replies(Reply::customers());
    for job in ["job-1", "job-2", "job-3"] {
        agent.insert(job, CUSTOMERS_SQL).await;
    }
    agent.post("/jobs/job-1/cancel", &json!({})).await;
    agent.submitted(CUSTOMERS_SQL).await;
    agent
}

#[tokio::test]
async fn the_newest_come_first_and_page_by_page_whatever_came_since() {
    let portal = TestPortal::new().await;
    let agent = with_three_jobs(&portal).await;
    let (first, token) = page(&agent, "maxResults=2").await;
    assert_eq!(first, ["job-3", "job-2"]);
    agent.insert("job-4", CUSTOMERS_SQL).await;
    let token = token.expect("a token");
    let rest = page(&agent, &format!("maxResults=2&pageToken={token}")).await;
    assert_eq!(rest, (vec!["job-1".to_owned()], None));
    for query in [
        "pageToken=x",
        "maxResults=x",
        "stateFilter=gone",
        "projection=x",
    ] {
        let refused = refusal(&agent.look(&format!("/jobs?{query}")).await);
        assert_eq!(
            (refused.0, refused.2.as_str()),
            (400, "invalid_parameter"),
            "{query}"
        );
    }
    portal.finish().await;
}

#[tokio::test]
async fn states_and_times_filter_and_all_users_widens_nothing() {
    let portal = TestPortal::new().await;
    let agent = with_three_jobs(&portal).await;
    let registered = portal.register("another", &["read demo.shop.*"]).await;
    let run = portal.open_run(registered).await;
    let other = portal.agent(&run);
    other.insert("theirs", CUSTOMERS_SQL).await;
    let now = portal.now().micros() / 1000;
    for (query, expected) in [
        ("stateFilter=done", "job-1"),
        ("stateFilter=pending", "job-3 job-2"),
        ("stateFilter=pending&stateFilter=done", "job-3 job-2 job-1"),
        ("stateFilter=running", ""),
        ("allUsers=true", "job-3 job-2 job-1"),
        ("parentJobId=job-1", ""),
        (&format!("minCreationTime={now}"), "job-3 job-2 job-1"),
        (&format!("minCreationTime={}", now + 1), ""),
        (&format!("maxCreationTime={}", now - 1), ""),
    ] {
        assert_eq!(page(&agent, query).await.0.join(" "), expected, "{query}");
    }
    portal.finish().await;
}

#[tokio::test]
async fn the_query_is_told_in_full_only() {
    let portal = TestPortal::new().await;
    let agent = with_three_jobs(&portal).await;
    let minimal = agent.look("/jobs?stateFilter=done").await.json();
    let job = &minimal["jobs"][0];
    assert_eq!(
        (&job["configuration"], &job["status"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(job["state"], "DONE");
    assert_eq!(job["errorResult"]["reason"], "stopped");
    let full = agent
        .look("/jobs?stateFilter=done&projection=full")
        .await
        .json();
    assert_eq!(
        full["jobs"][0]["configuration"]["query"]["query"],
        CUSTOMERS_SQL
    );
    assert_eq!(full["jobs"][0]["status"]["state"], "DONE");
    portal.finish().await;
}
