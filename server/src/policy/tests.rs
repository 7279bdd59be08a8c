//! From facts to decisions, rule by rule; and what is refused at loading.

use std::{collections::BTreeSet, fs};

use domain::{RiskLevel, Route, TableName, Tag};

use super::*;

const TERABYTE: u64 = 1_000_000_000_000;

/// A small read of a table without tagged columns.
fn harmless() -> Facts {
    Facts {
        intent: "int_00000000000000000000000000000001"
            .parse()
            .expect("an id"),
        agent: "agt_00000000000000000000000000000002"
            .parse()
            .expect("an id"),
        agent_name: "forecaster".to_owned(),
        run: "run_00000000000000000000000000000003"
            .parse()
            .expect("an id"),
        initiator: "alice@example.com".to_owned(),
        purpose: Some("weekly forecast".to_owned()),
        understood: true,
        route: Route::Run,
        risk: RiskLevel::Low,
        kinds: ["select".to_owned()].into(),
        reads: [TableName::new("demo.shop.orders")].into(),
        writes: BTreeSet::new(),
        tags: BTreeSet::new(),
        has_unclassified_columns: false,
        findings: BTreeSet::new(),
        bytes: 1_000,
        max_bytes: TERABYTE,
        out_of_scope: BTreeSet::new(),
    }
}

fn with(change: impl FnOnce(&mut Facts)) -> Facts {
    let mut facts = harmless();
    change(&mut facts);
    facts
}

fn tagged(facts: &mut Facts) {
    facts.tags = [Tag::new("pii.email"), Tag::new("public")].into();
}

fn write(facts: &mut Facts) {
    facts.kinds = ["update".to_owned()].into();
    facts.writes = [TableName::new("demo.shop.orders")].into();
    facts.route = Route::Approve;
}

fn builtin(name: &str) -> PolicySet {
    PolicySet::builtin(name).expect("a policy that comes with the program")
}

/// Asks a policy and shows what it said: the route, then the policies.
fn asked(policy: &str, facts: &Facts) -> String {
    let decision = builtin(policy).decide(facts);
    let policies: Vec<_> = decision.reasons.iter().map(|r| r.policy.as_str()).collect();
    assert!(
        decision
            .reasons
            .iter()
            .all(|reason| !reason.says.is_empty())
    );
    format!("{}: {}", decision.route.as_str(), policies.join(", "))
}

#[test]
fn each_rule_of_the_balanced_policy_decides() {
    for (facts, expected) in [
        (harmless(), "run: harmless-reads"),
        (
            with(|f| f.tags = [Tag::new("public")].into()),
            "run: harmless-reads",
        ),
        (
            with(|f| f.has_unclassified_columns = true),
            "run: harmless-reads",
        ),
        (with(tagged), "approve: tagged-tables-need-a-steward"),
        (
            with(|f| f.bytes = 10_000_000_001),
            "approve: large-scans-need-a-steward",
        ),
        (
            with(|f| f.route = Route::Approve),
            "approve: findings-need-a-steward",
        ),
        (
            with(write),
            "approve: findings-need-a-steward, writes-need-a-steward",
        ),
        (
            with(|f| {
                write(f);
                f.route = Route::Run;
            }),
            "approve: writes-need-a-steward",
        ),
        (
            with(|f| {
                f.route = Route::Approve;
                f.risk = RiskLevel::Critical;
            }),
            "approve: critical-risk-needs-two, findings-need-a-steward",
        ),
        (with(|f| f.understood = false), "block: analysis"),
        (
            with(|f| f.route = Route::Block),
            "block: blocked-by-analysis",
        ),
        (
            with(|f| f.out_of_scope = [TableName::new("demo.hr.salaries")].into()),
            "block: outside-the-scope",
        ),
        (
            with(|f| {
                write(f);
                f.kinds = ["truncate".to_owned()].into();
            }),
            "block: destructive",
        ),
        (
            with(|f| {
                write(f);
                f.findings = ["destructive".to_owned()].into();
            }),
            "block: destructive",
        ),
        (
            with(|f| {
                f.bytes = 2_000;
                f.max_bytes = 1_000;
            }),
            "block: dearer-than-its-cap",
        ),
    ] {
        assert_eq!(asked("balanced", &facts), expected, "{facts:?}");
    }
}

#[test]
fn each_rule_of_the_strict_policy_decides() {
    let both = "approve: everything-else-needs-a-steward, sensitive-tables-need-two";
    for (facts, expected) in [
        (harmless(), "run: small-reads-of-public-tables"),
        (with(tagged), both),
        (with(|f| f.has_unclassified_columns = true), both),
        (
            with(|f| f.bytes = 1_000_000_001),
            "approve: everything-else-needs-a-steward",
        ),
        (
            with(|f| f.risk = RiskLevel::Moderate),
            "approve: everything-else-needs-a-steward",
        ),
        (with(write), "block: agents-do-not-write"),
        (
            with(|f| f.kinds = ["select".to_owned(), "insert".to_owned()].into()),
            "block: agents-do-not-write",
        ),
        (with(|f| f.purpose = None), "block: no-purpose"),
        (
            with(|f| f.purpose = Some(String::new())),
            "block: no-purpose",
        ),
        (
            with(|f| f.risk = RiskLevel::Critical),
            "block: critical-risk",
        ),
        (with(|f| f.understood = false), "block: analysis"),
        (
            with(|f| f.route = Route::Block),
            "block: blocked-by-analysis",
        ),
        (
            with(|f| f.out_of_scope = [TableName::new("demo.hr.salaries")].into()),
            "block: outside-the-scope",
        ),
        (with(|f| f.max_bytes = 1), "block: dearer-than-its-cap"),
    ] {
        assert_eq!(asked("strict", &facts), expected, "{facts:?}");
    }
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
            context.datasets == ["demo.shop"] &&
            context.initiator like "*@example.com"
        };"#,
    )
    .expect("a policy");
    assert_eq!(policies.decide(&harmless()).route, Route::Run);
    let other = with(|facts| facts.agent_name = "other".to_owned());
    assert_eq!(policies.decide(&other).route, Route::Block);
}

/// Loads one file from a folder of its own.
fn written(text: &str) -> Result<PolicySet, PolicyError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine.cedar"), text).expect("a file");
    PolicySet::load(folder.path())
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
        match written(&format!("{head}{text}")).err() {
            Some(PolicyError::Invalid {
                file,
                line: found,
                message: said,
            }) => {
                assert_eq!(
                    (file.as_str(), found),
                    ("mine.cedar", line),
                    "{text}: {said}"
                );
                assert!(said.contains(message), "{text}: {said}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_folder_without_policies_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = PolicySet::load(folder.path()).err();
    assert!(
        matches!(empty, Some(PolicyError::Empty { .. })),
        "{empty:?}"
    );
    let missing = PolicySet::load(&folder.path().join("missing")).err();
    assert!(
        matches!(missing, Some(PolicyError::Unreadable { .. })),
        "{missing:?}"
    );
    let unknown = PolicySet::builtin("lenient").err();
    assert!(
        matches!(unknown, Some(PolicyError::UnknownName { .. })),
        "{unknown:?}"
    );
}

#[test]
fn the_version_follows_the_text() {
    let version = |text: &str| written(text).expect("a policy").version();
    assert_eq!(version(PERMIT_ALL), version(PERMIT_ALL));
    assert_ne!(version(PERMIT_ALL), version(&format!("{PERMIT_ALL} ")));
    let decision = builtin("balanced").decide(&harmless());
    assert_eq!(decision.policy_version, builtin("balanced").version());
}
