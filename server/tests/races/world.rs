//! A portal whose people and policy are drawn, for many rounds.

use std::{collections::BTreeSet, fs};

use countersign::{
    context::{Actor, Context, RunActor},
    services::{NewAgent, ServiceError, Services, Submission},
};
use domain::{AgentId, AgentState, IntentId, RunId, Timestamp};
use rand::{Rng as _, rngs::StdRng, seq::IndexedRandom as _};
use tempfile::TempDir;

use super::plan::{Claims, GROUPS, ON_CALL};
use crate::support::{CUSTOMERS_SQL, Reply, TestPortal, Who, new_run};

/// A portal, and what every round begins with.
pub struct World {
    /// The program.
    pub portal: TestPortal,
    /// Alice's; Heidi is its sponsor.
    pub agent: AgentId,
    _policy: TempDir,
}

/// What a round is about.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The agent within its run.
    pub actor: RunActor,
    /// What it asks.
    pub intent: IntentId,
}

impl World {
    /// Another one.
    pub async fn new(dice: &mut StdRng) -> Self {
        let policy = tempfile::tempdir().expect("a folder");
        fs::write(policy.path().join("drawn.cedar"), policies(dice)).expect("written");
        let further = format!(
            "[policy]\ndirectory = \"{}\"\n[approvals]\nbreak_glass_groups = [\"{ON_CALL}\"]\n",
            policy.path().display()
        );
        let portal = TestPortal::configured(&further).await;
        portal.warehouse.replies(Reply::customers());
        let new = NewAgent {
            sponsors: vec![Who::Heidi.email()],
            ..portal.new_agent("churn-model", &["read demo.shop.*"])
        };
        let agent = portal.confirmed(new).await;
        Self {
            portal,
            agent,
            _policy: policy,
        }
    }

    /// The use cases.
    pub const fn services(&self) -> &Services {
        &self.portal.services
    }

    /// The number of the ledger's last entry.
    pub async fn last_entry(&self) -> u64 {
        let last = self.portal.store.entries_down_from(None, 1).await;
        last.expect("an entry")
            .first()
            .map_or(0, |last| last.sequence)
    }

    /// A request of somebody whose session began with these claims.
    pub fn by(&self, who: Who, claims: &Claims) -> Context {
        let mut context = who.context(self.portal.now());
        if let Actor::Person(person) = &mut context.actor {
            person.groups = claims.groups.iter().cloned().collect();
            person.roles = claims.roles.iter().copied().collect::<BTreeSet<_>>();
        }
        context
    }

    /// A request of the agent.
    pub fn by_agent(&self, actor: &RunActor) -> Context {
        Context {
            actor: Actor::Run(actor.clone()),
            request_id: String::new(),
            now: self.portal.now(),
        }
    }

    /// Everybody is let in as these claims say and decides for themselves, and the agent may
    /// work.
    pub async fn reset(&self, claims: &[Claims]) {
        let now = self.portal.now();
        let lent = self.portal.store.delegations(now).await.expect("read");
        let begun = self.portal.store.begin("system", now).await;
        let mut tx = begun.expect("begun");
        for (who, claims) in Who::ALL.into_iter().zip(claims) {
            tx.sign_in(&sign_in(who, claims)).await.expect("signed in");
            tx.enable_person(who.id(), "again").await.expect("enabled");
        }
        for delegation in lent {
            let revoked = tx.revoke_delegation(delegation.id).await;
            revoked.expect("revoked");
        }
        tx.commit().await.expect("committed");
        let (frank, grace) = (self.portal.by(Who::Frank), self.portal.by(Who::Grace));
        let view = self.services().agent(&frank, self.agent).await;
        if view.expect("the agent").agent.state == AgentState::Suspended {
            let resumed = self.services().resume_agent(&grace, self.agent).await;
            resumed.expect("resumed");
        }
    }

    /// The initiator opens a run, and its agent asks for sensitive columns.
    pub async fn ask(&self, initiator: Who, claims: &Claims) -> Asked {
        let context = self.by(initiator, claims);
        let opened = self.services().open_run(&context, new_run(self.agent, &[]));
        let run: RunId = opened.await.expect("opened").run;
        let actor = RunActor {
            run,
            agent: self.agent,
            initiator: initiator.id(),
        };
        let submission = Submission {
            idempotency_key: "only".to_owned(),
            sql: CUSTOMERS_SQL.to_owned(),
            parameters: Vec::new(),
            purpose: String::new(),
            maximum_bytes_billed: None,
            default_dataset: None,
            unmask: BTreeSet::new(),
            unmask_reason: String::new(),
        };
        let context = self.by_agent(&actor);
        let submitted = self.services().submit_intent(&context, submission).await;
        let intent = submitted.expect("taken in").intent.id;
        Asked { actor, intent }
    }

    /// The run of a round that is over before it began: an agent has only so many.
    pub async fn end(&self, asked: &Asked) {
        let grace = self.portal.by(Who::Grace);
        let ended = self.services().revoke_run(&grace, asked.actor.run, "over");
        ended.await.expect("ended");
    }

    /// Somebody signs in.
    pub async fn sign_in(&self, who: Who, claims: &Claims, now: Timestamp) {
        let mut tx = self.portal.store.begin("system", now).await.expect("begun");
        tx.sign_in(&sign_in(who, claims)).await.expect("signed in");
        tx.commit().await.expect("committed");
    }

    /// Takes back what somebody lent.
    pub async fn take_back(&self, absent: Who, claims: &Claims) -> Result<(), ServiceError> {
        let context = self.by(absent, claims);
        let lent = self.portal.store.delegations(self.portal.now()).await?;
        for delegation in lent.iter().filter(|lent| lent.absent == absent.id()) {
            let taken_back = self
                .services()
                .take_back_delegation(&context, delegation.id);
            taken_back.await?;
        }
        Ok(())
    }

    /// Ends it: the whole chain verifies.
    pub async fn finish(self) {
        self.portal.finish().await;
    }
}

fn sign_in(who: Who, claims: &Claims) -> store::SignIn {
    store::SignIn {
        groups: claims.groups.clone(),
        roles: claims.roles.clone(),
        ..who.sign_in()
    }
}

/// One to three policies that all ask somebody.
fn policies(dice: &mut StdRng) -> String {
    let policy = |number: u32, dice: &mut StdRng| {
        let asked = dice.random_range(1..=2);
        let groups: Vec<&str> = GROUPS.choose_multiple(dice, asked).copied().collect();
        let (groups, count) = (groups.join(","), dice.random_range(1..=2));
        let minutes = dice.random_range(5..=40);
        format!(
            "@id(\"drawn-{number}\")\n@reason(\"Drawn.\")\n@approvers(\"{groups}\")\n\
             @count(\"{count}\")\n@expires(\"PT{minutes}M\")\n\
             permit (principal, action == Action::\"runWithApproval\", resource);\n"
        )
    };
    let policies = dice.random_range(1..=3);
    (1..=policies).map(|number| policy(number, dice)).collect()
}
