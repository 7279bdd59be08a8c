//! BigQuery's own word on a query, before it runs.

use analysis::{Analysis, SALT_PARAMETER};
use domain::{Column, Route, TableName};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use store::{IntentRecord, RunRecord};

use super::super::{
    Problem, ServiceError, Services, agreement::disagreement, intents::NewParameter,
};
use crate::warehouse::{DryRun, Parameter, Query, WarehouseError};

/// What BigQuery's dry run said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DryRunFacts {
    /// `SELECT`, `INSERT` …
    pub statement_type: String,
    /// The tables that it reads, as BigQuery resolved them.
    pub referenced_tables: Vec<TableName>,
    /// The columns of the answer.
    pub schema: Vec<Column>,
    /// Bytes that it would process.
    pub bytes: u64,
}

impl From<DryRun> for DryRunFacts {
    fn from(dry_run: DryRun) -> Self {
        Self {
            statement_type: dry_run.statement_type,
            referenced_tables: dry_run.referenced_tables,
            schema: dry_run.schema,
            bytes: dry_run.bytes,
        }
    }
}

impl Services {
    /// BigQuery's own word on an understood query; where it differs, the query counts as not
    /// understood.
    pub(super) async fn compare(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        analysis: &mut Analysis,
    ) -> Result<(Option<DryRunFacts>, Option<Problem>), ServiceError> {
        match self.dry_run(intent, run, analysis).await {
            Ok(facts) => {
                let problem = disagreement(analysis, &facts).map(|why| {
                    analysis.understood = false;
                    analysis.route = Route::Block;
                    analysis.not_understood_because = Some(why.clone());
                    Problem::new("analysis_disagrees", why)
                });
                Ok((Some(facts), problem))
            }
            Err(ServiceError::Warehouse(WarehouseError::Rejected { reason, message })) => {
                analysis.route = Route::Block;
                let detail = format!("BigQuery refuses it ({reason}): {message}");
                Ok((None, Some(Problem::new("warehouse_rejects", detail))))
            }
            Err(ServiceError::Warehouse(WarehouseError::NotFound { message })) => {
                analysis.route = Route::Block;
                Ok((None, Some(Problem::new("unknown_table", message))))
            }
            Err(other) => Err(other),
        }
    }

    async fn dry_run(
        &self,
        intent: &IntentRecord,
        run: &RunRecord,
        analysis: &Analysis,
    ) -> Result<DryRunFacts, ServiceError> {
        let query = self.query(intent, analysis)?;
        let warehouse = self.warehouse_of(run.agent).await?;
        Ok(warehouse.dry_run(&query).await?.into())
    }

    /// What is sent to BigQuery: the masked SQL and nothing else.
    pub(in super::super) fn query(
        &self,
        intent: &IntentRecord,
        analysis: &Analysis,
    ) -> Result<Query, ServiceError> {
        let sql = analysis.masked_sql.clone().ok_or_else(|| {
            ServiceError::refused("nothing_to_run", "the analysis gave nothing that may run")
        })?;
        let mut parameters = parameters(&intent.parameters)?;
        if analysis.needs_salt {
            parameters.push(self.salt()?);
        }
        Ok(Query {
            sql,
            parameters,
            default_dataset: Some(self.catalog.default_dataset_of(intent).to_owned()),
            maximum_bytes_billed: intent.maximum_bytes_billed,
        })
    }

    /// The secret behind the masked SQL's hashes. It is added on the way out and kept nowhere.
    fn salt(&self) -> Result<Parameter, ServiceError> {
        let salt = self.parts.masking.salt.as_ref().ok_or_else(|| {
            ServiceError::refused(
                "no_salt",
                "the masked SQL needs a salt, and none is configured",
            )
        })?;
        Ok(Parameter {
            name: Some(SALT_PARAMETER.to_owned()),
            data_type: "STRING".to_owned(),
            value: salt.expose_secret().into(),
        })
    }
}

/// Reads the parameters as an intent keeps them.
pub(in super::super) fn parameters(json: &str) -> Result<Vec<Parameter>, serde_json::Error> {
    let kept: Vec<NewParameter> = serde_json::from_str(json)?;
    Ok(kept.into_iter().map(Into::into).collect())
}
