//! What the scan of rows found in columns that nobody tagged, as findings on the intent: columns
//! and counts, never a value. The ledger's entry of the sealed result says the same.

use domain::{Finding, Severity};
use masking::{Detection, Report};

use super::IntentView;

/// The code of each such finding.
const CODE: &str = "sensitive_value_found";

impl IntentView {
    /// What was found in the SQL, and in the rows once they are sealed.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let in_sql = self.analysis.iter().flat_map(analysis::Analysis::findings);
        in_sql.cloned().chain(self.found_values()).collect()
    }

    /// What was found in the rows.
    #[must_use]
    pub fn found_values(&self) -> Vec<Finding> {
        let report = self.scan_report().unwrap_or_default();
        // Behind the text: it is at no place of it.
        let place = self.intent.sql.len();
        let found = report.detected.iter().map(|one| finding(one, place));
        found.collect()
    }

    /// What the scan counted; none before rows are sealed.
    #[must_use]
    pub fn scan_report(&self) -> Option<Report> {
        let counted = self.execution.as_ref()?.detections.as_deref()?;
        serde_json::from_str(counted).ok()
    }
}

fn finding(found: &Detection, place: usize) -> Finding {
    let (column, detector) = (&found.column, &found.detector);
    let message = match found.cells {
        1 => format!("1 value of `{column}` looks like `{detector}`; it was masked."),
        many => format!("{many} values of `{column}` look like `{detector}`; they were masked."),
    };
    Finding {
        code: CODE.to_owned(),
        severity: severity(detector),
        message,
        hint: "Have an administrator tag the column that they come from.".to_owned(),
        start: place,
        end: place,
    }
}

/// What reaches a person is worth a look; what opens an account, or is somebody's for life, a
/// closer one.
fn severity(detector: &str) -> Severity {
    match detector {
        "pii.email" | "pii.phone" => Severity::Moderate,
        _ => Severity::High,
    }
}
