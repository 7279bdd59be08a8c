//! The facts as Cedar sees them: entities in their hierarchies, and a context, both checked
//! against the schema.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use cedar_policy::{
    Authorizer, Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, Response,
    RestrictedExpression, Schema,
};
use domain::{TableName, Tag};

use super::{Facts, facts::PersonFacts};

/// The facts did not fit the schema.
#[derive(Debug)]
pub(super) struct Unfit;

/// All that is asked about one intent, but for the action.
pub(super) struct Question {
    principal: EntityUid,
    resource: EntityUid,
    context: Context,
    entities: Entities,
}

impl Question {
    /// Puts the facts into Cedar's terms.
    pub(super) fn of(facts: &Facts, schema: &Schema) -> Result<Self, Unfit> {
        Ok(Self {
            principal: uid("Agent", &facts.agent.to_string()),
            resource: uid("Intent", &facts.intent.to_string()),
            context: Context::from_pairs(context(facts)).map_err(|_| Unfit)?,
            entities: entities(facts, schema)?,
        })
    }

    /// What the policies say to one action.
    pub(super) fn ask(
        &self,
        action: &EntityUid,
        policies: &cedar_policy::PolicySet,
        schema: &Schema,
    ) -> Result<Response, Unfit> {
        let request = Request::new(
            self.principal.clone(),
            action.clone(),
            self.resource.clone(),
            self.context.clone(),
            Some(schema),
        );
        let request = request.map_err(|_| Unfit)?;
        Ok(Authorizer::new().is_authorized(&request, policies, &self.entities))
    }
}

/// The name of one entity.
pub(super) fn uid(kind: &str, id: &str) -> EntityUid {
    #[expect(
        clippy::expect_used,
        reason = "the kinds are constants of this module and its parent"
    )]
    let kind: EntityTypeName = kind.parse().expect("a kind of entity");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}

fn entities(facts: &Facts, schema: &Schema) -> Result<Entities, Unfit> {
    let mut all = BTreeMap::new();
    for person in [&facts.owner, &facts.initiator] {
        let groups = person.groups.iter().map(|group| uid("Group", group));
        let email = [("email", text(&person.email))];
        add(&mut all, person_uid(person), email, groups)?;
    }
    let agent = [
        ("name", text(&facts.agent_name)),
        ("owner", reference(person_uid(&facts.owner))),
    ];
    add(&mut all, uid("Agent", &facts.agent.to_string()), agent, [])?;
    let run = [
        ("purpose", text(&facts.run.purpose)),
        ("ticket", text(&facts.run.ticket)),
        ("door", text(&facts.run.door)),
        ("scope", texts(facts.run.scope.iter().map(String::as_str))),
    ];
    add(&mut all, uid("Run", &facts.run.id.to_string()), run, [])?;
    let parents = add_warehouse(&mut all, facts)?;
    let intent = uid("Intent", &facts.intent.to_string());
    add(&mut all, intent, [], parents)?;
    Entities::from_entities(all.into_values(), Some(schema)).map_err(|_| Unfit)
}

/// Adds tables within datasets within projects, and columns within tables; returns what the
/// intent is in.
fn add_warehouse(
    all: &mut BTreeMap<EntityUid, Entity>,
    facts: &Facts,
) -> Result<Vec<EntityUid>, Unfit> {
    let mut parents = Vec::new();
    for table in facts.touched() {
        let own = table_uid(table);
        let mut above = None;
        if let Some((dataset, _)) = table.as_str().rsplit_once('.') {
            let project = dataset.split('.').next().unwrap_or(dataset);
            let dataset = uid("Dataset", dataset);
            add(all, dataset.clone(), [], [uid("Project", project)])?;
            above = Some(dataset);
        }
        add(all, own.clone(), [], above)?;
        parents.push(own);
    }
    for column in &facts.columns {
        let tables = facts.touched().into_iter();
        let table = tables.filter(|table| is_of(column, table)).max();
        let own = uid("Column", column);
        add(all, own.clone(), [], table.map(table_uid))?;
        parents.push(own);
    }
    Ok(parents)
}

fn is_of(column: &str, table: &TableName) -> bool {
    let path = column.strip_prefix(table.as_str());
    path.is_some_and(|path| path.starts_with('.'))
}

