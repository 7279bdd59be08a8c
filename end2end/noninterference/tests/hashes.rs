//! Salted hashes on the sandbox's engine: equal values still join, another salt gives others,
//! and neither value nor salt is seen.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot open its database fails"
)]

use analysis::{Catalog, SALT_PARAMETER, analyse};
use domain::{MaskRule, Route};
use noninterference::{
    CATALOG,
    database::{Side, open},
};
use sandbox::{
    engine::{Request, Session},
    translate::Parameter,
};

const SSNS: &str = "SELECT ssn FROM people ORDER BY id";
const JOINED: &str = "SELECT p.id AS person, a.id AS account FROM people AS p \
                      JOIN accounts AS a ON p.ssn = a.ssn ORDER BY person, account";

struct Database {
    catalog: Catalog,
    session: Session,
}

impl Database {
    fn open() -> Self {
        let catalog: Catalog = serde_json::from_str(CATALOG).expect("a catalog");
        let engine = open(&catalog, Side::Tame).expect("a database");
        let session = engine.session().expect("a session");
        let mask_rules = [("pii.ssn", MaskRule::Sha256)].into_iter().collect();
        let catalog = Catalog {
            mask_rules,
            ..catalog
        };
        Self { catalog, session }
    }

    /// Each row as text.
    fn rows(&self, sql: &str, salt: Option<&str>) -> Vec<String> {
        let parameter = |salt| Parameter {
            name: Some(SALT_PARAMETER.to_owned()),
            sql: format!("'{salt}'"),
        };
        let request = Request {
            sql: sql.to_owned(),
            default_dataset: Some(self.catalog.default_dataset.clone()),
            parameters: salt.map(parameter).into_iter().collect(),
        };
        let plan = self.session.plan(&request).expect("a plan");
        let outcome = self.session.run(&plan, &plan.translation.sql);
        let rows = outcome.expect("an answer").rows;
        rows.iter().map(|row| format!("{row:?}")).collect()
    }

    fn raw(&self, sql: &str) -> Vec<String> {
        self.rows(sql, None)
    }

    fn masked(&self, sql: &str, salt: &str) -> Vec<String> {
        let analysis = analyse(sql, &self.catalog);
        assert!(analysis.needs_salt && analysis.route != Route::Block);
        let masked = analysis.masked_sql.expect("masked SQL");
        assert!(!masked.contains(salt));
        self.rows(&masked, Some(salt))
    }
}

#[test]
fn equal_values_join_and_another_salt_gives_others() {
    let database = Database::open();
    let raw = database.raw(JOINED);
    assert!(raw.len() > 5, "{raw:?}");
    assert_eq!(database.masked(JOINED, "a salt of some length"), raw);

    let raw = database.raw(SSNS);
    let one = database.masked(SSNS, "a salt of some length");
    let other = database.masked(SSNS, "another salt altogether");
    assert_eq!(one, database.masked(SSNS, "a salt of some length"));
    let mut hashed = 0;
    for ((raw, one), other) in raw.iter().zip(&one).zip(&other) {
        if raw.contains("NULL") || raw.contains("Null") {
            assert_eq!((one, other), (raw, raw));
        } else {
            assert!(one != raw && one != other, "{raw} {one} {other}");
            assert!(!one.contains("salt"), "{one}");
            hashed += 1;
        }
    }
    assert!(hashed > 5);
}

#[test]
fn every_rule_keeps_the_types_of_the_columns() {
    let database = Database::open();
    for rule in [
        MaskRule::AlwaysNull,
        MaskRule::Default,
        MaskRule::Sha256,
        MaskRule::LastFour,
        MaskRule::FirstFour,
        MaskRule::EmailMask,
        MaskRule::DateYear,
    ] {
        let rules = [("pii", rule), ("secret", rule)];
        let catalog = Catalog {
            mask_rules: rules.into_iter().collect(),
            ..database.catalog.clone()
        };
        for sql in [
            "SELECT * FROM people",
            "SELECT * FROM accounts",
            "SELECT * FROM events",
        ] {
            let masked = analyse(sql, &catalog).masked_sql.expect("masked SQL");
            let schema = |sql: &str| {
                let request = Request {
                    sql: sql.to_owned(),
                    default_dataset: Some(catalog.default_dataset.clone()),
                    parameters: vec![Parameter {
                        name: Some(SALT_PARAMETER.to_owned()),
                        sql: "'a salt'".to_owned(),
                    }],
                };
                let plan = database.session.plan(&request).expect("a plan");
                format!("{:?}", plan.schema)
            };
            assert_eq!(schema(&masked), schema(sql), "{rule:?}: {masked}");
        }
    }
}
