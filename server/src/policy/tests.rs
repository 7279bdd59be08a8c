//! From facts to decisions, rule by rule; and what is refused at loading.

use std::fs;

use domain::{RiskLevel, Route, TableName, Tag};

use super::{cases::harmless, *};

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = harmless();
    change(&mut facts);
    facts
}

fn tagged(facts: &mut Facts) {
    facts.tags = [Tag::new("pii.email"), Tag::new("public")].into();
}

fn builtin(name: &str) -> PolicySet {
    let files = PolicyFile::preset(name).expect("files");
    PolicySet::from_files(&files).expect("a policy that comes with the program")
}

#[test]
fn the_strictest_of_several_approvals_counts() {
    let decision = builtin("balanced").decide(&with(|facts| {
        tagged(facts);
        facts.risk = RiskLevel::Critical;
        facts.route = Route::Approve;
    }));
    assert_eq!(decision.route, Route::Approve);
    let two_stewards = requirement("critical-risk-needs-two", &["data-stewards"], 2);
    assert_eq!(decision.requirements, [two_stewards]);
    assert_eq!(decision.expires_after_seconds, 3_600);
    assert_eq!(decision.reasons.len(), 3);
}

#[test]
fn a_policy_for_one_agent_dataset_or_person_can_be_written() {
    let policies = written(
        r#"@id("one") @reason("one agent")
        permit (principal, action == Action::"run", resource)
        when {
            principal.name == "forecaster" &&
            principal.owner in Group::"analysts" &&
            context.datasets == [Dataset::"acme.shop"] &&
            context.initiator in Group::"analysts" &&
            context.initiator.email like "*@example.com" &&
            context.run.ticket like "SHOP-*" &&
            context.run.scope.contains("read acme.shop.*") &&
            context.run.door == "portal"
        };"#,
    )
    .expect("a policy");
    assert_eq!(policies.decide(&harmless()).route, Route::Run);
    for other in [
        with(|facts| facts.agent_name = "other".to_owned()),
        with(|facts| facts.owner.groups.clear()),
        with(|facts| facts.initiator.groups.clear()),
        with(|facts| facts.initiator.email = "ina@example.org".to_owned()),
        with(|facts| facts.run.ticket.clear()),
        with(|facts| facts.run.scope.clear()),
        with(|facts| facts.run.door = "device".to_owned()),
        with(|facts| {
            facts.reads.insert(TableName::new("acme.hr.salaries"));
        }),
    ] {
        assert_eq!(policies.decide(&other).route, Route::Block, "{other:?}");
    }
}

/// Whether a policy that forbids this matches.
fn forbids(condition: &str, facts: &Facts) -> bool {
    let text = format!(
        "{PERMIT_ALL} @id(\"no\") @reason(\"no\") forbid (principal, action, resource{condition};"
    );
    let policies = written(&text).unwrap_or_else(|error| panic!("{condition}: {error}"));
    policies.decide(facts).route == Route::Block
}

#[test]
fn an_intent_is_in_what_it_touches() {
    let facts = with(|facts| {
        facts.writes = [TableName::new("acme.stage.totals")].into();
        facts.behind_wildcards = [TableName::new("acme.log.visits_2025")].into();
        facts.columns = ["acme.shop.orders.address.street".to_owned()].into();
    });
    for (what, is_in) in [
        ("Table::\"acme.shop.orders\"", true),
        ("Table::\"acme.stage.totals\"", true),
        ("Table::\"acme.log.visits_2025\"", true),
        ("Dataset::\"acme.log\"", true),
        ("Project::\"acme\"", true),
        ("Column::\"acme.shop.orders.address.street\"", true),
        ("Table::\"acme.shop.customers\"", false),
        ("Dataset::\"acme.hr\"", false),
        ("Project::\"other\"", false),
        ("Column::\"acme.shop.orders.country\"", false),
    ] {
        assert_eq!(forbids(&format!(" in {what})"), &facts), is_in, "{what}");
    }
}

