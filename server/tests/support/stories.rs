//! The shop that every test queries, and the steps that most tests begin with.

use countersign::{
    services::{IntentView, NewAgent, NewRun},
    warehouse::TableDescription,
};
use domain::{AgentId, ApprovalId, Caps, Door, IntentId, IntentState, Power, RunId, TableName};
use serde_json::json;

use super::{Agent, Point, Reply, TestPortal, Trouble, Who, columns};

/// After so long a worker that is not heard of is succeeded.
pub const LEASE_SECONDS: i64 = 6;
/// Reads a table without tagged columns: runs at once.
pub const ORDERS_SQL: &str = "SELECT id, country FROM demo.shop.orders";
/// Reads a table with tagged columns: waits for a steward.
pub const CUSTOMERS_SQL: &str = "SELECT id, email FROM demo.shop.customers";

/// An open run and the token that proves it.
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// Its agent.
    pub agent: AgentId,
    /// As the portal showed it.
    pub token: String,
}

/// What the shop's dataset holds.
pub fn shop() -> Vec<TableDescription> {
    let table = |name: &str, described: &[&str], view_sql: Option<&str>| TableDescription {
        name: TableName::new(format!("demo.shop.{name}")),
        columns: columns(described),
        view_sql: view_sql.map(str::to_owned),
        partition_column: None,
        require_partition_filter: false,
        rows: None,
        bytes: None,
        etag: Some("as it was".to_owned()),
        modified_at: None,
    };
    let orders = [
        "id INT64",
        "customer_id INT64",
        "country STRING",
        "note STRING",
    ];
    let customers = [
        "id INT64",
        "email STRING pii.email",
        "ssn STRING pii.ssn",
        "country STRING",
    ];
    let order_list = "SELECT id, country FROM demo.shop.orders";
    let customer_list = "SELECT id, country FROM demo.shop.customers";
    let list = ["id INT64", "country STRING"];
    vec![
        table("customers", &customers, None),
        table("orders", &orders, None),
        table("visits_2025", &["id INT64", "ip STRING pii.ip"], None),
        table("order_list", &list, Some(order_list)),
        table("customer_list", &list, Some(customer_list)),
    ]
}

impl Reply {
    /// What [`ORDERS_SQL`] gets.
    pub fn orders() -> Self {
        Self {
            statement_type: "SELECT",
            tables: vec!["demo.shop.orders"],
            schema: columns(&["id INT64", "country STRING"]),
            bytes: 2048,
            rows: vec![vec![json!("1"), json!("DE")], vec![json!("2"), json!(null)]],
        }
    }

    /// What [`CUSTOMERS_SQL`] gets: the masked SQL gives masked addresses.
    pub fn customers() -> Self {
        Self {
            tables: vec!["demo.shop.customers"],
            schema: columns(&["id INT64", "email STRING"]),
            rows: vec![vec![json!("7"), json!("XXXXX@example.com")]],
            ..Self::orders()
        }
    }
}

/// A power, written `read demo.shop.* except ssn`.
fn power(text: &str) -> Power {
    text.parse().expect("a power")
}

/// Caps that no ordinary test comes near.
pub const CAPS: Caps = Caps {
    bytes_per_query: 10 << 30,
    bytes_per_day: 100 << 30,
    rows: 100_000,
    concurrent_jobs: 4,
    open_runs: 10,
};

/// A run that nothing is wrong with.
pub fn new_run(agent: AgentId, scope: &[&str]) -> NewRun {
    NewRun {
        agent,
        purpose: "Count orders".to_owned(),
        ticket: "SHOP-1".to_owned(),
        scope: scope.iter().map(|text| power(text)).collect(),
        minutes: 60,
        door: Door::Portal,
        key_thumbprint: None,
        audience: None,
        code_hash: None,
        session: None,
        proof: None,
    }
}

impl TestPortal {
    /// An agent that nothing is wrong with.
    pub fn new_agent(&self, name: &str, grants: &[&str]) -> NewAgent {
        NewAgent {
            name: name.to_owned(),
            purpose: "Predicts churn".to_owned(),
            expires_at: self.now().plus_days(30),
            grants: grants.iter().map(|text| (power(text), None)).collect(),
            caps: CAPS,
            sponsors: Vec::new(),
            workload: None,
            allows_bearer: true,
            service_account: None,
        }
    }

    /// Alice proposes an agent, and Grace confirms it.
    pub async fn register(&self, name: &str, grants: &[&str]) -> AgentId {
        self.confirmed(self.new_agent(name, grants)).await
    }

    /// The same with an agent that differs from the usual one.
    pub async fn confirmed(&self, new: NewAgent) -> AgentId {
        let proposed = self.services.propose_agent(&self.by(Who::Alice), new).await;
        let agent = proposed.expect("proposed");
        let grace = self.by(Who::Grace);
        let confirmed = self.services.confirm_agent(&grace, agent).await;
        confirmed.expect("confirmed");
        agent
    }

    /// Alice opens a run with this agent, with all that it may do.
    pub async fn open_run(&self, agent: AgentId) -> Run {
        self.opened(Who::Alice, new_run(agent, &[])).await
    }

    /// Somebody opens a run that differs from the usual one.
    pub async fn opened(&self, who: Who, new: NewRun) -> Run {
        let agent = new.agent;
        let opened = self.services.open_run(&self.by(who), new).await;
        let opened = opened.expect("opened");
        Run {
            id: opened.run,
            agent,
            token: opened.token.reveal().to_owned(),
        }
    }

    /// A run of a new agent that may read the shop.
    pub async fn run(&self) -> Run {
        let agent = self.register("churn-model", &["read demo.shop.*"]).await;
        self.open_run(agent).await
    }

    /// An agent within a new run.
    pub async fn agent_at_work(&self) -> Agent<'_> {
        let run = self.run().await;
        self.agent(&run)
    }

    /// Lets the agent ask for [`ORDERS_SQL`], whose job then runs.
    pub async fn running(&self, agent: &Agent<'_>) -> IntentId {
        self.warehouse.replies(Reply::orders());
        let intent = agent.submitted(ORDERS_SQL).await;
        self.warehouse.will(Point::Status, Trouble::Unreachable);
        self.execute(intent).await.expect_err("unreachable");
        assert_eq!(self.standing(intent).await.0, IntentState::Running);
        intent
    }

    /// Lets the agent ask for [`CUSTOMERS_SQL`], which then waits for approval.
    pub async fn pending(&self, agent: &Agent<'_>) -> (IntentId, ApprovalId) {
        self.warehouse.replies(Reply::customers());
        let intent = agent.submitted(CUSTOMERS_SQL).await;
        let view = self.view(intent).await;
        assert_eq!(view.intent.state, IntentState::PendingApproval);
        (intent, view.approval.expect("an approval").id)
    }

    /// The intent as an auditor sees it.
    pub async fn view(&self, intent: IntentId) -> IntentView {
        let view = self.services.intent(&self.by(Who::Frank), intent).await;
        view.expect("an intent")
    }

    /// Where the intent stands, and the code of its problem.
    pub async fn standing(&self, intent: IntentId) -> (IntentState, Option<String>) {
        let view = self.view(intent).await;
        (view.intent.state, view.problem.map(|problem| problem.code))
    }
}
