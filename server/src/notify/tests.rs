//! What mails say, and that a folder takes them.

use domain::{RiskLevel, TableName, Tag, Timestamp};

use super::*;

/// Each person gets a mail of their own.
fn envelope(to: &str) -> Envelope {
    Envelope {
        to: to.to_owned(),
        message_id: format!("{}@countersign.example.com", &to[..2].to_lowercase()),
        thread: Some("int_7f3a@countersign.example.com".to_owned()),
    }
}

fn waiting() -> ApprovalWaiting {
    ApprovalWaiting {
        envelope: envelope("Bo Lindqvist <bo@example.com>"),
        call: Call::First,
        link: "https://countersign.example.com/approvals/apr_01900000000070008000000000007f3a"
            .parse()
            .expect("an address"),
        agent: "churn-model".to_owned(),
        initiator: "Alice Ng".to_owned(),
        purpose: Some("Find customers whose <second> order failed".to_owned()),
        ticket: Some("TICKET-4211".to_owned()),
        risk: RiskLevel::High,
        reasons: vec![
            "A table with tagged columns is read; a data steward has to agree.".to_owned(),
        ],
        tables: vec![
            TableName::new("demo.shop.customers"),
            TableName::new("demo.shop.orders"),
        ],
        tags: vec![Tag::new("pii.email")],
        cost: "1.2 GB, about $0.01".to_owned(),
        count: 2,
        expires_at: Timestamp::from_micros(1_795_316_640_000_000),
    }
}

fn decided() -> ApprovalDecided {
    ApprovalDecided {
        envelope: envelope("Alice Ng <alice@example.com>"),
        link: waiting().link,
        agent: "churn-model".to_owned(),
        purpose: waiting().purpose,
        ticket: None,
        outcome: Outcome::Denied,
        details: Vec::new(),
        voters: vec!["Bo Lindqvist".to_owned()],
        decided_at: Timestamp::from_micros(1_795_316_640_000_000),
    }
}

#[test]
fn an_approver_reads_who_wants_what_and_why() {
    let mail = approval_waiting(waiting()).expect("a mail");
    insta::assert_snapshot!("approval_waiting_subject", mail.subject);
    insta::assert_snapshot!("approval_waiting_text", mail.text);
    insta::assert_snapshot!("approval_waiting_html", mail.html);
}

#[test]
fn little_to_say_leaves_no_holes() {
    let mail = approval_waiting(ApprovalWaiting {
        purpose: None,
        ticket: None,
        reasons: Vec::new(),
        tags: Vec::new(),
        count: 1,
        ..waiting()
    });
    insta::assert_snapshot!(mail.expect("a mail").text);
}

#[test]
fn an_initiator_reads_how_it_ended() {
    let mail = approval_decided(decided()).expect("a mail");
    insta::assert_snapshot!("approval_decided_subject", mail.subject);
    insta::assert_snapshot!("approval_decided_text", mail.text);
    insta::assert_snapshot!("approval_decided_html", mail.html);
}

#[test]
fn what_an_agent_writes_cannot_pass_for_the_mail() {
    let mail = approval_waiting(ApprovalWaiting {
        agent: "model\r\nBcc: mallory@example.com".to_owned(),
        purpose: Some("x\n\nRisk: Low\n<a href=https://evil.example>open</a>".to_owned()),
        ..waiting()
    })
    .expect("a mail");
    assert!(!mail.subject.contains('\n'), "{}", mail.subject);
    assert!(!mail.text.contains("\nRisk: Low"), "{}", mail.text);
    assert!(!mail.html.contains("<a href=https"), "{}", mail.html);
}

