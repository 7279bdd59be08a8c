//! What the adapter promises, clause by clause.

use std::fmt;

use super::{Stage, access, dry_runs, jobs, rows, tables};

macro_rules! clauses {
    ($($variant:ident = $check:path, $words:literal;)*) => {
        /// One thing that the adapter promises.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Clause {
            $(#[doc = $words] $variant,)*
        }

        impl Clause {
            /// Every clause, in the order in which they are checked.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }

            /// Holds the server against it.
            pub async fn check(self, stage: &Stage) -> anyhow::Result<()> {
                match self { $(Self::$variant => $check(stage).await,)* }
            }
        }
    };
}

clauses! {
    Credentials = access::wrong_credentials, "Wrong credentials are told from a refusal";
    ServiceAccounts = access::service_accounts, "Queries run as an agent's service account";
    DryRun = dry_runs::statement_and_columns, "A dry run tells the statement's type and the answer's columns";
    DryRunTables = dry_runs::tables, "A dry run names the tables";
    DryRunViews = dry_runs::tables_of_a_view, "A dry run names the tables beneath a view";
    DryRunBytes = dry_runs::bytes, "A dry run tells the bytes";
    DefaultDataset = dry_runs::default_dataset, "Short names mean tables of the default dataset";
    InvalidQuery = dry_runs::invalid_query, "A query that cannot run is refused with its reason";
    MissingTable = dry_runs::missing_table, "A query of a missing table is told from other refusals";
    Job = jobs::under_a_fixed_id, "A job runs under the id it was given";
    Statistics = jobs::statistics, "A job tells what it took";
    Once = jobs::once, "A job inserted twice runs once";
    AnothersJob = jobs::anothers, "A job id that another job has is refused";
    UnknownJob = jobs::unknown, "A job that never was is not found";
    FailedJob = jobs::failed, "A job that fails keeps its reason and loses its values";
    Cap = jobs::cap, "A job over its cap on bytes does not run";
    Cancel = jobs::cancel, "A running job can be cancelled";
    Listed = jobs::listed, "Everybody's jobs are listed, with their accounts, labels and texts";
    Pages = rows::pages, "Rows come page by page";
    Scalars = rows::scalars, "Values of each type come whole";
    Numerics = rows::numerics, "Decimal numbers come whole, as short as they are";
    Nested = rows::nested, "Nested and repeated values come whole";
    Timestamps = rows::timestamps, "Timestamps come in whole microseconds";
    NoRows = rows::of_a_change, "A change has no rows";
    NamedParameters = rows::named_parameters, "Parameters by name have types";
    PositionalParameters = rows::positional_parameters, "Parameters by position have types";
    Columns = tables::columns, "A table's columns are described, nested ones too";
    PolicyTags = tables::policy_tags, "Policy tags are told";
    Etag = tables::etag, "A table's etag or time changes with its rows";
    Unchanged = tables::unchanged, "A table that has not changed is not sent again";
    Views = tables::views, "A view is described by its query";
    Listing = tables::listing, "The tables of a dataset are listed";
    TableNotFound = tables::not_found, "A missing table is not found";
    DatasetNotFound = tables::dataset_not_found, "A missing dataset is not found";
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
