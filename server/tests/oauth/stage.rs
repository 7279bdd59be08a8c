//! A portal with a pipeline's issuer and a people's issuer beside it, and attempts at its
//! OAuth door that a test can spoil.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use countersign::services::NewAgent;
use domain::{AgentId, DeviceRequestId, Workload};
use http::{Request, header, request::Builder};
use serde_json::{Value, json};
use store::DeviceVerdict;
use url::form_urlencoded;

use super::{
    authorize::{MCP, REDIRECT, VERIFIER},
    issuer::{Draft, FakeIssuer, Key, seconds},
};
use crate::support::{Answer, TestPortal, Who};

/// The portal's address, which is its issuer and its resource too.
pub const PORTAL: &str = "http://127.0.0.1:8080";
/// Where pipelines ask for codes.
pub const DEVICE: &str = "/oauth2/device_authorization";
/// Where tokens come from.
pub const TOKEN: &str = "/oauth2/token";

/// Everything that an attempt needs.
pub struct Stage {
    /// The program.
    pub portal: TestPortal,
    /// Vouches for pipelines, as GitHub does.
    pub github: FakeIssuer,
    /// Vouches for service accounts, as Google does.
    pub google: FakeIssuer,
    /// Vouches for people.
    pub people: FakeIssuer,
    /// Alice's agent, which is the pipeline of `github`.
    pub agent: AgentId,
    /// The pipeline's key.
    pub key: Key,
    ids: AtomicU64,
}

/// A request at the OAuth door.
pub struct Attempt {
    /// Its path.
    pub path: &'static str,
    /// Its parameters, without the tokens.
    pub form: Vec<(String, String)>,
    /// Its tokens, by the names of their parameters.
    pub tokens: Vec<(&'static str, Draft)>,
    /// Its proofs of keys.
    pub proofs: Vec<Draft>,
    /// What its body is said to be.
    pub content_type: &'static str,
}

impl Attempt {
    /// Changes or adds a parameter.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.add(name, value);
    }

    /// Adds a parameter, whether or not it is there.
    pub fn add(&mut self, name: &str, value: impl Into<String>) {
        self.form.push((name.to_owned(), value.into()));
    }

    /// Takes a parameter or a token away.
    pub fn remove(&mut self, name: &str) {
        self.form.retain(|(known, _)| known != name);
        self.tokens.retain(|(known, _)| *known != name);
    }

    /// The token of a parameter.
    pub fn token(&mut self, name: &str) -> &mut Draft {
        let mut tokens = self.tokens.iter_mut();
        let found = tokens.find(|(known, _)| *known == name);
        &mut found.expect("the token").1
    }

    /// The only proof of a key.
    pub fn proof(&mut self) -> &mut Draft {
        self.proofs.first_mut().expect("a proof")
    }

    /// Asks for another run.
    pub fn asks_for(&mut self, details: &Value) {
        self.set("authorization_details", details.to_string());
    }

    /// The request.
    pub fn request(&self) -> Request<Body> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(&self.form);
        form.extend_pairs(self.tokens.iter().map(|(name, draft)| (name, draft.text())));
        let request = Request::post(self.path).header(header::CONTENT_TYPE, self.content_type);
        let proofs = self.proofs.iter();
        let request = proofs.fold(request, |request, proof| {
            request.header("DPoP", proof.text())
        });
        request.body(Body::from(form.finish())).expect("a request")
    }
}

/// The run that every attempt asks for.
pub fn details() -> Value {
    json!([{
        "type": "countersign_run",
        "scope": ["read demo.shop.orders"],
        "purpose": "Count orders",
        "ticket": "SHOP-1",
        "minutes": 30,
    }])
}

