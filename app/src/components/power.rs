//! What grants come to, in words.

use domain::{Caps, Power, Privilege};

use crate::{
    api::agents::EffectivePower,
    format::{bytes, number, plural},
};

/// A power as a sentence: `Read every table in demo.shop, without ssn`.
#[must_use]
pub fn in_words(power: &Power) -> String {
    let verb = match power.privilege {
        Privilege::Read => "Read",
        Privilege::Write => "Change",
    };
    let resource = power.resource.to_string();
    let tables = match resource.rsplit_once('.') {
        Some((dataset, "*")) => match dataset.strip_suffix(".*") {
            Some(project) => format!("every table in {project}"),
            None => format!("every table in {dataset}"),
        },
        Some((dataset, table)) => match table.strip_suffix('*') {
            Some(prefix) => format!("every table in {dataset} that begins with {prefix}"),
            None => resource,
        },
        None => resource,
    };
    let without: Vec<_> = power.except.iter().map(ToString::to_string).collect();
    if without.is_empty() {
        format!("{verb} {tables}")
    } else {
        format!("{verb} {tables}, without {}", without.join(", "))
    }
}

/// What grants come to: `Can read 3 of 41 tables, 2 tagged columns masked`.
#[must_use]
pub fn effective(power: &EffectivePower) -> String {
    let mut parts = vec![format!(
        "Can read {} of {}",
        power.readable,
        plural(power.tables, "table")
    )];
    if power.writable > 0 {
        parts.push(format!("change {}", power.writable));
    }
    if power.masked > 0 {
        parts.push(format!("{} masked", plural(power.masked, "tagged column")));
    }
    if power.excluded > 0 {
        parts.push(format!("{} left out", plural(power.excluded, "column")));
    }
    parts.join(", ")
}

/// Caps in words: `10 GiB a query, 1 TiB a day (UTC), …`.
#[must_use]
pub fn at_most(caps: &Caps) -> String {
    format!(
        "{} a query, {} a day (UTC), {} rows a result, {}, {}",
        bytes(caps.bytes_per_query),
        bytes(caps.bytes_per_day),
        number(caps.rows),
        plural(caps.concurrent_jobs, "job"),
        plural(caps.open_runs, "run")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_power_is_said_in_words() {
        for (line, words) in [
            ("read demo.shop.orders", "Read demo.shop.orders"),
            ("read demo.shop.*", "Read every table in demo.shop"),
            ("write demo.*.*", "Change every table in demo"),
            (
                "read demo.web.events_* except ip, user.email",
                "Read every table in demo.web that begins with events_, without ip, user.email",
            ),
        ] {
            let power = line.parse().expect("a power");
            assert_eq!(in_words(&power), words);
        }
    }

    #[test]
    fn what_is_not_there_is_not_said() {
        let mut power = EffectivePower {
            tables: 41,
            readable: 3,
            writable: 0,
            masked: 2,
            excluded: 0,
        };
        let words = "Can read 3 of 41 tables, 2 tagged columns masked";
        assert_eq!(effective(&power), words);
        power.masked = 0;
        power.writable = 1;
        assert_eq!(effective(&power), "Can read 3 of 41 tables, change 1");
    }
}
