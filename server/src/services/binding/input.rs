//! The list of what a decision is bound to.

use serde::{Deserialize, Serialize};

macro_rules! inputs {
    ($($variant:ident = $name:literal, $words:literal;)*) => {
        /// One thing that a decision is bound to.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Input {
            $(#[doc = $words] #[serde(rename = $name)] $variant,)*
        }

        impl Input {
            /// Every input, what people see first before what follows from it.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is called in "… changed".
            pub(super) const fn words(self) -> &'static str {
                match self { $(Self::$variant => $words,)* }
            }
        }
    };
}

inputs! {
    Sql = "sql", "the SQL";
    Parameters = "parameters", "the values of the parameters";
    ParameterTypes = "parameter_types", "the names or types of the parameters";
    Purpose = "purpose", "the purpose";
    Unmasked = "unmasked", "the columns to be read unmasked";
    UnmaskReason = "unmask_reason", "the reason to read columns unmasked";
    Conditions = "conditions", "the conditions of the approval";
    Project = "project", "the project that runs the job";
    Location = "location", "the location of the job";
    DefaultDataset = "default_dataset", "the default dataset";
    BytesCap = "bytes_cap", "the cap on bytes";
    RowsCap = "rows_cap", "the cap on rows";
    Timeout = "timeout", "the time limit of the job";
    Labels = "labels", "the labels of the job";
    Objects = "objects", "a table or view";
    Definitions = "definitions", "the columns, tags or partitions of a table";
    Views = "views", "the SQL of a view";
    ReferencedTables = "referenced_tables", "the tables that BigQuery reads for it";
    StatementType = "statement_type", "what BigQuery takes the statement for";
    OutputSchema = "output_schema", "the columns of the answer";
    Findings = "findings", "what the analysis finds";
    PolicyVersion = "policy_version", "the policy";
    Route = "route", "whether the policy lets it run";
    Requirements = "requirements", "who has to approve, and how many";
    MaskedSql = "masked_sql", "the masked SQL";
    MaskingPlan = "masking_plan", "how the columns of the answer are masked";
    SaltKey = "salt_key", "the salt of the masks";
    Run = "run", "the run, its purpose or its ticket";
    RunScope = "run_scope", "the scope of the run";
    RunExpiry = "run_expiry", "the end of the run";
    Initiator = "initiator", "in whose name it runs";
    InitiatorGroups = "initiator_groups", "the groups of the person in whose name it runs";
    InitiatorStanding = "initiator_standing", "the roles of the person in whose name it runs";
    Agent = "agent", "the agent";
    AgentOwner = "agent_owner", "the owner of the agent";
    AgentServiceAccount = "agent_service_account", "the service account of the agent";
    AgentPurpose = "agent_purpose", "the purpose of the agent";
    AgentCaps = "agent_caps", "the caps of the agent";
    AgentExpiry = "agent_expiry", "the end of the agent";
}
