use std::path::Path;

use domain::{MaskRule, MaskRules, Role, Tag};
use figment::Jail;
use secrecy::ExposeSecret as _;

use super::*;

/// The least that a file has to say.
const LEAST: &str = r#"
[identity]
issuer = "https://login.example.com"
client_id = "countersign"
client_secret = "s3cret-of-the-client"
[identity.roles]
approver = ["stewards"]

[warehouse]
project = "p"
datasets = ["shop"]
"#;

/// Loads `file` within an empty environment and folder.
fn load(file: &str) -> Result<Config, ConfigError> {
    load_with(file, |_| {})
}

#[expect(
    clippy::result_large_err,
    reason = "the jail's closure returns figment's error"
)]
fn load_with(file: &str, prepare: impl Fn(&mut Jail)) -> Result<Config, ConfigError> {
    let mut result = None;
    Jail::expect_with(|jail| {
        jail.create_file("c.toml", file)?;
        prepare(jail);
        result = Some(Config::load(Path::new("c.toml")));
        Ok(())
    });
    result.expect("the jail ran")
}

fn refusal(file: &str) -> String {
    load(file).expect_err("a refusal").to_string()
}

#[test]
fn the_defaults_and_the_least_file_make_a_configuration() {
    let config = load(LEAST).expect("valid");
    insta::assert_snapshot!(config.to_redacted_toml().expect("TOML"));
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let file = LEAST.replace("client_id", "cleint_id");
    assert_eq!(
        refusal(&file),
        "c.toml, line 4: `identity.cleint_id` is unknown; known here: issuer, client_id, client_secret, client_secret_file, scopes, groups_claim, session_idle_minutes, session_absolute_hours, step_up_acr_values, step_up_minutes, roles"
    );
    assert_eq!(
        refusal(&format!("{LEAST}\n[wherehouse]\nx = 1\n")),
        "c.toml, line 13: `wherehouse` is unknown; known here: server, store, identity, oauth, rights, warehouse, policy, masking, mail, webhooks, approvals, limits, log"
    );
}

#[test]
fn a_wrong_key_is_named_with_its_line_and_without_its_value() {
    let file = LEAST.replace("\"s3cret-of-the-client\"", "4711");
    let refusal_text = refusal(&file);
    assert!(!refusal_text.contains("4711"), "{refusal_text}");
    assert_eq!(
        refusal_text,
        "c.toml, line 5: `identity.client_secret` must be a string, not an integer"
    );
    assert_eq!(
        refusal(&format!("[server]\nlisten = \"here\"\n{LEAST}")),
        "c.toml, line 2: `server.listen` cannot be read"
    );
    assert_eq!(
        refusal(&format!("{LEAST}\nlocation =\n")),
        "c.toml, line 13: not TOML: string values must be quoted, expected literal string"
    );
}

#[test]
fn a_missing_key_is_named() {
    assert_eq!(
        refusal(&LEAST.replace("project = \"p\"", "")),
        "c.toml: `warehouse.project` is missing"
    );
}

#[test]
fn the_environment_wins_and_is_named_when_it_is_wrong() {
    let config = load_with(LEAST, |jail| {
        jail.set_env("COUNTERSIGN__IDENTITY__CLIENT_ID", "other");
        jail.set_env("COUNTERSIGN__IDENTITY__ROLES__AUDITOR", "[controllers]");
    })
    .expect("valid");
    assert_eq!(config.identity.client_id, "other");
    assert!(config.identity.roles.contains_key(&Role::Auditor));

    let wrong = load_with(LEAST, |jail| {
        jail.set_env("COUNTERSIGN__LIMITS__SQL_BYTES", "0");
    });
    assert_eq!(
        wrong.expect_err("a refusal").to_string(),
        "environment variable COUNTERSIGN__LIMITS__SQL_BYTES: `limits.sql_bytes` must be between 1 and 1048576"
    );
    let unknown = load_with(LEAST, |jail| jail.set_env("COUNTERSIGN__LIMITS__SQL", "1"));
    assert_eq!(
        unknown.expect_err("a refusal").to_string(),
        "environment variable COUNTERSIGN__LIMITS__SQL: `limits.sql` is unknown; known here: body_bytes, sql_bytes, run_minutes_maximum, agent_days_maximum, results_rows_maximum, results_days, sign_ins_per_minute, votes_per_minute, grants_per_minute, codes_per_minute"
    );
}

