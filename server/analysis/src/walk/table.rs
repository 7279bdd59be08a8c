//! Tables, views and wildcard tables of the catalog.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use domain::{Column, TableName};
use sqlparser::ast::Ident;

use super::{Clause, Ctes, Walk, field, name, names::path_place};
use crate::{
    catalog::Table,
    finding::{FindingCode, Followed, Place, Refusal},
    lexer, parse,
    scope::Relation,
    value::{Field, Flow, Source, Value, join},
};

/// Views that read views: at most this many levels.
const DEEPEST_VIEWS: usize = 16;

/// A table of the text whose tagged columns must be masked where it is read.
#[derive(Debug, Clone)]
pub(crate) struct Masked {
    /// The name as it stands in the text.
    pub place: Place,
    /// What the table is called if the text gives it no alias; wildcard tables have no such name.
    pub own_name: Option<String>,
    /// Where the alias that the text gives it starts.
    pub alias_start: Option<usize>,
    /// Its columns in order.
    pub fields: Vec<Field>,
    /// Whether the row is used as a whole otherwise than by a star of the text.
    pub whole: bool,
    /// The stars that take its columns.
    pub stars: BTreeSet<Star>,
    /// Pseudo-columns that are used, and where the text names them, from start to end.
    pub pseudo: BTreeMap<String, BTreeSet<(usize, usize)>>,
}

/// A star of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Star {
    /// Behind it.
    pub end: usize,
    /// Where the first name of its `EXCEPT` starts.
    pub except: Option<usize>,
}

/// A table or view of the catalog.
#[derive(Debug)]
pub(super) struct Known {
    relation: Relation,
    /// Itself, and every table that its definition reads.
    reads: BTreeSet<TableName>,
    /// The columns that decide about the rows of a view.
    deciding: Flow,
    /// The columns for whose values the definition of a view may fail.
    failing: Flow,
}

