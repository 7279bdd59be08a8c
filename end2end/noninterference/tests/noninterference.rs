//! The masked answers of generated queries are the same whatever tagged columns hold, and the
//! raw ones are not.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot open its databases fails"
)]

use analysis::Catalog;
use noninterference::{
    CATALOG,
    comparison::{Laboratory, Verdict, runnable},
    experiment::{Experiment, Outcome, run},
};

/// Each part compares so many queries; the parts are tests of their own, to run side by side.
const QUERIES: u64 = 1_250;

fn laboratory() -> Laboratory {
    let catalog: Catalog = serde_json::from_str(CATALOG).expect("a catalog");
    Laboratory::open(catalog).expect("two databases")
}

/// Compares one part, and sees to it that it was worth comparing.
fn part(seed: u64) {
    let experiment = Experiment {
        seed,
        queries: QUERIES,
        raw_every: 10,
    };
    let Outcome { coverage, leaks } = run(&mut laboratory(), &experiment).expect("answers");
    let told: Vec<String> = leaks.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "\n{}\n\n{coverage}", told.join("\n\n"));

    let least = |percent: usize, of: usize, count: usize| count * 100 >= percent * of;
    assert!(least(90, coverage.queries, coverage.runnable), "{coverage}");
    assert!(
        least(60, coverage.queries, coverage.succeeded),
        "{coverage}"
    );
    assert!(least(60, coverage.queries, coverage.tagged), "{coverage}");
    assert!(
        least(40, coverage.queries, coverage.tagged_succeeded),
        "{coverage}"
    );
    assert!(
        least(30, coverage.queries, coverage.predicates),
        "{coverage}"
    );
    // The same comparison tells the databases apart where nothing is masked.
    assert!(
        least(15, coverage.compared_raw, coverage.raw_differences),
        "{coverage}"
    );
    assert!(
        least(1, coverage.compared_raw, coverage.raw_error_differences),
        "{coverage}"
    );
    // What differs by chance is not looked into, so it must stay rare.
    assert!(coverage.unsteady * 200 <= coverage.queries, "{coverage}");
}

macro_rules! parts {
    ($($name:ident: $seed:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            part($seed);
        })+
    };
}

parts! {
    part_1_tells_nothing: 1,
    part_2_tells_nothing: 2,
    part_3_tells_nothing: 3,
    part_4_tells_nothing: 4,
    part_5_tells_nothing: 5,
    part_6_tells_nothing: 6,
    part_7_tells_nothing: 7,
    part_8_tells_nothing: 8,
}

/// What is compared, case by case: these tell the databases apart raw and not masked.
#[test]
fn what_tells_the_databases_apart_raw_does_not_masked() {
    let mut laboratory = laboratory();
    for sql in [
        "SELECT ssn FROM people",
        "SELECT COUNT(*) AS n FROM people WHERE ssn = '42'",
        "SELECT id FROM people ORDER BY salary, id LIMIT 3",
        "SELECT CAST(ssn AS INT64) AS n FROM people",
        "SELECT 1 / age AS x FROM people",
        "SELECT IF(ssn = '', 'x', ERROR(ssn)) AS x FROM people",
        "SELECT ssn, COUNT(*) AS n FROM people GROUP BY ssn",
        "SELECT p.id FROM people AS p JOIN accounts AS a ON p.ssn = a.ssn",
        "SELECT p.id FROM people AS p WHERE EXISTS (SELECT 1 FROM accounts AS a WHERE a.ssn = p.ssn)",
        "SELECT TO_JSON_STRING(p) AS x FROM people AS p",
        "SELECT ROW_NUMBER() OVER (PARTITION BY verified ORDER BY id) AS x FROM people",
        "SELECT id FROM people QUALIFY RANK() OVER (ORDER BY born, id) = 5",
        "SELECT * FROM (SELECT ssn, id FROM people) PIVOT(COUNT(id) FOR ssn IN ('42', 'DE'))",
        "SELECT person.home.street AS x FROM events",
        "SELECT id FROM events WHERE 'DE' IN UNNEST(labels)",
        "SELECT i.note AS x FROM events AS e, UNNEST(e.items) AS i",
        "SELECT JSON_VALUE(payload, '$.a') AS x FROM events",
        "SELECT ssn FROM `lab.logs_*` WHERE _TABLE_SUFFIX = '2024'",
        "SELECT label FROM contacts",
        "SELECT highest FROM summary",
    ] {
        assert!(laboratory.ask(sql).expect("answers").differ(), "{sql}");
        let analysis = laboratory.analyse(sql);
        let masked = runnable(&analysis).expect("masked SQL");
        let (verdict, answers) = laboratory.compare(masked).expect("answers");
        assert_eq!(verdict, Verdict::Same, "{sql}");
        assert!(
            answers.succeeded()
                || masked.contains("CAST(ssn")
                || masked.contains("1 / age")
                || masked.contains("ERROR"),
            "{sql}: {answers:?}"
        );
    }
}