#[test]
fn each_fact_can_be_asked_for() {
    let facts = with(|facts| {
        facts.kinds = ["insert".to_owned()].into();
        facts.findings = ["foreign_write".to_owned()].into();
        facts.writes = [TableName::new("acme.stage.totals")].into();
        facts.first_uses = [TableName::new("acme.stage.totals")].into();
        facts.uses.projected = [Tag::new("pii.email")].into();
        facts.uses.filtered = [Tag::new("pii.ssn")].into();
        facts.uses.joined = [Tag::new("pii.phone")].into();
        facts.uses.grouped = [Tag::new("geo.city")].into();
        facts.uses.ordered = [Tag::new("pii.age")].into();
        facts.uses.aggregated = [Tag::new("pay.salary")].into();
        facts.rows = Some(10);
        facts.hour = 23;
        facts.weekday = "sunday".to_owned();
        facts.purpose = Some("audit".to_owned());
        facts.has_unclassified_columns = true;
        facts.risk = RiskLevel::High;
        tagged(facts);
    });
    for condition in [
        "context.kinds == [\"insert\"]",
        "context.findings.contains(\"foreign_write\")",
        "context.leaves_warehouse",
        "context.reads.contains(Table::\"acme.shop.orders\")",
        "context.writes.contains(Table::\"acme.stage.totals\")",
        "context.first_uses.contains(Table::\"acme.stage.totals\")",
        "context.tags.containsAll([\"pii\", \"pii.email\"])",
        "context.used.projected.contains(\"pii\")",
        "context.used.filtered.contains(\"pii.ssn\")",
        "context.used.joined.contains(\"pii.phone\")",
        "context.used.grouped.contains(\"geo\")",
        "context.used.ordered.contains(\"pii.age\")",
        "context.used.aggregated.contains(\"pay.salary\")",
        "context has rows && context.rows == 10",
        "context.hour == 23 && context.weekday == \"sunday\"",
        "context has purpose && context.purpose == \"audit\"",
        "context.has_unclassified_columns && context.risk == \"high\"",
        "context.bytes == 1000000 && context.max_bytes == 10000000000",
    ] {
        let when = format!(") when {{ {condition} }}");
        assert!(forbids(&when, &facts), "{condition}");
        assert!(
            !forbids(&format!(") unless {{ {condition} }}"), &facts),
            "{condition}"
        );
    }
    assert!(!forbids(
        ") when { context.tags.contains(\"public\") }",
        &facts
    ));
}

#[test]
fn raw_values_always_wait_for_two_who_prove_who_they_are() {
    let policies = written(PERMIT_ALL).expect("a policy");
    let decision = policies.decide(&with(|facts| {
        facts.unmasks = ["acme.shop.customers.email".to_owned()].into();
        facts.unmasked_tags = [Tag::new("pii.email")].into();
    }));
    assert_eq!(decision.route, Route::Approve);
    assert_eq!(decision.requirements, [requirement("all", &["anyone"], 2)]);
    assert!(decision.step_up);
}

/// Loads one file from a folder of its own.
fn written(text: &str) -> Result<PolicySet, PolicyError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine.cedar"), text).expect("a file");
    PolicySet::from_files(&PolicyFile::read(folder.path())?)
}

const PERMIT_ALL: &str = r#"
    @id("all") @reason("all") @approvers("anyone") @count("1") @expires("P1D")
    permit (principal, action, resource);"#;

#[test]
fn no_policy_is_laxer_than_the_analysis() {
    let policies = written(PERMIT_ALL).expect("a policy");
    let route = |change: fn(&mut Facts)| policies.decide(&with(change)).route;
    assert_eq!(route(|_| ()), Route::Run);
    assert_eq!(route(|facts| facts.route = Route::Approve), Route::Approve);
    assert_eq!(route(|facts| facts.route = Route::Block), Route::Block);
    assert_eq!(route(|facts| facts.understood = false), Route::Block);
}

#[test]
fn what_no_policy_permits_is_blocked() {
    let policies = written(
        r#"@id("never") @reason("never")
        forbid (principal, action, resource) when { context.bytes < 0 };"#,
    )
    .expect("a policy");
    let decision = policies.decide(&harmless());
    assert_eq!(decision.route, Route::Block);
    assert_eq!(decision.reasons[0].says, "No policy permits it.");
}

