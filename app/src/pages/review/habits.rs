//! How attentively people decided: who approves everything at once does not look.

use leptos::prelude::*;

use crate::{api::reviews::Habit, components::Person};

/// Votes within so many seconds of first seeing the request are no decisions.
const TOO_FAST: f64 = 10.0;
/// From so many votes on, a habit can be told.
const VOTES_LEAST: u32 = 10;

/// One line a person; nothing where nobody voted.
pub fn show(habits: &[Habit]) -> AnyView {
    if habits.is_empty() {
        return ().into_any();
    }
    let lines: Vec<_> = habits.iter().map(line).collect();
    view! {
        <section class="habits">
            <h2 class="section-title">"How people decided on requests"</h2>
            <ul>{lines}</ul>
        </section>
    }
    .into_any()
}

fn line(habit: &Habit) -> AnyView {
    let stamped =
        is_rubber_stamp(habit).then_some(view! { <strong class="signal">"hardly looked"</strong> });
    view! {
        <li>
            <Person person=habit.person.clone() />
            " "
            {sentence(habit)}
            " "
            {stamped}
        </li>
    }
    .into_any()
}

fn sentence(habit: &Habit) -> String {
    format!(
        "approved {} of {}, median {:.1} s",
        habit.approved, habit.votes, habit.median_seconds
    )
}

/// Somebody who approves nearly everything nearly at once.
fn is_rubber_stamp(habit: &Habit) -> bool {
    habit.votes >= VOTES_LEAST
        && habit.median_seconds < TOO_FAST
        && u64::from(habit.approved) * 10 >= u64::from(habit.votes) * 9
}

#[cfg(test)]
mod tests {
    use domain::PersonId;

    use super::*;
    use crate::api::PersonRef;

    fn habit(votes: u32, approved: u32, median_seconds: f64) -> Habit {
        let person = PersonRef {
            id: PersonId::new(uuid::Uuid::nil()),
            name: "Chen Wei".to_owned(),
            email: "chen@example.com".to_owned(),
        };
        Habit {
            person,
            votes,
            approved,
            median_seconds,
        }
    }

    #[test]
    fn whoever_approves_everything_at_once_is_named() {
        let stamp = habit(40, 40, 2.36);
        assert_eq!(sentence(&stamp), "approved 40 of 40, median 2.4 s");
        assert!(is_rubber_stamp(&stamp));
        assert!(!is_rubber_stamp(&habit(40, 40, 45.0)));
        assert!(!is_rubber_stamp(&habit(40, 30, 2.0)));
        assert!(!is_rubber_stamp(&habit(3, 3, 2.0)));
    }
}
