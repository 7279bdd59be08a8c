//! Sample policies: one in force, one before it, a draft that waits.

use app::api::{
    UiError,
    policies::{
        DraftPage, DraftRow, PoliciesPage, PolicyDesk, PolicyText, Publication, Routes,
        SimulatedRow, Simulation, VersionPage,
    },
};
use domain::{Digest, PolicyDraftId, Timestamp};

use super::{draft_id, hash, intent_id, person, run_id};

pub struct SamplePolicies {
    pub now: Timestamp,
}

const TEXT: &str = "// Payroll is not for agents.\n\n@id(\"payroll-is-off-limits\")\n\
    @reason(\"Agents have no business in payroll.\")\n\
    forbid (principal, action, resource in Dataset::\"demo.payroll\");\n";

#[async_trait::async_trait]
impl PolicyDesk for SamplePolicies {
    async fn policies(&self) -> Result<PoliciesPage, UiError> {
        Ok(PoliciesPage {
            history: vec![self.publication(2), self.publication(1)],
            drafts: vec![self.row()],
            hindrance: None,
        })
    }

    async fn version(&self, version: Digest) -> Result<VersionPage, UiError> {
        if version != hash(12) {
            return Err(UiError::NotFound);
        }
        Ok(VersionPage {
            version,
            files: vec![file()],
            publications: vec![self.publication(1)],
            is_in_force: false,
        })
    }

    async fn draft(&self, draft: PolicyDraftId) -> Result<DraftPage, UiError> {
        let is_proposed = draft == draft_id(0);
        Ok(DraftPage {
            header: self.row(),
            revision: 3,
            files: vec![file()],
            faults: if is_proposed {
                Vec::new()
            } else {
                vec!["payroll.cedar:5: attribute `byts` in context not found".to_owned()]
            },
            simulation: is_proposed.then(|| self.simulation()),
            may_edit: true,
            is_proposed,
            hindrance: (!is_proposed).then(|| "Its authors have not proposed it yet.".to_owned()),
        })
    }

    async fn begin(&self, _title: String) -> Result<PolicyDraftId, UiError> {
        Ok(draft_id(0))
    }

    async fn save(
        &self,
        _draft: PolicyDraftId,
        _revision: u64,
        files: Vec<PolicyText>,
    ) -> Result<(), UiError> {
        assert!(files.iter().all(|file| !file.text.contains('\r')));
        match files.as_slice() {
            [only] if only.name == "payroll.cedar" => Ok(()),
            _ => Err(UiError::invalid("name", "One file was sent.")),
        }
    }

    async fn propose(&self, _draft: PolicyDraftId, _revision: u64) -> Result<(), UiError> {
        Ok(())
    }

    async fn publish(&self, _draft: PolicyDraftId, _revision: u64) -> Result<(), UiError> {
        Ok(())
    }

    async fn discard(&self, _draft: PolicyDraftId, _revision: u64) -> Result<(), UiError> {
        Ok(())
    }
}

fn file() -> PolicyText {
    PolicyText {
        name: "payroll.cedar".to_owned(),
        text: TEXT.to_owned(),
    }
}

impl SamplePolicies {
    fn publication(&self, number: u64) -> Publication {
        Publication {
            number,
            version: hash(11 + number),
            from: "the draft \u{201c}Payroll\u{201d}".to_owned(),
            editors: vec![person(1), person(2)],
            at: self.now.plus_days(-3),
        }
    }

    fn row(&self) -> DraftRow {
        DraftRow {
            draft: draft_id(0),
            title: "Leave payroll alone".to_owned(),
            state: "Waits for another administrator".to_owned(),
            authors: vec![person(1)],
            changed_at: self.now.plus_seconds(-900),
        }
    }

    fn simulation(&self) -> Simulation {
        Simulation {
            same: 54,
            unknown: 1,
            was: Routes {
                run: 43,
                approve: 12,
                block: 0,
            },
            would: Routes {
                run: 40,
                approve: 12,
                block: 3,
            },
            rows: vec![SimulatedRow {
                intent: intent_id(0),
                run: run_id(0),
                at: self.now.plus_days(-2),
                purpose: "Salaries by team".to_owned(),
                was: "run".to_owned(),
                would: "block".to_owned(),
                policies: vec!["payroll-is-off-limits".to_owned()],
            }],
        }
    }
}