#[test]
fn a_policy_that_fails_while_evaluated_never_lets_run() {
    // 2^62 × 4 overflows, so the forbid fails and would be left out.
    let failing = r#"
    @id("fails") @reason("fails")
    forbid (principal, action, resource) when { context.bytes * 4611686018427387904 > 0 };"#;
    let policies = written(&format!("{PERMIT_ALL}{failing}")).expect("policies");
    let decision = policies.decide(&with(|facts| facts.bytes = 4));
    assert_eq!(decision.route, Route::Block);

    // Here it fails for `run` only: people may still be asked.
    let failing = failing.replace("action,", "action == Action::\"run\",");
    let policies = written(&format!("{PERMIT_ALL}{failing}")).expect("policies");
    let decision = policies.decide(&with(|facts| facts.bytes = 4));
    assert_eq!(decision.route, Route::Approve);
}

fn requirement(policy: &str, approvers: &[&str], count: u8) -> Requirement {
    Requirement {
        policy: policy.to_owned(),
        approvers: approvers.iter().map(ToString::to_string).collect(),
        count,
    }
}

#[test]
fn what_several_policies_ask_for_adds_up_to_the_strictest() {
    let policies = written(
        r#"
        @id("a") @reason("a") @approvers("stewards, lawyers") @count("1") @expires("P1D")
        permit (principal, action == Action::"runWithApproval", resource);
        @id("b") @reason("b") @approvers("lawyers,stewards") @count("2") @expires("PT8H")
        @escalate("office after PT2H")
        permit (principal, action == Action::"runWithApproval", resource);
        @id("c") @reason("c") @approvers("privacy") @count("1") @expires("PT9H") @step_up
        @escalate("board, office after PT1H")
        permit (principal, action == Action::"runWithApproval", resource);"#,
    )
    .expect("policies");
    let decision = policies.decide(&harmless());
    let expected = [
        requirement("b", &["lawyers", "stewards"], 2),
        requirement("c", &["privacy"], 1),
    ];
    assert_eq!(decision.requirements, expected);
    assert_eq!(decision.expires_after_seconds, 8 * 3_600);
    assert!(decision.step_up);
    let escalation = decision.escalation.expect("an escalation");
    assert_eq!(escalation.after_seconds, 3_600);
    assert_eq!(escalation.approvers, ["board", "office"]);
}

#[test]
fn without_a_policy_that_says_so_nobody_steps_up_and_nothing_escalates() {
    let decision = builtin("balanced").decide(&with(tagged));
    assert!(!decision.step_up);
    assert_eq!(decision.escalation, None);
}

