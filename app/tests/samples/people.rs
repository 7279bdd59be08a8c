//! Sample people.

use app::api::{
    UiError,
    people::{Disabled, PeopleDesk, PersonPage, PersonRow, SignInRow},
};
use domain::{PersonId, Role, SignInId, Timestamp};
use uuid::Uuid;

use super::{Amount, person};

pub struct SamplePeople {
    pub now: Timestamp,
    pub amount: Amount,
}

impl SamplePeople {
    fn row(&self, number: u128) -> PersonRow {
        let disabled = (number == 2).then(|| Disabled {
            at: self.now.plus_days(-1),
            reason: "Left the company".to_owned(),
        });
        PersonRow {
            person: person(number),
            issuer: "https://login.example.com".to_owned(),
            groups: vec!["data-stewards".to_owned(), "platform-admins".to_owned()],
            roles: if number == 3 {
                Vec::new()
            } else {
                vec![Role::Approver, Role::Administrator]
            },
            last_signed_in_at: self.now.plus_seconds(-4_000),
            sessions: u32::from(disabled.is_none()),
            agents: 2,
            disabled,
        }
    }
}

#[async_trait::async_trait]
impl PeopleDesk for SamplePeople {
    async fn people(&self) -> Result<Vec<PersonRow>, UiError> {
        let count = match self.amount {
            Amount::None => 1,
            Amount::Some => 4,
            Amount::Many => 1_000,
        };
        Ok((0..count).map(|number| self.row(number)).collect())
    }

    async fn person(&self, wanted: Option<PersonId>) -> Result<PersonPage, UiError> {
        let number = (0..4).find(|number| Some(person(*number).id) == wanted);
        let number = match (number, wanted) {
            (Some(number), _) => number,
            (None, None) => 1,
            (None, Some(_)) => return Err(UiError::NotFound),
        };
        let session = |place: u128, minutes: i64| SignInRow {
            sign_in: SignInId::new(Uuid::from_u128(place)),
            started_at: self.now.plus_seconds(-60 * minutes - 600),
            seen_at: self.now.plus_seconds(-60 * minutes),
            is_this: place == 0,
        };
        Ok(PersonPage {
            row: self.row(number),
            sessions: match number {
                2 => vec![],
                _ => vec![session(0, 0), session(1, 7)],
            },
            is_viewer: wanted.is_none(),
            may_end: true,
            may_disable: wanted.is_some(),
            wants_digest: true,
        })
    }

    async fn end_session(&self, _: PersonId, _: SignInId) -> Result<(), UiError> {
        Ok(())
    }

    async fn end_sessions(&self, _: PersonId) -> Result<(), UiError> {
        Ok(())
    }

    async fn choose_digest(&self, _: bool) -> Result<(), UiError> {
        Ok(())
    }

    async fn disable(&self, _: PersonId, _: String) -> Result<(), UiError> {
        Ok(())
    }

    async fn enable(&self, _: PersonId, _: String) -> Result<(), UiError> {
        Ok(())
    }
}
