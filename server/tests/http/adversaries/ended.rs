//! Tokens that counted until something befell their run, or that lack their key.

use axum::body::Body;
use countersign::services::NewRun;
use domain::RunId;
use http::{Request, StatusCode};
use store::Logout;

use super::{assert_refused, assert_untold, heidis_run};
use crate::support::{Agent, ORDERS_SQL, Run, TestPortal, Who, new_run};

/// What befalls a run whose token counted.
#[derive(Debug, Clone, Copy)]
enum End {
    TokenRenewed,
    TokenOver,
    RunOver,
    AgentOver,
    GivenBack,
    RevokedByInitiator,
    RevokedByAdministrator,
    AgentSuspended,
    AgentResumed,
    AgentRevoked,
    InitiatorDisabled,
    OwnerDisabled,
    InitiatorBack,
    SignedOutThere,
    IssuerRevoked,
    BoundToKey,
}

const ENDS: [(End, &str); 16] = [
    (End::TokenRenewed, "token_renewed"),
    (End::TokenOver, "token_expired"),
    (End::RunOver, "run_expired"),
    (End::AgentOver, "run_expired"),
    (End::GivenBack, "run_ended"),
    (End::RevokedByInitiator, "run_revoked"),
    (End::RevokedByAdministrator, "run_revoked"),
    (End::AgentSuspended, "agent_suspended"),
    (End::AgentResumed, "agent_suspended"),
    (End::AgentRevoked, "agent_revoked"),
    (End::InitiatorDisabled, "person_disabled"),
    (End::OwnerDisabled, "person_disabled"),
    (End::InitiatorBack, "person_disabled"),
    (End::SignedOutThere, "person_signed_out"),
    (End::IssuerRevoked, "issuer_revoked"),
    (End::BoundToKey, "proof_missing"),
];

impl End {
    /// Lets it happen; returns the token that is then sent.
    async fn befall(self, portal: &TestPortal, run: &Run) -> String {
        match self {
            Self::TokenRenewed | Self::GivenBack => self.by_its_agent(portal, run).await,
            Self::TokenOver => portal.clock.advance(600),
            Self::RunOver => portal.clock.advance(3600),
            Self::AgentOver => portal.clock.advance(30 * 86_400),
            Self::RevokedByInitiator => revoke(portal, Who::Heidi, run.id).await,
            Self::RevokedByAdministrator => revoke(portal, Who::Grace, run.id).await,
            Self::AgentSuspended | Self::AgentResumed | Self::AgentRevoked => {
                self.to_its_agent(portal, run).await;
            }
            Self::BoundToKey => return bound_to_key(portal, run).await,
            _ => self.to_people(portal).await,
        }
        run.token.clone()
    }

    async fn by_its_agent(self, portal: &TestPortal, run: &Run) {
        let request = match self {
            Self::GivenBack => Request::delete("/api/v1/runs/current"),
            _ => Request::post("/api/v1/runs/current/renew"),
        };
        let answer = portal.agent(run).send(request, Body::empty()).await;
        assert!(answer.status.is_success(), "{answer:?}");
    }

    async fn to_its_agent(self, portal: &TestPortal, run: &Run) {
        let (services, grace) = (&portal.services, portal.by(Who::Grace));
        let ended = match self {
            Self::AgentRevoked => services.revoke_agent(&grace, run.agent, "gone").await,
            _ => services.suspend_agent(&grace, run.agent, "odd").await,
        };
        ended.expect("ended");
        if let Self::AgentResumed = self {
            let resumed = services.resume_agent(&grace, run.agent).await;
            resumed.expect("resumed");
        }
    }

    async fn to_people(self, portal: &TestPortal) {
        let (services, grace) = (&portal.services, portal.by(Who::Grace));
        let heidi = Who::Heidi.id();
        let issuer = "https://login.example.com".to_owned();
        let done = match self {
            Self::IssuerRevoked => services
                .revoke_issuer(&grace, &issuer, "x")
                .await
                .map(|_| ()),
            Self::SignedOutThere => {
                let logout = Logout {
                    issuer,
                    jti: "1".to_owned(),
                    sid: None,
                    subject: Some("Heidi".to_owned()),
                };
                services.sign_out_by_provider(&logout).await
            }
            Self::OwnerDisabled => {
                services
                    .disable_person(&grace, Who::Alice.id(), "gone")
                    .await
            }
            _ => services.disable_person(&grace, heidi, "gone").await,
        };
        done.expect("done");
        if let Self::InitiatorBack = self {
            let back = services.enable_person(&grace, heidi, "back").await;
            back.expect("back");
        }
    }
}

async fn revoke(portal: &TestPortal, who: Who, run: RunId) {
    let ended = portal
        .services
        .revoke_run(&portal.by(who), run, "lost")
        .await;
    ended.expect("ended");
}

async fn bound_to_key(portal: &TestPortal, run: &Run) -> String {
    let new = NewRun {
        key_thumbprint: Some("thumbprint".to_owned()),
        ..new_run(run.agent, &[])
    };
    portal.opened(Who::Heidi, new).await.token
}

#[tokio::test]
async fn a_token_that_counted_opens_nothing_after_its_end() {
    for (end, code) in ENDS {
        let portal = TestPortal::new().await;
        let run = heidis_run(&portal).await;
        let counts = portal.agent(&run).get("/api/v1/runs/current").await;
        assert_eq!(counts.status, StatusCode::OK, "{end:?}");
        let token = end.befall(&portal, &run).await;
        let answer = Agent::new(&portal, &token).ask(ORDERS_SQL).await;
        assert_refused(&portal, &answer, &format!("{end:?}"), code).await;
        assert_untold(&portal, &answer, &token).await;
        let last = portal.ledger().await.pop().expect("an entry");
        assert!(last.run.is_some(), "{end:?}: the entry names the run");
        portal.finish().await;
    }
}