#[tokio::test]
async fn a_folder_holds_each_mail_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mail");
    let mailer =
        MailFolder::new("Countersign <countersign@example.com>", path.clone()).expect("a mailer");
    let to_bo = approval_waiting(waiting()).expect("a mail");
    let to_alice = approval_decided(decided()).expect("a mail");
    for mail in [&to_bo, &to_bo, &to_alice] {
        mailer.send(mail.clone()).await.expect("sent");
    }
    let mut files: Vec<_> = std::fs::read_dir(&path)
        .expect("the folder")
        .map(|entry| entry.expect("a file").path())
        .collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    assert!(
        files
            .iter()
            .all(|file| file.extension().is_some_and(|e| e == "eml"))
    );

    let waiting = std::fs::read_to_string(&files[1]).expect("text");
    let (head, body) = waiting.split_once("\r\n\r\n").expect("head and body");
    for line in [
        "From: Countersign <countersign@example.com>",
        "To: \"Bo Lindqvist\" <bo@example.com>",
        &format!("Message-ID: <{}>", to_bo.envelope.message_id),
        "MIME-Version: 1.0",
        "Auto-Submitted: auto-generated",
        "References: <int_7f3a@countersign.example.com>",
    ] {
        assert!(head.lines().any(|found| found == line), "{line} in {head}");
    }
    assert!(head.contains("multipart/alternative"), "{head}");
    assert!(
        body.contains("text/plain") && body.contains("text/html"),
        "{body}"
    );
}

#[tokio::test]
async fn a_mail_to_nobody_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mailer = MailFolder::new("c@example.com", folder.path().to_owned()).expect("a mailer");
    let mail = approval_waiting(ApprovalWaiting {
        envelope: envelope("nobody"),
        ..waiting()
    });
    assert_eq!(
        mailer.send(mail.expect("a mail")).await,
        Err(MailError::Address { field: "to" })
    );
}

fn glass_broken() -> Notice {
    Notice {
        envelope: envelope("Bo Lindqvist <bo@example.com>"),
        badge: Some(Badge {
            word: "Break glass",
            class: "critical",
        }),
        heading: "Ana Costa overrode the policy for churn-model".to_owned(),
        says: "A query runs that the policy did not let run.".to_owned(),
        facts: vec![
            ("Agent", "churn-model".to_owned()),
            (
                "For",
                "Stop the outage\r\nBcc: mallory@example.com".to_owned(),
            ),
        ],
        link: waiting().link,
        action: "See what runs, and why",
        because: "everybody concerned is told",
    }
}

#[test]
fn a_notice_says_one_thing_and_is_loud_where_it_has_to_be() {
    let mail = notice(glass_broken()).expect("a mail");
    assert_eq!(
        mail.subject,
        "[BREAK GLASS] Ana Costa overrode the policy for churn-model"
    );
    assert_eq!(
        mail.text,
        "BREAK GLASS: Ana Costa overrode the policy for churn-model.\n\n\
         A query runs that the policy did not let run.\n\n\
         Agent: churn-model\nFor: Stop the outage Bcc: mallory@example.com\n\n\
         See what runs, and why, after signing in:\n\
         https://countersign.example.com/approvals/apr_01900000000070008000000000007f3a\n\n\
         This mail cannot decide anything. You get it because everybody concerned is told."
    );
    assert!(mail.html.contains("Break glass"), "{}", mail.html);
}

#[test]
fn a_call_says_whether_it_is_a_reminder_and_an_outcome_what_changed() {
    for (call, says) in [
        (Call::First, "asks for approval"),
        (Call::Reminder, "still waits for approval"),
        (Call::Escalation, "now waits for you too"),
    ] {
        let mail = approval_waiting(ApprovalWaiting { call, ..waiting() });
        let mail = mail.expect("a mail");
        assert!(mail.subject.ends_with(says), "{}", mail.subject);
        assert!(mail.text.contains(says) && mail.html.contains(says));
    }
    let stale = approval_decided(ApprovalDecided {
        outcome: Outcome::Stale,
        details: vec!["The policy changed.".to_owned()],
        ..decided()
    });
    let stale = stale.expect("a mail");
    assert!(stale.subject.starts_with("Stale: "), "{}", stale.subject);
    assert!(
        stale.text.contains("\n  - The policy changed.\n"),
        "{}",
        stale.text
    );
    assert!(stale.html.contains("<li>The policy changed.</li>"));
}
