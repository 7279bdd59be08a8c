//! The servers, and what each lacks. A line goes when its server learns it: the test says so.

use super::contract::Clause;

/// A BigQuery server.
pub struct Server {
    /// As its makers call it.
    pub name: &'static str,
    /// The environment variable with its address.
    pub variable: &'static str,
    /// Whether the sample shop is there already.
    pub has_shop: bool,
    lacks: &'static [(Clause, &'static str)],
}

impl Server {
    /// Why a clause is not kept, if it is not.
    pub fn lack(&self, clause: Clause) -> Option<&'static str> {
        let mut lacks = self.lacks.iter();
        lacks.find_map(|(lacking, why)| (*lacking == clause).then_some(*why))
    }
}

/// All of them.
pub const SERVERS: [&Server; 3] = [&SANDBOX, &LOCAL_BIGQUERY, &BQEMULATOR];

/// Ours.
pub const SANDBOX: Server = Server {
    name: "the sandbox",
    variable: "COUNTERSIGN_TEST_SANDBOX",
    has_shop: true,
    lacks: &[(Clause::ServiceAccounts, "it has no IAM")],
};

/// <https://pypi.org/project/local-bigquery/>
pub const LOCAL_BIGQUERY: Server = Server {
    name: "local-bigquery 0.3.2",
    variable: "COUNTERSIGN_TEST_LOCAL_BIGQUERY",
    has_shop: false,
    lacks: &[
        (Clause::Credentials, "it asks for none"),
        (Clause::ServiceAccounts, "it has no IAM"),
        (Clause::DryRunViews, "it names the view itself"),
        (Clause::DryRunBytes, "it always says 0"),
        (Clause::Cap, "it runs the job"),
        (Clause::Listed, "its view of jobs has no labels"),
        (Clause::Etag, "both stay as they were"),
        (Clause::Unchanged, "it sends it again"),
    ],
};

/// <https://pypi.org/project/bqemulator/>
pub const BQEMULATOR: Server = Server {
    name: "bqemulator 1.4.0",
    variable: "COUNTERSIGN_TEST_BQEMULATOR",
    has_shop: false,
    lacks: &[
        (Clause::Credentials, "it asks for none"),
        (Clause::ServiceAccounts, "it has no IAM"),
        (Clause::DryRunTables, "it names none"),
        (Clause::DryRunViews, "it names none"),
        (Clause::DryRunBytes, "it always says 0"),
        (Clause::Statistics, "it tells no bytes billed"),
        (Clause::Once, "it runs each time"),
        (Clause::AnothersJob, "it runs in its place"),
        (Clause::Cap, "it runs the job"),
        (Clause::Cancel, "it ends each job before it answers"),
        (Clause::Listed, "it has no view of jobs"),
        (Clause::Numerics, "it fills them up to nine decimals"),
        (Clause::PolicyTags, "it forgets them"),
        (Clause::Etag, "both stay as they were"),
        (Clause::Unchanged, "it sends it again"),
        (Clause::Views, "it keeps neither query nor columns"),
        (Clause::DatasetNotFound, "it lists no tables instead"),
    ],
};