fn add(
    all: &mut BTreeMap<EntityUid, Entity>,
    own: EntityUid,
    attributes: impl IntoIterator<Item = (&'static str, RestrictedExpression)>,
    parents: impl IntoIterator<Item = EntityUid>,
) -> Result<(), Unfit> {
    let attributes: HashMap<_, _> = attributes
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    let parents: HashSet<_> = parents.into_iter().collect();
    let entity = Entity::new(own.clone(), attributes, parents).map_err(|_| Unfit)?;
    all.insert(own, entity);
    Ok(())
}

fn person_uid(person: &PersonFacts) -> EntityUid {
    uid("Person", &person.id.to_string())
}

fn table_uid(table: &TableName) -> EntityUid {
    uid("Table", table.as_str())
}

/// The facts as the schema's `Facts` describes them.
fn context(facts: &Facts) -> Vec<(String, RestrictedExpression)> {
    let datasets: BTreeSet<&str> = facts
        .touched()
        .into_iter()
        .filter_map(|table| Some(table.as_str().rsplit_once('.')?.0))
        .collect();
    let datasets = datasets.into_iter().map(|name| uid("Dataset", name));
    let mut pairs = vec![
        ("initiator", reference(person_uid(&facts.initiator))),
        ("run", reference(uid("Run", &facts.run.id.to_string()))),
        ("hour", long(facts.hour.into())),
        ("weekday", text(&facts.weekday)),
        (
            "understood",
            RestrictedExpression::new_bool(facts.understood),
        ),
        ("route", text(facts.route.as_str())),
        ("risk", text(facts.risk.as_str())),
        ("kinds", texts(facts.kinds.iter().map(String::as_str))),
        ("findings", texts(facts.findings.iter().map(String::as_str))),
        (
            "leaves_warehouse",
            RestrictedExpression::new_bool(facts.leaves_warehouse()),
        ),
        ("reads", references(facts.reads.iter().map(table_uid))),
        ("writes", references(facts.writes.iter().map(table_uid))),
        ("datasets", references(datasets)),
        (
            "out_of_scope",
            references(facts.out_of_scope.iter().map(table_uid)),
        ),
        (
            "first_uses",
            references(facts.first_uses.iter().map(table_uid)),
        ),
        ("tags", tags(&facts.tags)),
        (
            "has_unclassified_columns",
            RestrictedExpression::new_bool(facts.has_unclassified_columns),
        ),
        ("used", used(facts)),
        (
            "unmasks",
            references(facts.unmasks.iter().map(|name| uid("Column", name))),
        ),
        ("bytes", long(facts.bytes)),
        ("max_bytes", long(facts.max_bytes)),
    ];
    pairs.extend(facts.purpose.as_ref().map(|said| ("purpose", text(said))));
    pairs.extend(facts.rows.map(|rows| ("rows", long(rows))));
    let named = pairs.into_iter();
    named
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn used(facts: &Facts) -> RestrictedExpression {
    let uses = &facts.uses;
    let fields = [
        ("projected", &uses.projected),
        ("filtered", &uses.filtered),
        ("joined", &uses.joined),
        ("grouped", &uses.grouped),
        ("ordered", &uses.ordered),
        ("aggregated", &uses.aggregated),
        ("unmasked", &facts.unmasked_tags),
    ];
    let fields = fields.map(|(name, used)| (name.to_owned(), tags(used)));
    #[expect(clippy::expect_used, reason = "the seven names differ")]
    RestrictedExpression::new_record(fields).expect("a record")
}

/// The sensitive ones, and the families that they are of: `pii.email` is `pii` too.
fn tags(tags: &BTreeSet<Tag>) -> RestrictedExpression {
    let sensitive = tags.iter().filter(|tag| tag.is_sensitive());
    let mut names = BTreeSet::new();
    for tag in sensitive {
        let mut name = tag.as_str();
        names.insert(name);
        while let Some((family, _)) = name.rsplit_once('.') {
            names.insert(family);
            name = family;
        }
    }
    texts(names)
}

fn text(text: &str) -> RestrictedExpression {
    RestrictedExpression::new_string(text.to_owned())
}

fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> RestrictedExpression {
    RestrictedExpression::new_set(all.into_iter().map(text))
}

fn reference(uid: EntityUid) -> RestrictedExpression {
    RestrictedExpression::new_entity_uid(uid)
}

fn references(all: impl IntoIterator<Item = EntityUid>) -> RestrictedExpression {
    RestrictedExpression::new_set(all.into_iter().map(reference))
}

/// Cedar's integers are signed; more than that is "as many as there are".
fn long(number: u64) -> RestrictedExpression {
    RestrictedExpression::new_long(i64::try_from(number).unwrap_or(i64::MAX))
}
