//! The findings: stable codes, how grave each is, and what to change.

use std::ops::Range;

use domain::{Finding, Severity};

/// Byte offsets in the text as asked.
pub(crate) type Place = Range<usize>;

macro_rules! findings {
    ($($(#[doc = $meaning:literal])* $variant:ident = $code:literal, $severity:ident, $hint:literal;)*) => {
        /// What the analysis can find.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FindingCode {
            $($(#[doc = $meaning])* $variant,)*
        }

        /// Every finding, in the order of its gravity and then of this list.
        pub const FINDING_CODES: &[FindingCode] = &[$(FindingCode::$variant,)*];

        impl FindingCode {
            /// As it stands in reports: stable, in `snake_case`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// How much it weighs: `high` needs a human, `critical` never runs.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// What is found.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => concat!($($meaning),*),)* }
            }

            /// What to change.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint,)* }
            }
        }
    };
}

findings! {
    /// The text cannot be read as GoogleSQL.
    SyntaxError = "syntax_error", Critical, "Correct the statement.";
    /// The text is longer than is read.
    TooLarge = "too_large", Critical, "Send a shorter statement.";
    /// The statement nests deeper, or multiplies further, than is followed.
    TooDeep = "too_deep", Critical, "Write it flatter, with fewer columns or levels.";
    /// A construct that is not followed.
    UnsupportedConstruct = "unsupported_construct", Critical, "Write it with plain SELECT, JOIN and WITH.";
    /// A table or view that the catalog does not have.
    UnknownTable = "unknown_table", Critical, "Name a table of the catalog; names are case-sensitive.";
    /// A column that no table in reach has.
    UnknownColumn = "unknown_column", Critical, "Name a column of the tables in reach, qualified by the table's alias.";
    /// A name that could mean several columns.
    AmbiguousName = "ambiguous_name", Critical, "Qualify the name with the table's alias.";
    /// A function that is not known to be free of side effects.
    UnknownFunction = "unknown_function", Critical, "Use GoogleSQL's built-in functions.";
    /// Text that is run as a statement later.
    DynamicSql = "dynamic_sql", Critical, "Write the statement itself.";
    /// A call of a procedure, whose body is not seen.
    ProcedureCall = "procedure_call", Critical, "Write the statements that the procedure would run.";
    /// Data would leave the warehouse.
    DataExport = "data_export", Critical, "Read the rows as the answer of a query.";
    /// Data from outside, whose columns nobody tagged.
    ExternalData = "external_data", Critical, "Read tables of the catalog.";
    /// Code that runs outside GoogleSQL and could send what it gets anywhere.
    RemoteCode = "remote_code", Critical, "Use GoogleSQL's own functions, no remote or JavaScript ones.";
    /// A model would see or give data.
    ModelUse = "model_use", Critical, "Leave models out of the statement.";
    /// Rights on data would change.
    AccessControl = "access_control", Critical, "Ask an administrator.";
    /// The shape of the warehouse would change.
    SchemaChange = "schema_change", Critical, "Ask an administrator.";
    /// Rows or tables would be lost without a predicate that limits them.
    Destructive = "destructive", Critical, "Limit the statement to the rows that are meant.";
    /// What the warehouse knows about its users, tables and jobs.
    MetadataProbing = "metadata_probing", Critical, "Ask for the catalog instead.";
    /// A tagged column is read where it cannot be masked.
    Unmaskable = "unmaskable", Critical, "Read the tagged column in a query, not in the target of a change.";
    /// The parameter that carries the salt of masks.
    ReservedParameter = "reserved_parameter", Critical, "Give the parameter another name.";
    /// More than one statement, or a script.
    Script = "script", High, "Send one statement at a time.";
    /// Invisible or reordering characters: what a reviewer sees is not what runs.
    SuspiciousCharacters = "suspicious_characters", High, "Remove the invisible characters.";
    /// A tagged column decides which rows come: the answer tells about it.
    SensitivePredicate = "sensitive_predicate", High, "Filter and join by columns without a tag.";
    /// An error message would carry a value.
    ErrorLeak = "error_leak", High, "Use SAFE_CAST or SAFE functions, and no ERROR.";
    /// A tagged column is compared with a list of guesses: what joins confirms one.
    GuessTable = "guess_table", High, "Leave lists of constants out; filter by columns without a tag.";
    /// Rows would change.
    DataChange = "data_change", High, "A human must look at every change of data.";
    /// Values from tagged columns would be stored elsewhere, masked.
    SensitiveWrite = "sensitive_write", High, "Leave tagged columns out of what is stored.";
    /// Rows would change in another project.
    ForeignWrite = "foreign_write", High, "Write within the project's own datasets.";
    /// Tagged values decide the groups.
    SensitiveGrouping = "sensitive_grouping", Moderate, "Group by columns without a tag.";
    /// Groups that may be single people.
    SmallGroups = "small_groups", Moderate, "Keep groups of at least ten rows, by fewer tagged columns.";
    /// A function that fails for some tagged values: that it fails tells about them.
    FailingFunction = "failing_function", Moderate, "Use SAFE_CAST, SAFE_DIVIDE or SAFE. before the function.";
    /// A partitioned table is read without a filter on its partition column: it is read whole.
    NoPartitionFilter = "no_partition_filter", Moderate, "Filter by the table's partition column.";
    /// A whole row is used as one value.
    WholeRow = "whole_row", Moderate, "Name the columns that are needed.";
    /// Every column of a table with tagged columns.
    SelectStar = "select_star", Moderate, "Name the columns that are needed.";
    /// A tagged column is read; its value is masked where it is read.
    SensitiveProjection = "sensitive_projection", Moderate, "Leave the column out if it is not needed.";
}

impl FindingCode {
    /// A finding of this code.
    pub(crate) fn at(self, place: &Place, message: impl Into<String>) -> Finding {
        Finding {
            code: self.as_str().to_owned(),
            severity: self.severity(),
            message: message.into(),
            hint: self.hint().to_owned(),
            start: place.start,
            end: place.end,
        }
    }
}

/// Why a statement is not followed any further. It is never run.
#[derive(Debug, Clone)]
pub(crate) struct Refusal(Box<Finding>);

/// What was followed, or why not.
pub(crate) type Followed<T> = Result<T, Refusal>;

impl Refusal {
    pub(crate) fn new(code: FindingCode, place: &Place, message: impl Into<String>) -> Self {
        Self(Box::new(code.at(place, message)))
    }

    /// For what is legal somewhere but not followed here.
    pub(crate) fn unsupported(place: &Place, what: &str) -> Self {
        let message = format!("{what} is not followed.");
        Self::new(FindingCode::UnsupportedConstruct, place, message)
    }

    /// What is to be told; without a place of its own it is about the whole that is given.
    pub(crate) fn into_finding_within(self, whole: &Place) -> Finding {
        let mut finding = *self.0;
        if finding.end == 0 {
            (finding.start, finding.end) = (whole.start, whole.end);
        }
        finding
    }
}