impl Stage {
    /// Alice's agent is confirmed and bound to its key.
    pub async fn new() -> Self {
        let github = FakeIssuer::start("github-1").await;
        let google = FakeIssuer::start("google-1").await;
        let people = FakeIssuer::start("people-1").await;
        let further = format!(
            "[limits]\ngrants_per_minute = 100000\n{}{}{}",
            issuer(&github.address, "github"),
            issuer(&google.address, "google"),
            issuer("spiffe://example.org", "spiffe")
                + &format!("keys_url = \"{}/jwks\"\n", google.address),
        );
        let portal = TestPortal::with_people_of(&people.address, &further).await;
        let mut stage = Self {
            agent: AgentId::new(uuid::Uuid::nil()),
            key: Key::new("client"),
            ids: AtomicU64::new(1),
            portal,
            github,
            google,
            people,
        };
        stage.agent = stage.registered("nightly", |_| {}).await;
        stage
    }

    /// Registers an agent that differs from the usual one.
    pub async fn registered(&self, name: &str, differs: impl FnOnce(&mut NewAgent)) -> AgentId {
        let mut new = self.portal.new_agent(name, &["read demo.shop.*"]);
        new.allows_bearer = false;
        new.workload = Some(self.rule(&["repository_id", "workflow_ref", "ref"]));
        differs(&mut new);
        self.portal.confirmed(new).await
    }

    /// The rule that asks for these claims of the usual workload.
    pub fn rule(&self, names: &[&str]) -> Workload {
        let claims = self.workload().claims;
        let text = |name: &&str| claims[*name].as_str().expect("a text").to_owned();
        Workload {
            issuer: self.github.address.clone(),
            claims: names
                .iter()
                .map(|name| ((*name).to_owned(), text(name)))
                .collect(),
        }
    }

    /// Something that no other token is called.
    pub fn fresh_id(&self) -> String {
        format!("id-{}", self.ids.fetch_add(1, Ordering::SeqCst))
    }

    /// The pipeline's own token, as GitHub writes it.
    pub fn workload(&self) -> Draft {
        let now = seconds(self.portal.now());
        let claims = json!({
            "iss": self.github.address,
            "aud": PORTAL,
            "sub": "repo:acme/churn:ref:refs/heads/main",
            "jti": self.fresh_id(),
            "iat": now,
            "nbf": now - 5,
            "exp": now + 300,
            "repository": "acme/churn",
            "repository_id": "4711",
            "repository_owner": "acme",
            "repository_owner_id": "42",
            "workflow_ref": "acme/churn/.github/workflows/nightly.yml@refs/heads/main",
            "ref": "refs/heads/main",
            "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
            "actor": "mallory-ci",
            "run_id": "77",
            "event_name": "schedule",
        });
        Draft::new(&self.github.key, "JWT", claims)
    }

    /// An ID token of a person for the portal.
    pub fn id_token(&self, who: Who) -> Draft {
        let now = seconds(self.portal.now());
        let claims = json!({
            "iss": self.people.address,
            "aud": "countersign",
            "sub": who.sign_in().subject,
            "jti": self.fresh_id(),
            "iat": now,
            "exp": now + 300,
            "auth_time": now - 60,
            "sid": "session-1",
            "acr": "phr",
        });
        Draft::new(&self.people.key, "JWT", claims)
    }

    /// An access token of a person for the portal (RFC 9068).
    pub fn access_token(&self, who: Who) -> Draft {
        let mut draft = self.id_token(who);
        draft.header["typ"] = "at+jwt".into();
        draft.claims["aud"] = PORTAL.into();
        draft.claims["client_id"] = "desktop".into();
        draft
    }

    /// A proof of a key for a request.
    pub fn proof_of(&self, key: &Key, method: &str, path: &str) -> Draft {
        let claims = json!({
            "jti": self.fresh_id(),
            "htm": method,
            "htu": format!("{PORTAL}{path}"),
            "iat": seconds(self.portal.now()),
            "nonce": self.portal.services.key_nonce(self.portal.now()),
        });
        let mut draft = Draft::new(key, "dpop+jwt", claims);
        draft.header = json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": key.public() });
        draft
    }