impl Walk<'_> {
    /// The relation that a name in `FROM` stands for.
    pub fn table(&mut self, parts: &[&Ident], ctes: &Ctes) -> Followed<Relation> {
        let place = path_place(parts);
        let own = parts
            .last()
            .map(|ident| ident.value.clone())
            .unwrap_or_default();
        if let [only] = parts
            && let Some(mut relation) = ctes.find(name(only)?, &place)?
        {
            relation.name = Some(own.as_str().into());
            return Ok(relation);
        }
        if let Some((name, table)) = self.own_table(parts)? {
            let relation = Relation {
                name: Some(own.as_str().into()),
                ..table.relation.clone()
            };
            if !table.is_temporary {
                self.reads.insert(name);
            }
            self.step(relation.fields.len())?;
            return Ok(relation);
        }
        let full = self.full_name(parts, &place)?;
        let known = self.catalogued(&full, &place)?;
        self.note_partition(&full, &known.relation, &place);
        self.reads.extend(known.reads.iter().cloned());
        self.indirect = join([&self.indirect, &known.deciding]);
        if self.is_sensitive(&known.deciding) {
            // The definition runs raw: its rows tell about the tagged columns that choose them.
            let message = format!("A tagged column decides about the rows of the view `{full}`.");
            self.find(FindingCode::SensitivePredicate, &place, message);
        }
        self.failing = join([&self.failing, &known.failing]);
        if self.is_sensitive(&known.failing) {
            let message = format!("An error in the view `{full}` would carry a raw value.");
            self.find(FindingCode::ErrorLeak, &place, message);
        }
        let mut relation = known.relation.clone();
        let wild = own.ends_with('*');
        relation.name = (!wild).then(|| own.as_str().into());
        if self.views.is_empty()
            && relation
                .fields
                .iter()
                .any(|f| self.is_sensitive(&f.value.flow))
        {
            relation.table = Some(place.start);
            let masked = Masked {
                place: place.clone(),
                own_name: (!wild).then_some(own),
                alias_start: None,
                fields: relation.fields.clone(),
                whole: false,
                stars: BTreeSet::new(),
                pseudo: BTreeMap::new(),
            };
            self.masked.entry(place.start).or_insert(masked);
        }
        self.step(relation.fields.len())?;
        Ok(relation)
    }

    /// A name with the project and dataset that it leaves out.
    pub fn full_name(&self, parts: &[&Ident], place: &Place) -> Followed<TableName> {
        let names = parts
            .iter()
            .map(|ident| name(ident))
            .collect::<Followed<Vec<_>>>()?;
        let metadata = |part: &&str| {
            part.eq_ignore_ascii_case("INFORMATION_SCHEMA")
                || part.to_ascii_uppercase().starts_with("__TABLES")
        };
        if names.iter().any(metadata) {
            let message = "Metadata of the warehouse is not given out.";
            return Err(Refusal::new(FindingCode::MetadataProbing, place, message));
        }
        let catalog = self.catalog;
        let (project, dataset) = (&catalog.default_project, &catalog.default_dataset);
        Ok(TableName::new(match names.as_slice() {
            [table] => format!("{project}.{dataset}.{table}"),
            // A project of a domain, as `example.com:project`, has dots of its own.
            [_, _] if !names[0].contains(':') => format!("{project}.{}", names.join(".")),
            _ => names.join("."),
        }))
    }

    /// Whether the catalog has a table or view of this name.
    pub(super) fn is_catalogued(&self, parts: &[&Ident]) -> bool {
        self.full_name(parts, &(0..0)).is_ok_and(|full| {
            self.catalog.tables.contains_key(&full) || self.catalog.views.contains_key(&full)
        })
    }

    /// Notes a table that is read in a way that is not followed.
    pub fn note_read(&mut self, parts: &[&Ident]) {
        if self.is_catalogued(parts) {
            self.reads.extend(self.full_name(parts, &(0..0)));
        }
    }

    fn catalogued(&mut self, full: &TableName, place: &Place) -> Followed<Rc<Known>> {
        if let Some(known) = self.tables.get(full) {
            return Ok(Rc::clone(known));
        }
        let catalog = self.catalog;
        let outside = std::mem::take(&mut self.reads);
        let indirect = std::mem::take(&mut self.indirect);
        let failing = std::mem::take(&mut self.failing);
        let relation = if let Some(table) = catalog.tables.get(full) {
            let pseudo = ["_PARTITIONTIME", "_PARTITIONDATE", "_FILE_NAME"];
            Ok(self.base_table(full, table, &pseudo))
        } else if let Some(view) = catalog.views.get(full) {
            self.view(full, &view.sql, place)
        } else if let Some(prefix) = full.as_str().strip_suffix('*') {
            let table = self.wildcard(prefix, place);
            table.map(|table| self.base_table(full, &table, &["_TABLE_SUFFIX"]))
        } else {
            Err(unknown(full.as_str(), place))
        };
        let mut reads = std::mem::replace(&mut self.reads, outside);
        reads.insert(full.clone());
        let deciding = std::mem::replace(&mut self.indirect, indirect);
        let failing = std::mem::replace(&mut self.failing, failing);
        let known = Rc::new(Known {
            relation: relation?,
            reads,
            deciding,
            failing,
        });
        self.tables.insert(full.clone(), Rc::clone(&known));
        Ok(known)
    }

    fn base_table(&mut self, full: &TableName, table: &Table, pseudo: &[&str]) -> Relation {
        let sources = &mut self.sources;
        let columns = table.columns.iter().map(|column| {
            let value = Value::of_column(column, full.as_str(), sources);
            field(Some(column.name.as_str().into()), value)
        });
        let fields = columns.collect();
        let pseudo = pseudo.iter().map(|name| {
            let path = format!("{full}.{name}");
            let number = sources.add(Source {
                path,
                tag: None,
                unmasked: false,
            });
            let value = Value {
                flow: Flow::of(number),
                ..Value::default()
            };
            field(Some((*name).into()), value)
        });
        Relation {
            fields,
            pseudo: pseudo.collect(),
            ..Relation::default()
        }
    }

    /// A wildcard covers tables of one shape; a column is tagged if it is in any of them.
    fn wildcard(&mut self, prefix: &str, place: &Place) -> Followed<Table> {
        let catalog = self.catalog;
        let covered = catalog.tables.iter();
        let mut covered = covered.filter(|(name, _)| name.as_str().starts_with(prefix));
        let whole_dataset = prefix.ends_with('.') || prefix.matches('.').count() != 2;
        let Some((name, first)) = covered.next().filter(|_| !whole_dataset) else {
            return Err(unknown(&format!("{prefix}*"), place));
        };
        let mut merged = first.clone();
        self.reads.insert(name.clone());
        for (name, table) in covered {
            self.reads.insert(name.clone());
            if !merge_tags(&mut merged.columns, &table.columns) {
                let what = "A wildcard over tables of different shapes";
                return Err(Refusal::unsupported(place, what));
            }
        }
        let views = self.catalog.views.keys();
        if views
            .into_iter()
            .any(|name| name.as_str().starts_with(prefix))
        {
            return Err(Refusal::unsupported(place, "A wildcard over views"));
        }
        Ok(merged)
    }

    /// A view is followed through its definition.
    fn view(&mut self, full: &TableName, sql: &str, place: &Place) -> Followed<Relation> {
        if self.views.contains(full) || self.views.len() >= DEEPEST_VIEWS {
            return Err(Refusal::unsupported(place, "A view that reads itself"));
        }
        self.views.push(full.clone());
        let clause = std::mem::replace(&mut self.clause, Clause::Value);
        let output = self.definition(sql);
        self.clause = clause;
        self.views.pop();
        let output = output.map_err(|_| {
            let what = format!("The definition of the view `{full}`");
            Refusal::unsupported(place, &what)
        })?;
        Ok(Relation {
            fields: output.fields,
            ..Relation::default()
        })
    }

    fn definition(&mut self, sql: &str) -> Followed<super::Output> {
        parse::check_length(sql)?;
        let statement = parse::parse(&lexer::tokens(sql)?)?;
        match statement {
            sqlparser::ast::Statement::Query(query) => {
                let explained = self.explained.clone();
                let output = self.query(&query, None, &Ctes::default());
                self.explained = explained;
                output
            }
            _ => Err(Refusal::unsupported(&(0..0), "This definition")),
        }
    }
}

/// Takes over the tags of a table of the same shape, and what of it is masked; false where the shapes differ.
fn merge_tags(columns: &mut [Column], others: &[Column]) -> bool {
    columns.len() == others.len()
        && columns.iter_mut().zip(others).all(|(column, other)| {
            let same = column.name.eq_ignore_ascii_case(&other.name)
                && column.data_type == other.data_type
                && column.mode == other.mode;
            let sensitive = |c: &Column| c.tag.as_ref().is_some_and(domain::Tag::is_sensitive);
            if sensitive(other) && !sensitive(column) {
                column.tag.clone_from(&other.tag);
            }
            column.unmasked &= other.unmasked;
            same && merge_tags(&mut column.fields, &other.fields)
        })
}

fn unknown(table: &str, place: &Place) -> Refusal {
    let message = format!("The catalog has no table `{table}`.");
    Refusal::new(FindingCode::UnknownTable, place, message)
}
