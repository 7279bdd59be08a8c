//! One round: everything that the plan says, and then the story of it.

use domain::ApprovalId;
use futures::future::join_all;

use super::{
    plan::{Claims, Deed, Plan},
    story::{Ended, Story},
    world::{Asked, World},
};
use crate::support::Who;
use countersign::services::{BreakGlass, CastVote, ServiceError};
use store::StoreError;

/// Plays it; an error says what does not hold.
pub async fn play(world: &World, plan: &Plan) -> Result<Ended, String> {
    let first = world.last_entry().await + 1;
    world.reset(&plan.claims).await;
    let jobs = world.portal.warehouse.job_count();
    let who = |who: Who| Who::ALL.iter().position(|one| *one == who).unwrap_or(0);
    let asked = world
        .ask(plan.initiator, &plan.claims[who(plan.initiator)])
        .await;
    let found = world.portal.store.approval_of(asked.intent).await;
    let Some(approval) = found.map_err(|error| error.to_string())? else {
        // Nobody could have approved it.
        world.end(&asked).await;
        return Ok(Ended::default());
    };
    let mut claims = plan.claims.clone();
    for wave in &plan.waves {
        let deeds = wave.iter().map(|deed| {
            let session = |one: Who| claims[who(one)].clone();
            act(world, &asked, approval.id, deed, session)
        });
        join_all(deeds)
            .await
            .into_iter()
            .collect::<Result<Vec<()>, String>>()?;
        for deed in wave {
            if let Deed::SignIn(one, new) = deed {
                claims[who(*one)] = new.clone();
            }
        }
    }
    let last = [Deed::Execute, Deed::EndRun, Deed::Execute];
    for deed in &last {
        let session = |one: Who| claims[who(one)].clone();
        act(world, &asked, approval.id, deed, session).await?;
    }
    let jobs = world.portal.warehouse.job_count() - jobs;
    Story::read(world, &asked, approval, first)
        .await
        .check(jobs)
}

async fn act(
    world: &World,
    asked: &Asked,
    approval: ApprovalId,
    deed: &Deed,
    session: impl Fn(Who) -> Claims,
) -> Result<(), String> {
    let (services, portal) = (world.services(), &world.portal);
    let initiator = Who::ALL
        .into_iter()
        .find(|who| who.id() == asked.actor.initiator)
        .unwrap_or(Who::Alice);
    let done = match deed {
        Deed::Vote(who, ballot) => {
            let context = world.by(*who, &session(*who));
            let cast = CastVote {
                ballot: *ballot,
                comment: "seen",
                confirmation: "churn-model",
            };
            let voted = services.vote(&context, approval, cast).await;
            voted.map(|_| ())
        }
        Deed::Withdraw => {
            let context = world.by_agent(&asked.actor);
            let taken = services.cancel_intent(&context, asked.intent).await;
            taken.map(|_| ())
        }
        Deed::Expire => services.expire_approvals(&portal.system()).await,
        Deed::Execute => {
            let progress = services.execute(&portal.system(), asked.intent).await;
            progress.map(|_| ())
        }
        Deed::EndRun => {
            let context = world.by(initiator, &session(initiator));
            services
                .revoke_run(&context, asked.actor.run, "enough")
                .await
        }
        Deed::SuspendAgent => {
            let context = portal.by(Who::Grace);
            services.suspend_agent(&context, world.agent, "stop").await
        }
        Deed::Disable(who) => {
            let context = portal.by(Who::Grace);
            services.disable_person(&context, who.id(), "gone").await
        }
        Deed::Delegate(absent, delegate) => {
            let context = world.by(*absent, &session(*absent));
            let dates = (portal.now(), portal.now().plus_seconds(900));
            let lent = services.delegate(&context, delegate.id(), dates).await;
            lent.map(|_| ())
        }
        Deed::TakeBack(absent) => world.take_back(*absent, &session(*absent)).await,
        Deed::BreakGlass(who) => {
            let context = world.by(*who, &session(*who));
            let said = BreakGlass {
                reason: "nobody of those who decide answers",
                ticket: "INC-1",
            };
            let broken = services.break_glass(&context, approval, said).await;
            broken.map(|_| ())
        }
        Deed::SignIn(who, claims) => {
            world.sign_in(*who, claims, portal.now()).await;
            Ok(())
        }
        Deed::Wait(seconds) => {
            portal.clock.advance(*seconds);
            Ok(())
        }
    };
    match done {
        Ok(()) => Ok(()),
        Err(error) if is_an_answer(&error) => Ok(()),
        Err(error) => Err(format!("{deed:?} failed: {error:?}")),
    }
}

/// Whether the service answered, if not as wished.
fn is_an_answer(error: &ServiceError) -> bool {
    matches!(
        error,
        ServiceError::Forbidden(_)
            | ServiceError::Refused { .. }
            | ServiceError::NotFound { .. }
            | ServiceError::Conflict { .. }
            | ServiceError::Invalid { .. }
            | ServiceError::Token { .. }
            // The machine is busy: whoever waited for two seconds is told so.
            | ServiceError::Store(StoreError::Unavailable(_))
    )
}