#[test]
fn secrets_come_from_files_and_are_not_printed() {
    let file = LEAST.replace(
        "client_secret = \"s3cret-of-the-client\"",
        "client_secret_file = \"secret\"",
    );
    let config = load_with(&file, |jail| {
        jail.create_file("secret", "from-a-file\n").expect("a file");
    })
    .expect("valid");
    let secret = config.identity.client_secret.clone().expect("a secret");
    assert_eq!(secret.expose_secret(), "from-a-file");
    assert!(!format!("{config:?}").contains("from-a-file"));
    assert!(
        !config
            .to_redacted_toml()
            .expect("TOML")
            .contains("from-a-file")
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for url in [
        "http://gate.example.com",
        "ftp://127.0.0.1",
        "https://a.example.com/path",
    ] {
        let text = refusal(&format!("[server]\npublic_url = \"{url}\"\n{LEAST}"));
        assert!(
            text.contains("c.toml, line 2: `server.public_url`"),
            "{text}"
        );
    }
    let far = LEAST.replace("https://login", "http://login");
    assert!(refusal(&far).contains("`identity.issuer`"));
}

#[test]
fn without_a_group_for_any_role_nothing_starts() {
    let file = LEAST.replace("approver = [\"stewards\"]", "");
    assert!(refusal(&file).contains("`identity.roles`"));
}

#[test]
fn groups_give_only_the_roles_they_are_named_for() {
    let config = load(LEAST).expect("valid");
    let groups = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let roles = config.identity.roles_of(&groups(&["stewards", "others"]));
    assert_eq!(roles.into_iter().collect::<Vec<_>>(), [Role::Approver]);
    assert!(config.identity.roles_of(&groups(&["Stewards"])).is_empty());
    assert!(config.identity.roles_of(&groups(&[])).is_empty());
}

/// A GitHub issuer's table with another line in it.
fn issuer(line: &str) -> String {
    format!(
        "{LEAST}\n[[oauth.workload_issuers]]\nissuer = \"https://ci.example.com\"\nkind = \"github\"\n{line}\n"
    )
}

#[test]
fn who_vouches_for_workloads_is_told_apart() {
    let config = load(&issuer("audience = \"here\"")).expect("valid");
    let [known] = config.oauth.workload_issuers.as_slice() else {
        unreachable!("one issuer was given");
    };
    assert_eq!(known.audience.as_deref(), Some("here"));
    assert_eq!(known.algorithms, [crate::proof::Algorithm::RS256]);
    let spiffe = |issuer: &str, line: &str| {
        format!(
            "{LEAST}\n[[oauth.workload_issuers]]\nissuer = \"{issuer}\"\nkind = \"spiffe\"\n{line}\n"
        )
    };
    let keys = "keys_url = \"https://keys.example.org\"";
    load(&spiffe("spiffe://example.org", keys)).expect("valid");
    for (file, wrong) in [
        (issuer("algorithms = []"), "workload_issuers.algorithms"),
        (issuer("algorithms = [\"HS256\"]"), "algorithms"),
        (issuer("algorithms = [\"none\"]"), "algorithms"),
        (
            issuer("keys_url = \"http://keys.example.com\""),
            "workload_issuers.keys_url",
        ),
        (issuer("audience = \" \""), "workload_issuers.audience"),
        (issuer("secret = \"x\""), "secret"),
        (
            spiffe("spiffe://example.org/path", keys),
            "workload_issuers.issuer",
        ),
        (
            spiffe("https://example.org", keys),
            "workload_issuers.issuer",
        ),
        (
            spiffe("spiffe://example.org", ""),
            "workload_issuers.keys_url",
        ),
        (
            issuer("").replace("https://ci", "http://ci"),
            "workload_issuers.issuer",
        ),
    ] {
        let text = refusal(&file);
        assert!(text.contains(wrong), "{wrong}: {text}");
    }
    let twice = issuer("") + &issuer("").replace(LEAST, "");
    assert!(refusal(&twice).contains("twice"));
}

#[test]
fn the_rules_of_masks_are_the_ones_that_count_where_none_are_given() {
    assert_eq!(
        load(LEAST).expect("valid").masking.rules,
        MaskRules::default()
    );
}

#[test]
fn a_rule_is_added_or_changed_by_its_tag() {
    let rules =
        "[masking.rules]\n\"pii\" = \"ALWAYS_NULL\"\n\"pii.phone\" = \"FIRST_FOUR_CHARACTERS\"\n";
    let config = load(&format!("{LEAST}\n{rules}")).expect("valid");
    let rule = |tag: &str| config.masking.rules.rule(&Tag::new(tag));
    assert_eq!(rule("pii.ssn"), MaskRule::AlwaysNull);
    assert_eq!(rule("pii.phone"), MaskRule::FirstFour);
    assert_eq!(rule("pii.email"), MaskRule::EmailMask);

    let config = load_with(LEAST, |jail| {
        let rules = r#"{"pii.ssn"="ALWAYS_NULL"}"#;
        jail.set_env("COUNTERSIGN__MASKING__RULES", rules);
    })
    .expect("valid");
    let rule = |tag: &str| config.masking.rules.rule(&Tag::new(tag));
    assert_eq!(rule("pii.ssn"), MaskRule::AlwaysNull);
    assert_eq!(rule("pii.email"), MaskRule::EmailMask);
}

#[test]
fn an_unknown_rule_stops_the_start_with_its_tag_and_line() {
    let rules = "[masking.rules]\n\"pii.ssn\" = \"HASH\"\n";
    assert_eq!(
        refusal(&format!("{LEAST}\n{rules}")),
        "c.toml, line 14: `masking.rules.pii.ssn` must be one of ALWAYS_NULL, \
         DEFAULT_MASKING_VALUE, SHA256, LAST_FOUR_CHARACTERS, FIRST_FOUR_CHARACTERS, \
         EMAIL_MASK, DATE_YEAR_MASK"
    );
}

#[test]
fn hashes_need_a_salt_that_is_long_and_not_printed() {
    let hashed = format!("{LEAST}\n[masking.rules]\n\"pii.ssn\" = \"SHA256\"\n[masking]\n");
    assert_eq!(
        refusal(&hashed),
        "c.toml: `masking.salt` is missing: the rule SHA256 needs it"
    );
    assert_eq!(
        refusal(&format!("{hashed}salt = \"pepper\"\n")),
        "c.toml, line 16: `masking.salt` needs at least 16 characters"
    );
    let config = load_with(&format!("{hashed}salt_file = \"salt\"\n"), |jail| {
        jail.create_file("salt", "0123456789abcdef\n")
            .expect("a file");
    })
    .expect("valid");
    let salt = config.masking.salt.clone().expect("a salt");
    assert_eq!(salt.expose_secret(), "0123456789abcdef");
    let shown = config.to_redacted_toml().expect("TOML");
    assert!(!format!("{config:?}{shown}").contains("0123456789abcdef"));
}

fn store(lines: &str) -> String {
    format!("{LEAST}\n[store]\n{lines}\n")
}

#[test]
fn a_far_database_is_encrypted_and_known() {
    for url in [
        "sqlite://var/c.db",
        "postgres://c@127.0.0.1:5432/c",
        "postgres://c@[::1]/c",
        "postgresql://c@localhost/c",
        "postgres://c@%2Fvar%2Frun%2Fpostgresql/c",
        "postgres:///c?host=/var/run/postgresql",
        "postgres://c@db.example.com/c?sslmode=verify-full&sslrootcert=/etc/ca.pem",
    ] {
        load(&store(&format!("url = \"{url}\""))).expect(url);
    }
    for url in [
        "mysql://c@127.0.0.1/c",
        "postgres",
        "postgres:///c",
        "postgres://c@db.example.com/c",
        "postgres://c@db.example.com/c?sslmode=require",
        "postgres://c@localhost/c?host=db.example.com",
        "postgres://c@localhost/c?hostaddr=192.0.2.1",
    ] {
        let text = refusal(&store(&format!("url = \"{url}\"")));
        assert!(text.contains("line 14: `store.url` must"), "{url}: {text}");
    }
}

#[test]
fn a_database_s_password_stands_beside_its_url() {
    for url in [
        "postgres://c:s3cret-of-the-base@localhost/c",
        "postgres://c@localhost/c?password=s3cret-of-the-base",
    ] {
        let text = refusal(&store(&format!("url = \"{url}\"")));
        assert!(text.contains("`store.url` must not hold"), "{text}");
        assert!(!text.contains("s3cret-of-the-base"), "{text}");
    }
    let file = store("url = \"postgres://c@localhost/c\"\npassword_file = \"base\"");
    let config = load_with(&file, |jail| {
        jail.create_file("base", "s3cret of the base\n")
            .expect("a file");
    })
    .expect("valid");
    assert_eq!(
        config.store.secret_url().expose_secret(),
        "postgres://c:s3cret%20of%20the%20base@localhost/c"
    );
    let shown = config.to_redacted_toml().expect("TOML");
    assert!(!format!("{config:?}{shown}").contains("s3cret of"));
}