#[test]
fn a_wrong_file_is_refused_with_its_name_and_line() {
    let head = "// A comment.\n\n";
    for (text, line, message) in [
        (
            "permit (principal, action, resource",
            3,
            "unexpected end of input",
        ),
        (
            "@id(\"a\") @reason(\"b\")\nforbid (principal, action, resource)\nwhen { context.byts > 1 };",
            5,
            "byts",
        ),
        (
            "@id(\"a\") @reason(\"b\")\nforbid (principal, action == Action::\"rum\", resource);",
            4,
            "rum",
        ),
        ("forbid (principal, action, resource);", 3, "@id"),
        (
            "@id(\"a\")\nforbid (principal, action, resource);",
            3,
            "@reason",
        ),
        (
            "@id(\"a\") @reason(\"b\")\npermit (principal, action, resource);",
            3,
            "@approvers",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x,\") @count(\"1\") @expires(\"PT1H\")\npermit (principal, action, resource);",
            3,
            "@approvers",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"0\") @expires(\"PT1H\")\npermit (principal, action, resource);",
            3,
            "@count",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"1\") @expires(\"soon\")\npermit (principal, action, resource);",
            3,
            "@expires",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"1\") @expires(\"PT1H\") @stepup\npermit (principal, action, resource);",
            3,
            "@stepup",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"1\") @expires(\"PT1H\") @step_up(\"no\")\npermit (principal, action, resource);",
            3,
            "@step_up",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"1\") @expires(\"PT1H\") @escalate(\"y\")\npermit (principal, action, resource);",
            3,
            "@escalate",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\") @count(\"1\") @expires(\"PT1H\") @escalate(\"y after PT1H\")\npermit (principal, action, resource);",
            3,
            "before `@expires`",
        ),
        (
            "@id(\"a\") @reason(\"b\") @approvers(\"x\")\nforbid (principal, action, resource);",
            3,
            "@approvers",
        ),
        (
            "@id(\"a\") @reason(\"b\")\npermit (principal == ?principal, action, resource);",
            3,
            "templates",
        ),
        (
            "@id(\"a\") @reason(\"1\")\nforbid (principal, action, resource);\n@id(\"a\") @reason(\"2\")\nforbid (principal, action, resource);",
            5,
            "another policy",
        ),
    ] {
        let Err(PolicyError::Invalid(faults)) = written(&format!("{head}{text}")) else {
            panic!("{text}");
        };
        let fault = &faults[0];
        assert_eq!(
            (fault.file.as_str(), fault.line),
            ("mine.cedar", line),
            "{fault}"
        );
        assert!(fault.message.contains(message), "{text}: {fault}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let text = "@id(\"a\")\nforbid (principal, action, resource);\n\
                @id(\"b\") @reason(\"b\")\nforbid (principal, action, resource)\n\
                when { context.byts > 1 };\n\
                @id(\"c\") @reason(\"c\") @count(\"1\")\nforbid (principal, action, resource);\n";
    let Err(error) = written(text) else {
        panic!("{text}");
    };
    let said = error.to_string();
    let lines: Vec<_> = said.lines().map(|line| &line[..13]).collect();
    assert_eq!(
        lines,
        ["mine.cedar:1:", "mine.cedar:6:", "mine.cedar:5:"],
        "{said}"
    );
}

#[test]
fn a_folder_without_policies_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = PolicyFile::read(folder.path()).err();
    assert!(
        matches!(empty, Some(PolicyError::Empty { .. })),
        "{empty:?}"
    );
    let missing = PolicyFile::read(&folder.path().join("missing")).err();
    assert!(
        matches!(missing, Some(PolicyError::Unreadable { .. })),
        "{missing:?}"
    );
    assert_eq!(written("// Nothing.").err(), Some(PolicyError::NoPolicy));
    let unknown = PolicyFile::preset("lenient").err();
    assert!(
        matches!(unknown, Some(PolicyError::UnknownName { .. })),
        "{unknown:?}"
    );
}

#[test]
fn the_version_follows_the_text() {
    let version = |text: &str| written(text).expect("a policy").version();
    assert_eq!(version(PERMIT_ALL), version(PERMIT_ALL));
    assert_ne!(
        version(PERMIT_ALL),
        version(&PERMIT_ALL.replace("P1D", "P2D"))
    );
    let named = |name: &str, text: &str| {
        let file = PolicyFile {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        PolicySet::from_files(&[file]).expect("a policy").version()
    };
    assert_ne!(named("a", PERMIT_ALL), named("b", PERMIT_ALL));
    // What ends one part does not pass for the beginning of the next.
    assert_ne!(
        named("a", &format!("\n{PERMIT_ALL}")),
        named("a\n", PERMIT_ALL)
    );
    let decision = builtin("balanced").decide(&harmless());
    assert_eq!(decision.policy_version, builtin("balanced").version());
}

/// What the schema describes is narrower here than what is known.
#[test]
fn facts_that_do_not_fit_the_schema_never_let_run() {
    let mut policies = written(PERMIT_ALL).expect("a policy");
    let narrower = "entity Agent, Intent;
        action run, runWithApproval appliesTo { principal: Agent, resource: Intent };";
    policies.schema = narrower.parse().expect("a schema");
    let decision = policies.decide(&harmless());
    assert_eq!(decision.route, Route::Block);
    assert_eq!(
        decision.reasons[0].says,
        "The facts do not fit the schema of policies."
    );
}

/// Loading lets no such policy in; if one were, it would block.
#[test]
fn an_approval_that_asks_nobody_is_none() {
    let mut policies = written(PERMIT_ALL).expect("a policy");
    for policy in policies.annotations.values_mut() {
        policy.approval = None;
    }
    let decision = policies.decide(&with(|facts| facts.route = Route::Approve));
    assert_eq!(decision.route, Route::Block);
}
