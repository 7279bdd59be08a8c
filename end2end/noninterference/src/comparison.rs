//! One query on both databases: masked, and as it was asked.

use analysis::{Analysis, Catalog, analyse};
use domain::Route;
use sandbox::{
    engine::{self, Engine, Request, Session},
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

impl Answers {
    /// Whether somebody who sees only answers could tell the databases apart.
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
        let broken = |answer: &Answer| {
            matches!(answer, Err(error) if error.reason == Reason::InternalError)
        };
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

    /// What both databases answer to a text.
    ///
    /// # Errors
    /// The engine broke down over the query and could not be opened anew.
    pub fn ask(&mut self, sql: &str) -> Result<Answers, DatabaseError> {
        let request = Request {
            sql: sql.to_owned(),
            default_dataset: Some(self.catalog.default_dataset.clone()),
            parameters: Vec::new(),
        };
        let answers = Answers {
            tame: self.answer(&self.tame, &request),
            wild: self.answer(&self.wild, &request),
        };
        if answers.broke() {
            // The engine refuses everything after a defect of its own.
            *self = Self::open(self.catalog.clone())?;
        }
        Ok(answers)
    }

    fn answer(&self, session: &Session, request: &Request) -> Answer {
        let plan = session.check(request, &self.schema)?;
        let outcome = session.run(&plan, &request.sql)?;
        Ok(format!("{:?} {outcome:?}", plan.schema))
    }
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