    fn attempt(&self, path: &'static str, form: &[(&str, &str)]) -> Attempt {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut attempt = Attempt {
            path,
            form: form.iter().map(own).collect(),
            tokens: Vec::new(),
            proofs: vec![self.proof_of(&self.key, "POST", path)],
            content_type: "application/x-www-form-urlencoded",
        };
        attempt.set("client_id", self.agent.to_string());
        attempt.set("resource", PORTAL);
        attempt
    }

    /// The pipeline asks for a code.
    pub fn asking(&self) -> Attempt {
        let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let mut attempt = self.attempt(DEVICE, &[("client_assertion_type", assertion)]);
        attempt.tokens.push(("client_assertion", self.workload()));
        attempt.asks_for(&details());
        attempt
    }

    /// The pipeline comes back with its code.
    pub fn polling(&self, device_code: &str) -> Attempt {
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let form = [("grant_type", grant), ("device_code", device_code)];
        self.attempt(TOKEN, &form)
    }

    /// The client brings the code with which Alice's browser came back.
    pub fn redeeming(&self, client: AgentId, code: &str) -> Attempt {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", REDIRECT),
        ];
        let mut attempt = self.attempt(TOKEN, &form);
        attempt.proofs.clear();
        attempt.set("client_id", client.to_string());
        attempt.set("resource", MCP);
        attempt
    }

    /// Alice's token and the workload's, for a run of the pair.
    pub fn exchanging(&self) -> Attempt {
        let form = [
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:id_token",
            ),
            ("actor_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ];
        let mut attempt = self.attempt(TOKEN, &form);
        attempt
            .tokens
            .push(("subject_token", self.id_token(Who::Alice)));
        attempt.tokens.push(("actor_token", self.workload()));
        attempt.asks_for(&details());
        attempt
    }

    /// Sends an attempt.
    pub async fn send(&self, attempt: &Attempt) -> Answer {
        self.portal.send(attempt.request()).await
    }

    /// Sends an attempt that is answered.
    pub async fn answered(&self, attempt: &Attempt) -> Value {
        let answer = self.send(attempt).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Somebody types the code.
    pub async fn entered_by(&self, who: Who, codes: &Value) -> DeviceRequestId {
        let typed = codes["user_code"].as_str().expect("a code");
        let services = &self.portal.services;
        let entered = services
            .enter_device_code(&self.portal.by(who), typed)
            .await;
        entered.expect("a waiting pipeline")
    }

    /// Somebody types the code and decides.
    pub async fn decided_by(&self, who: Who, codes: &Value, verdict: DeviceVerdict) {
        let request = self.entered_by(who, codes).await;
        let services = &self.portal.services;
        let by = self.portal.by(who);
        let decided = services.decide_device_request(&by, request, verdict);
        decided.await.expect("decided");
    }

    /// A pipeline whose code Alice has confirmed, about to come back.
    pub async fn confirmed(&self) -> Attempt {
        let codes = self.answered(&self.asking()).await;
        self.decided_by(Who::Alice, &codes, DeviceVerdict::Confirmed)
            .await;
        self.polling(codes["device_code"].as_str().expect("a code"))
    }

    /// The token of a run bound to the pipeline's key.
    pub async fn bound_token(&self) -> String {
        let answer = self.answered(&self.confirmed().await).await;
        answer["access_token"].as_str().expect("a token").to_owned()
    }

    /// A request at the API with a token and a proof of the pipeline's key.
    pub fn call(&self, method: &str, path: &str, token: &str) -> (Builder, Draft) {
        let mut proof = self.proof_of(&self.key, method, path);
        proof.claims["ath"] = hash(token).into();
        let request = Request::builder().method(method).uri(path);
        (
            request.header(header::AUTHORIZATION, format!("DPoP {token}")),
            proof,
        )
    }
}

/// What a proof says of the token that it comes with.
pub fn hash(token: &str) -> String {
    use sha2::Digest as _;
    super::issuer::encode(sha2::Sha256::digest(token))
}

fn issuer(address: &str, kind: &str) -> String {
    format!(
        "[[oauth.workload_issuers]]\nissuer = \"{address}\"\nkind = \"{kind}\"\n\
         algorithms = [\"ES256\"]\n"
    )
}
