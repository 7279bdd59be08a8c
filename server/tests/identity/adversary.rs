//! What somebody may try at the sign-in: each attempt is refused with its code, stands in the
//! ledger with its reason, and leaves nobody signed in.

use jsonwebtoken::Algorithm;
use serde_json::{Value, json};

use super::{
    forgery::{self, encoded, header, shared_secret, signed, signed_as, signed_parts, signed_raw},
    site::{Browser, PAGE, Page, Site},
};

/// A name for the reader, what the ledger has to say, and the forged ID token.
type Forged = (String, &'static str, String);

fn case(name: &str, reason: &'static str, token: String) -> Forged {
    (name.to_owned(), reason, token)
}

/// The claims of an honest token, changed.
fn with(claims: &Value, name: &str, value: Value) -> Value {
    let mut changed = claims.clone();
    changed[name] = value;
    changed
}

fn without(claims: &Value, name: &str) -> Value {
    let mut changed = claims.clone();
    changed.as_object_mut().expect("claims").remove(name);
    changed
}

/// Other algorithms than those of the list, and keys taken for what they are not.
fn algorithms(claims: &Value) -> Vec<Forged> {
    let unsigned = |alg: &str| {
        [
            encoded(&with(&header(0), "alg", json!(alg))),
            encoded(claims),
        ]
        .join(".")
            + "."
    };
    let hs256 = with(&header(0), "alg", json!("HS256"));
    let mut cases = vec![
        case("alg none", "alg", unsigned("none")),
        case("alg NoNe", "alg", unsigned("NoNe")),
        case("alg empty", "alg", unsigned("")),
        case(
            "the client's secret as HMAC key",
            "alg",
            shared_secret(b"of-the-client", &hs256, claims),
        ),
    ];
    for key in forgery::public_key_texts() {
        let token = shared_secret(&key, &hs256, claims);
        cases.push(case("the public key as HMAC key", "alg", token));
        let token = shared_secret(&key, &header(0), claims);
        cases.push(case("an HMAC passed off as RS256", "signature", token));
    }
    for (name, algorithm) in [("RS384", Algorithm::RS384), ("RS512", Algorithm::RS512)] {
        let header = with(&header(0), "alg", json!(name));
        let token = signed_as(algorithm, 0, &header, claims);
        cases.push(case(name, "alg", token));
    }
    for alg in [json!("ES256"), json!("PS256")] {
        // Of the list, but not what this key signs with.
        let header = with(&header(0), "alg", alg);
        let token = signed_as(Algorithm::RS256, 0, &header, claims);
        cases.push(case("another algorithm than the key's", "key", token));
    }
    for alg in [json!("EdDSA"), json!(["RS256"]), json!(256), Value::Null] {
        let header = with(&header(0), "alg", alg);
        let token = signed_as(Algorithm::RS256, 0, &header, claims);
        cases.push(case("no algorithm of the list", "alg", token));
    }
    let header = without(&header(0), "alg");
    let token = signed_as(Algorithm::RS256, 0, &header, claims);
    cases.push(case("no algorithm", "alg", token));
    cases
}

/// Headers that name a key, or change how the token is read.
fn headers(claims: &Value) -> Vec<Forged> {
    let own_key = json!(forgery::public_key(1));
    let cases = [
        ("kid", json!("7"), "key"),
        ("kid", json!("../../../dev/null"), "key"),
        ("kid", json!("0' or '1'='1"), "key"),
        ("kid", json!(""), "key"),
        ("kid", json!(0), "header"),
        ("kid", json!("0".repeat(300)), "header"),
        ("jku", json!("https://evil.example/jwks"), "header"),
        ("jwk", own_key, "header"),
        ("x5u", json!("https://evil.example/cert"), "header"),
        ("x5c", json!(["MIIB"]), "header"),
        ("crit", json!(["exp"]), "header"),
        ("b64", json!(false), "header"),
        ("cty", json!("JWT"), "header"),
        ("zip", json!("DEF"), "header"),
        ("enc", json!("A128GCM"), "header"),
        ("typ", json!("at+jwt"), "typ"),
        ("typ", json!("application/at+JWT"), "typ"),
        ("typ", json!("logout+jwt"), "typ"),
        ("typ", json!("dpop+jwt"), "typ"),
        ("typ", json!(7), "header"),
    ];
    let forge = |(name, value, reason): (&str, Value, &'static str)| {
        // Signed with a key of the attacker's own, where the token brings it along.
        let key = usize::from(matches!(name, "jku" | "jwk" | "x5u" | "x5c"));
        let header = with(&header(0), name, value.clone());
        let token = signed_as(Algorithm::RS256, key, &header, claims);
        case(&format!("{name}: {value}"), reason, token)
    };
    cases.into_iter().map(forge).collect()
}

/// Signatures that are not the provider's over this very token.
fn signatures(claims: &Value) -> Vec<Forged> {
    let token = signed(0, claims);
    let (text, signature) = token.rsplit_once('.').expect("three parts");
    let (head, _) = text.split_once('.').expect("two parts");
    let mallory = encoded(&with(claims, "sub", json!("mallory")));
    let twin = text.replacen("eyJ", "eyI", 1);
    vec![
        case("no signature", "signature", format!("{text}.")),
        case(
            "half a signature",
            "signature",
            format!("{text}.{}", &signature[..172]),
        ),
        case(
            "other claims",
            "signature",
            format!("{head}.{mallory}.{signature}"),
        ),
        case("another header", "alg", format!("{twin}.{signature}")),
        case("another key", "signature", {
            signed_as(Algorithm::RS256, 1, &header(0), claims)
        }),
    ]
}

/// Texts that are no token, or could be read in two ways.
fn forms(claims: &Value) -> Vec<Forged> {
    let head = header(0).to_string();
    let body = claims.to_string();
    let token = signed(0, claims);
    let twice = body.replacen('{', r#"{"sub":"mallory","#, 1);
    let escaped = body.replacen('{', r#"{"\u0073ub":"mallory","#, 1);
    let alg_twice = head.replacen('{', r#"{"alg":"none","#, 1);
    let padded = signed_raw(&format!("{}=.{}", encoded(&header(0)), encoded(claims)));
    let large = with(claims, "filler", json!("x".repeat(17_000)));
    vec![
        case("a name twice", "json", signed_parts(&head, &twice)),
        case(
            "a name twice, once escaped",
            "json",
            signed_parts(&head, &escaped),
        ),
        case("alg twice", "json", signed_parts(&alg_twice, &body)),
        case(
            "a list of claims",
            "json",
            signed_parts(&head, &format!("[{body}]")),
        ),
        case(
            "claims and more",
            "json",
            signed_parts(&head, &format!("{body}{body}")),
        ),
        case("no JSON", "json", signed_parts(&head, "sub=subject-1")),
        case(
            "a header that is a text",
            "json",
            signed_parts("\"RS256\"", &body),
        ),
        case("padding", "form", padded),
        case("another alphabet", "form", token.replacen("eyJ", "ey/", 1)),
        case("a line break", "form", format!("{token}\n")),
        case("a space in front", "form", format!(" {token}")),
        case("two parts", "form", encoded(claims)),
        case("four parts", "form", format!("{token}.{}", encoded(claims))),
        case("nothing", "form", String::new()),
        case("too long", "too_long", signed(0, &large)),
        case(
            "JSON serialisation",
            "form",
            json!({"payload": encoded(claims)}).to_string(),
        ),
    ]
}

/// Every claim wrong, missing, or of the wrong type.
fn claims(honest: &Value) -> Vec<Forged> {
    let now = honest["iat"].as_i64().expect("a time");
    let wrong = [
        ("iss", json!("https://login.example.com"), "iss"),
        (
            "iss",
            json!(format!("{}/", honest["iss"].as_str().expect("text"))),
            "iss",
        ),
        ("iss", json!([honest["iss"]]), "claims"),
        ("aud", json!("other"), "aud"),
        ("aud", json!("countersign "), "aud"),
        ("aud", json!([]), "aud"),
        ("aud", json!(["other"]), "aud"),
        ("aud", json!(["countersign", "other"]), "azp"),
        ("aud", json!(7), "claims"),
        ("azp", json!("other"), "azp"),
        ("azp", json!(["countersign"]), "claims"),
        ("exp", json!(now - 1), "exp"),
        ("exp", json!("9999999999"), "claims"),
        ("exp", json!(-1), "exp"),
        ("exp", json!(1e300), "claims"),
        ("exp", json!(9_999_999_999.5), "exp"),
        ("iat", json!(now - 3600), "iat"),
        ("iat", json!(now + 3600), "iat"),
        ("iat", json!(now.to_string()), "claims"),
        ("iat", json!(i64::MIN), "claims"),
        ("nbf", json!(now + 3600), "nbf"),
        ("nbf", json!("now"), "nbf"),
        ("nonce", json!("another"), "nonce"),
        ("nonce", json!(""), "nonce"),
        ("nonce", json!(7), "claims"),
        ("auth_time", json!(now - 9 * 3600), "auth_time"),
        ("auth_time", json!(now + 3600), "auth_time"),
        ("auth_time", json!(now.to_string()), "claims"),
        ("sub", json!(""), "sub"),
        ("sub", json!("x".repeat(256)), "sub"),
        ("sub", json!(7), "claims"),
        ("sub", json!({"id": "subject-1"}), "claims"),
        ("acr", json!(2), "claims"),
        ("amr", json!("pwd"), "claims"),
        ("sid", json!(7), "claims"),
    ];
    let missing = [
        ("iss", "claims"),
        ("aud", "aud"),
        ("exp", "claims"),
        ("iat", "claims"),
        ("nonce", "nonce"),
        ("auth_time", "auth_time"),
        ("sub", "claims"),
    ];
    let spoiled = wrong.into_iter().map(|(name, value, reason)| {
        let token = signed(0, &with(honest, name, value.clone()));
        case(&format!("{name}: {value}"), reason, token)
    });
    let bare = missing.into_iter().map(|(name, reason)| {
        let token = signed(0, &without(honest, name));
        case(&format!("no {name}"), reason, token)
    });
    spoiled.chain(bare).collect()
}

/// Begins a sign-in, answers it with what `forge` makes of the honest claims.
async fn attempt(site: &Site, forge: impl FnOnce(&Value) -> String) -> (Browser, Page) {
    let mut browser = site.browser();
    let begun = browser.begin(PAGE).await;
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.id_token = Some(forge(&site.claims(&begun.nonce)));
    });
    let page = browser.get(&site.callback(&begun.state)).await;
    (browser, page)
}

#[tokio::test]
async fn every_forged_id_token_is_refused_and_recorded() {
    let site = Site::start().await;
    // So that later nobody can say that the honest one was refused too.
    let (mut browser, _) = attempt(&site, |honest| signed(0, honest)).await;
    assert!(browser.is_signed_in().await);

    let families = [algorithms, headers, signatures, forms, claims];
    let (mut tried, mut let_through) = (0, Vec::new());
    for family in families {
        for number in 0..family(&site.claims("any")).len() {
            // What the ledger counts instead of writing is another test's matter.
            site.clock.pass_minutes(1);
            site.forget_refusals().await;
            let mut about = (String::new(), "");
            let (mut browser, page) = attempt(&site, |honest| {
                let (name, reason, token) = family(honest).swap_remove(number);
                about = (name, reason);
                token
            })
            .await;
            let entry = site.ledger().await.remove(0);
            let payload: Value = serde_json::from_str(&entry.payload).expect("JSON");
            let refused = page.status == 403
                && page.body.contains("sign_in_invalid_proof")
                && entry.event == "person.sign_in_refused"
                && payload["reason"] == about.1
                && !browser.is_signed_in().await;
            if !refused {
                let_through.push((about, page.status, payload));
            }
            tried += 1;
        }
    }
    assert!(let_through.is_empty(), "{let_through:#?}");
    assert!(tried >= 80, "{tried} cases");
    assert_eq!(site.warehouse.texts(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_without_a_readable_id_token_is_refused() {
    let site = Site::start().await;
    let token = signed(0, &site.claims("any"));
    let answers = [
        String::new(),
        "<html>".to_owned(),
        json!({"access_token": "a", "token_type": "Bearer"}).to_string(),
        json!({"access_token": "a", "token_type": "Bearer", "id_token": 7}).to_string(),
        json!({"token_type": "Bearer", "id_token": token}).to_string(),
    ];
    for answer in answers {
        let mut browser = site.browser();
        let begun = browser.begin(PAGE).await;
        site.provider.set(|behaviour| {
            behaviour.challenge.clone_from(&begun.challenge);
            behaviour.answer = Some(answer.clone());
        });
        let page = browser.get(&site.callback(&begun.state)).await;
        assert_eq!(page.status, 403, "{answer}: {page:?}");
        assert!(!browser.is_signed_in().await, "{answer}");
    }
    // An answer that does not end is not read to its end.
    let mut browser = site.browser();
    let begun = browser.begin(PAGE).await;
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.answer = Some("x".repeat(1 << 20));
    });
    let page = browser.get(&site.callback(&begun.state)).await;
    assert_eq!(page.status, 503, "{page:?}");
}

#[tokio::test]
async fn a_state_counts_once_and_in_its_own_browser() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin(PAGE).await;
    site.provider.set(|behaviour| {
        behaviour.challenge.clone_from(&begun.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    let address = site.callback(&begun.state);
    let mut stranger = site.browser();
    let mut other = site.browser();
    other.begin(PAGE).await;
    let refused = [
        (&mut browser, site.callback("another")),
        (&mut stranger, address.clone()),
        (&mut other, address.clone()),
    ];
    for (browser, address) in refused {
        let page = browser.get(&address).await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains("sign_in_unknown"), "{page:?}");
        assert_eq!(site.ledger().await[0].event, "person.sign_in_refused");
    }
    assert_eq!(browser.get(&address).await.location(), PAGE);
    let replayed = browser.get(&address).await;
    assert!(replayed.body.contains("sign_in_unknown"), "{replayed:?}");
}

#[tokio::test]
async fn an_answer_that_no_provider_sends_is_refused() {
    let site = Site::start().await;
    let iss = &site.provider.issuer;
    let long = "x".repeat(5000);
    let cases = [
        ("code=the-code&state=STATE", "sign_in_wrong_issuer"),
        (
            "code=the-code&state=STATE&iss=https://login.example.com",
            "sign_in_wrong_issuer",
        ),
        ("code=the-code&state=STATE&iss=", "sign_in_wrong_issuer"),
        (
            "code=the-code&state=STATE&state=STATE&iss=ISS",
            "sign_in_unknown",
        ),
        (
            "code=the-code&code=other&state=STATE&iss=ISS",
            "sign_in_unknown",
        ),
        ("code=LONG&state=STATE&iss=ISS", "sign_in_unknown"),
        ("code=the-code&iss=ISS", "sign_in_unknown"),
        ("state=STATE&iss=ISS", "sign_in_declined"),
        ("code=another&state=STATE&iss=ISS", "sign_in_code_refused"),
        (
            "error=access_denied&state=STATE&iss=ISS",
            "sign_in_declined",
        ),
        (
            "error=access_denied&code=the-code&state=STATE&iss=ISS",
            "sign_in_declined",
        ),
        ("error=%3Cscript%3E&state=STATE&iss=ISS", "sign_in_declined"),
        (
            "error=invalid_scope&state=STATE&iss=ISS",
            "sign_in_misconfigured",
        ),
        (
            "error=unmet_authentication_requirements&state=STATE&iss=ISS",
            "sign_in_too_weak",
        ),
        (
            "error=temporarily_unavailable&state=STATE&iss=ISS",
            "identity_provider_unavailable",
        ),
    ];
    for (query, code) in cases {
        let mut browser = site.browser();
        let begun = browser.begin(PAGE).await;
        site.provider.set(|behaviour| {
            behaviour.challenge.clone_from(&begun.challenge);
            behaviour.claims = site.claims(&begun.nonce);
        });
        let query = query
            .replace("STATE", &begun.state)
            .replace("LONG", &long)
            .replace("ISS", iss);
        let page = browser.get(&format!("/signin/callback?{query}")).await;
        assert!(page.body.contains(code), "{query}: {page:?}");
        assert!(!page.body.contains("<script>"), "{page:?}");
        assert!(!browser.is_signed_in().await, "{query}");
    }
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_refused() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let begun = browser.begin(PAGE).await;
    site.provider.set(|behaviour| {
        "of-another-verifier".clone_into(&mut behaviour.challenge);
        behaviour.claims = site.claims(&begun.nonce);
    });
    let page = browser.get(&site.callback(&begun.state)).await;
    assert!(page.body.contains("sign_in_code_refused"), "{page:?}");
}

#[tokio::test]
async fn strangers_cannot_make_the_ledger_grow_without_end() {
    let site = Site::start().await;
    let before = site.ledger().await.len();
    let mut browser = site.browser();
    for _ in 0..200 {
        browser.get(&site.callback("guessed")).await;
    }
    let written = site.ledger().await.len() - before;
    assert!(written <= 20, "{written} entries");
    site.clock.pass_minutes(1);
    site.forget_refusals().await;
    let entry = site.ledger().await.remove(0);
    assert_eq!(entry.event, "refusals.counted");
    let payload: Value = serde_json::from_str(&entry.payload).expect("JSON");
    assert_eq!(payload["code"], "sign_in_unknown");
    assert_eq!(payload["count"], 200 - written);
}

#[tokio::test]
async fn whoever_tries_too_often_has_to_wait() {
    let site = Site::start_with(super::site::ORIGIN, 5).await;
    for _ in 0..5 {
        assert_eq!(site.browser().get("/signin").await.status, 303);
    }
    for path in ["/signin", "/signin/callback?state=x"] {
        let page = site.browser().get(path).await;
        assert_eq!(page.status, 429, "{page:?}");
        assert!(page.body.contains("too_many_requests"), "{page:?}");
        assert!(page.headers.contains_key("retry-after"));
    }
}

#[tokio::test]
async fn nobody_decides_faster_than_they_can_read() {
    let site = Site::start().await;
    let mut browser = site.signed_in().await;
    browser.get("/").await;
    let fields = [("approval", "apr_none"), ("ballot", "approve")];
    for _ in 0..30 {
        let page = browser.submit("/ui/decide", &fields).await;
        assert_ne!(page.status, 429, "{page:?}");
    }
    let page = browser.submit("/ui/decide", &fields).await;
    assert_eq!(page.status, 429, "{page:?}");
    assert_eq!(site.ledger().await[0].event, "request.refused");
    // Somebody else is not held up by it.
    let mut other = site.browser();
    site.sign_in(&mut other, |claims| claims["sub"] = json!("subject-2"))
        .await;
    other.get("/").await;
    let page = other.submit("/ui/decide", &fields).await;
    assert_ne!(page.status, 429, "{page:?}");
}
