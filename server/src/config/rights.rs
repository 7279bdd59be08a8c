//! `[rights]`: what people may do themselves, which their runs never exceed.

use std::{collections::BTreeMap, fmt, str::FromStr};

use domain::{Power, Scope};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, Unexpected},
};

use super::{WarehouseConfig, check::Invalid};

/// What the people of each group may do themselves.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RightsConfig(BTreeMap<String, Vec<Right>>);

/// One power, written as text: `read my-project.shop.* except ssn`.
#[derive(Debug, Clone)]
struct Right(Power);

impl RightsConfig {
    /// What somebody in these groups may do. Where no group is configured, that is everything
    /// in the warehouse's datasets.
    #[must_use]
    pub fn scope_of<'a>(
        &self,
        groups: impl Iterator<Item = &'a String>,
        warehouse: &WarehouseConfig,
    ) -> Scope {
        if self.0.is_empty() {
            return everything(warehouse);
        }
        let rights = groups.filter_map(|group| self.0.get(group)).flatten();
        rights.map(|right| right.0.clone()).collect()
    }

    pub(super) fn validate(&self) -> Result<(), Invalid> {
        match self.0.iter().find(|(_, rights)| rights.is_empty()) {
            Some((group, _)) => Err(Invalid::new(
                group,
                "is empty; leave the group out, or give it a right",
            )),
            None => Ok(()),
        }
    }
}

fn everything(warehouse: &WarehouseConfig) -> Scope {
    let datasets = warehouse.datasets.iter().map(|dataset| {
        if dataset.contains('.') {
            dataset.clone()
        } else {
            format!("{}.{dataset}", warehouse.project)
        }
    });
    let powers = datasets.flat_map(|dataset| {
        ["read", "write"].map(|privilege| format!("{privilege} {dataset}.*").parse())
    });
    powers.filter_map(Result::ok).collect()
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Right {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Right {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let expected = "a right, such as `read my-project.shop.* except ssn`";
        Power::from_str(&text)
            .map(Self)
            .map_err(|_| D::Error::invalid_value(Unexpected::Other("this text"), &expected))
    }
}
