//! Asking the policies about one intent.
//!
//! Every doubt makes the answer stricter: facts that do not fit the schema and policies
//! that fail while they are evaluated never lead to `run`.

use cedar_policy::{EntityUid, Response};
use domain::Route;

use super::{
    Decision, Facts, PolicySet, Reason,
    annotation::Policy,
    asked::Asked,
    question::{Question, Unfit, uid},
};

pub(super) const RUN: &str = "run";
pub(super) const RUN_WITH_APPROVAL: &str = "runWithApproval";

/// An action's name in the policies.
pub(super) fn action(name: &str) -> EntityUid {
    uid("Action", name)
}

/// What the policies said about one action.
struct Answer<'a> {
    is_permitted: bool,
    /// The policies that decided: permits if it is permitted, else forbids.
    because: Vec<&'a Policy>,
    /// A policy failed; had it not, it might have forbidden.
    has_errors: bool,
}

impl PolicySet {
    /// What may happen to an intent: never more than its analysis allows.
    #[must_use]
    pub fn decide(&self, facts: &Facts) -> Decision {
        if !facts.understood {
            return self.block(vec![Reason::new(
                "analysis",
                "Not every part of the query is understood.",
            )]);
        }
        let Ok((run, approved)) = self.ask_both(facts) else {
            return self.block(vec![Reason::new(
                "policy",
                "The facts do not fit the schema of policies.",
            )]);
        };
        // Raw values always wait for people, whatever the policies permit.
        let may_run = run.is_permitted && !run.has_errors && facts.unmasks.is_empty();
        match facts.route {
            Route::Run if may_run => self.decided(Route::Run, reasons(&run.because)),
            Route::Run | Route::Approve => self.approve(&approved, facts),
            Route::Block if approved.is_permitted || approved.because.is_empty() => {
                self.block(vec![Reason::new(
                    "analysis",
                    "The analysis found something that must never run.",
                )])
            }
            Route::Block => self.block(reasons(&approved.because)),
        }
    }

    fn ask_both(&self, facts: &Facts) -> Result<(Answer<'_>, Answer<'_>), Unfit> {
        let question = Question::of(facts, &self.schema)?;
        let ask = |name| question.ask(&action(name), &self.policies, &self.schema);
        let (run, approved) = (ask(RUN)?, ask(RUN_WITH_APPROVAL)?);
        Ok((self.answer(&run), self.answer(&approved)))
    }

    fn answer(&self, response: &Response) -> Answer<'_> {
        let diagnostics = response.diagnostics();
        let mut because: Vec<&Policy> = diagnostics
            .reason()
            .filter_map(|id| self.annotations.get(AsRef::<str>::as_ref(id)))
            .collect();
        because.sort_by(|one, other| one.id.cmp(&other.id));
        Answer {
            is_permitted: response.decision() == cedar_policy::Decision::Allow,
            because,
            has_errors: diagnostics.errors().next().is_some(),
        }
    }

    fn approve(&self, answer: &Answer<'_>, facts: &Facts) -> Decision {
        if answer.has_errors {
            return self.block(vec![Reason::new(
                "policy",
                "A policy could not be evaluated.",
            )]);
        }
        if !answer.is_permitted && answer.because.is_empty() {
            return self.block(vec![Reason::new("policy", "No policy permits it.")]);
        }
        if !answer.is_permitted {
            return self.block(reasons(&answer.because));
        }
        let asked = answer.because.iter().filter_map(|policy| {
            let approval = policy.approval.as_ref()?;
            Some((policy.id.as_str(), approval))
        });
        let mut asked = Asked::sum(asked);
        if !facts.unmasks.is_empty() {
            asked = asked.map(Asked::for_raw_values);
        }
        match asked {
            Some(asked) => Decision {
                requirements: asked.requirements,
                expires_after_seconds: asked.expires_after_seconds,
                step_up: asked.step_up,
                escalation: asked.escalation,
                ..self.decided(Route::Approve, reasons(&answer.because))
            },
            None => self.block(vec![Reason::new(
                "policy",
                "The policies that ask for approval name nobody.",
            )]),
        }
    }

    fn block(&self, reasons: Vec<Reason>) -> Decision {
        self.decided(Route::Block, reasons)
    }

    fn decided(&self, route: Route, reasons: Vec<Reason>) -> Decision {
        Decision {
            route,
            reasons,
            requirements: Vec::new(),
            expires_after_seconds: 0,
            step_up: false,
            escalation: None,
            policy_version: self.version(),
        }
    }
}

fn reasons(policies: &[&Policy]) -> Vec<Reason> {
    policies
        .iter()
        .map(|policy| Reason::new(&policy.id, &policy.reason))
        .collect()
}
