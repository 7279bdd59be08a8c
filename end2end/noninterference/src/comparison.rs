//! One query on both databases: masked, and as it was asked.

use analysis::{Analysis, Catalog, analyse};
use domain::Route;
use sandbox::{
    engine::{self, Engine, Plan, Request, Session},
    error::{QueryError, Reason},
};

use crate::{
    database::{self, DatabaseError, Side},
    shape::{self, Source},
};

/// Both databases, and what is known of them.
pub struct Laboratory {
    catalog: Catalog,
    schema: engine::Catalog,
    tame: Session,
    wild: Session,
}

/// Everything that a caller sees of a query: schema, rows and how many rows changed, or the error.
pub type Answer = Result<String, QueryError>;

/// Both databases' answers to one text.
#[derive(Debug)]
pub struct Answers {
    /// Where tagged values are tame.
    pub tame: Answer,
    /// Where they are wild.
    pub wild: Answer,
}

/// How two answers compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are the same.
    Same,
    /// They were not at first, but either database gives both: the engine does not say which of
    /// two rows comes first, or which of two errors.
    Unsteady,
    /// Whoever sees the answer knows the database.
    Different,
}

/// How often a query is asked until it counts as one that tells the databases apart.
const ATTEMPTS: usize = 40;

impl Answers {
    /// Whether they are not the same, be it by chance.
    #[must_use]
    pub fn differ(&self) -> bool {
        self.tame != self.wild
    }

    /// Whether the query ran on both.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.tame.is_ok() && self.wild.is_ok()
    }

    fn broke(&self) -> bool {
        let broken =
            |answer: &Answer| matches!(answer, Err(error) if error.reason == Reason::InternalError);
        broken(&self.tame) || broken(&self.wild)
    }
}

impl Laboratory {
    /// Opens both databases.
    ///
    /// # Errors
    /// The engine does not take the catalog's tables.
    pub fn open(catalog: Catalog) -> Result<Self, DatabaseError> {
        let tame = session(&catalog, Side::Tame)?;
        let wild = session(&catalog, Side::Wild)?;
        Ok(Self {
            schema: tame.catalog()?,
            catalog,
            tame,
            wild,
        })
    }

    /// What the generator may read.
    #[must_use]
    pub fn sources(&self) -> Vec<Source> {
        shape::sources(&self.schema, &self.catalog.default_dataset)
    }

    /// What the analysis says of a query.
    #[must_use]
    pub fn analyse(&self, sql: &str) -> Analysis {
        analyse(sql, &self.catalog)
    }

    /// What both databases answer to a text, and whether that tells them apart.
    ///
    /// # Errors
    /// The engine broke down over the query and could not be opened anew.
    pub fn compare(&mut self, sql: &str) -> Result<(Verdict, Answers), DatabaseError> {
        let first = self.ask(sql)?;
        if !first.differ() {
            return Ok((Verdict::Same, first));
        }
        let (mut tame, mut wild) = (vec![first.tame.clone()], vec![first.wild.clone()]);
        for _ in 0..ATTEMPTS {
            let next = self.ask(sql)?;
            tame.push(next.tame);
            wild.push(next.wild);
            if tame.iter().any(|answer| wild.contains(answer)) {
                return Ok((Verdict::Unsteady, first));
            }
        }
        Ok((Verdict::Different, first))
    }

    /// What both databases answer to a text, asked once.
    ///
    /// # Errors
    /// The engine broke down over the query and could not be opened anew.
    pub fn ask(&mut self, sql: &str) -> Result<Answers, DatabaseError> {
        let request = Request {
            sql: sql.to_owned(),
            default_dataset: Some(self.catalog.default_dataset.clone()),
            parameters: Vec::new(),
        };
        // Both have the same tables: one plan, made without a look at a row, serves both.
        let plan = self.tame.check(&request, &self.schema);
        let answers = Answers {
            tame: answer(&self.tame, plan.as_ref()),
            wild: answer(&self.wild, plan.as_ref()),
        };
        if answers.broke() {
            // The engine refuses everything after a defect of its own.
            *self = Self::open(self.catalog.clone())?;
        }
        Ok(answers)
    }
}

fn answer(session: &Session, plan: Result<&Plan, &QueryError>) -> Answer {
    let plan = plan.map_err(Clone::clone)?;
    let outcome = session.run(plan, &plan.translation.sql)?;
    Ok(format!("{:?} {outcome:?}", plan.schema))
}

/// The text that would be sent to the warehouse, if a query may run at all.
#[must_use]
pub fn runnable(analysis: &Analysis) -> Option<&str> {
    let text = analysis.masked_sql.as_deref();
    text.filter(|_| analysis.route != Route::Block)
}

fn session(catalog: &Catalog, side: Side) -> Result<Session, DatabaseError> {
    let engine: Engine = database::open(catalog, side)?;
    Ok(engine.session()?)
}
