//! What a value is made of: the columns that flow into it, and its fields.

use std::rc::Rc;

use domain::{Column, Mode, Tag};

use crate::finding::{FindingCode, Followed, Place, Refusal};
pub(crate) use crate::flow::{Flow, join};

/// One column, or leaf field, of a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Source {
    /// `project.dataset.table.column.field`.
    pub path: String,
    /// The tag, if it is sensitive.
    pub tag: Option<Tag>,
    /// Whether it is not masked although it is tagged.
    pub unmasked: bool,
}

/// Every column that the statement's tables have, numbered as they are met.
#[derive(Debug, Default)]
pub(crate) struct Sources(Vec<Source>);

impl Sources {
    pub fn get(&self, number: usize) -> Option<&Source> {
        self.0.get(number)
    }

    pub fn add(&mut self, source: Source) -> usize {
        self.0.push(source);
        self.0.len() - 1
    }

    /// The sensitive ones of a flow.
    pub fn sensitive<'a>(&'a self, flow: &'a Flow) -> impl Iterator<Item = &'a Source> {
        flow.iter()
            .filter_map(|&number| self.get(number))
            .filter(|source| source.tag.is_some())
    }
}

/// How deep the insides of a value are followed: BigQuery's tables nest 15 levels.
const DEEPEST_VALUE: usize = 64;

/// A value and what is known of its insides.
#[derive(Debug, Clone, Default)]
pub(crate) struct Value {
    pub flow: Flow,
    pub shape: Shape,
    /// How deep fields and elements nest in it.
    pub depth: usize,
    /// The catalog's column, while the value is that column unchanged and can be masked.
    pub origin: Option<Rc<Column>>,
}

/// The insides of a value.
#[derive(Debug, Clone, Default)]
pub(crate) enum Shape {
    /// Nothing is known: every part carries everything.
    #[default]
    Opaque,
    Struct(Rc<[Field]>),
    Array(Rc<Value>),
}

/// A field of a struct, or a column of a relation.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub name: Option<Rc<str>>,
    pub value: Value,
}

impl Field {
    pub fn is_named(&self, name: &str) -> bool {
        self.name.as_deref().is_some_and(|own| same_name(own, name))
    }
}

/// Column names compare without case; GoogleSQL folds ASCII letters only here.
pub(crate) fn same_name(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

impl Value {
    /// A value into which all of these flow.
    pub fn from_all<'a>(values: impl IntoIterator<Item = &'a Value>) -> Self {
        Self {
            flow: join(values.into_iter().map(|v| &v.flow)),
            ..Self::default()
        }
    }

    pub fn from_fields(fields: Vec<Field>) -> Self {
        let flow = join(fields.iter().map(|f| &f.value.flow));
        let depth = fields.iter().map(|f| f.value.depth).max().unwrap_or(0) + 1;
        Self::shaped(flow, Shape::Struct(fields.into()), depth)
    }

    pub fn array_of(element: Value) -> Self {
        let (flow, depth) = (element.flow.clone(), element.depth + 1);
        Self::shaped(flow, Shape::Array(Rc::new(element)), depth)
    }

    /// A value that nests too deep keeps its flow and forgets its insides.
    fn shaped(flow: Flow, shape: Shape, depth: usize) -> Self {
        if depth > DEEPEST_VALUE {
            return Self {
                flow,
                ..Self::default()
            };
        }
        Self {
            flow,
            shape,
            depth,
            origin: None,
        }
    }

    /// What one element of this array carries.
    pub fn element(&self) -> Self {
        match &self.shape {
            Shape::Array(element) => Self::clone(element),
            _ => Self {
                flow: self.flow.clone(),
                ..Self::default()
            },
        }
    }

    /// The field of this name; of a value whose insides are not known, the whole.
    pub fn field(&self, name: &str, place: &Place) -> Followed<Self> {
        let fields = match &self.shape {
            Shape::Struct(fields) => fields,
            Shape::Opaque => {
                return Ok(Self {
                    flow: self.flow.clone(),
                    ..Self::default()
                });
            }
            Shape::Array(_) => {
                let what = format!("The field `{name}` of an array");
                return Err(Refusal::unsupported(place, &what));
            }
        };
        let mut found = fields.iter().filter(|field| field.is_named(name));
        match (found.next(), found.next()) {
            (Some(field), None) => Ok(field.value.clone()),
            (None, _) => {
                let message = format!("There is no field `{name}` here.");
                Err(Refusal::new(FindingCode::UnknownColumn, place, message))
            }
            _ => {
                let message = format!("The struct has several fields `{name}`.");
                Err(Refusal::new(FindingCode::AmbiguousName, place, message))
            }
        }
    }

    /// A value that is one of these, as an element of an array or a row of `UNION`. Where all
    /// have the same number of fields, the fields stay known.
    pub fn one_of(values: &[Self]) -> Self {
        let structs: Option<Vec<&Rc<[Field]>>> = values.iter().map(Self::fields).collect();
        let structs = structs.unwrap_or_default();
        let Some((first, others)) = structs.split_first() else {
            return Self::from_all(values);
        };
        if others.iter().any(|fields| fields.len() != first.len()) {
            return Self::from_all(values);
        }
        let fields = first.iter().enumerate().map(|(position, field)| Field {
            name: field.name.clone(),
            value: match others {
                [] => field.value.clone(),
                _ => Self::from_all(structs.iter().map(|fields| &fields[position].value)),
            },
        });
        Self::from_fields(fields.collect())
    }

    /// The field at a position; of a value whose insides are not known, the whole.
    pub fn part(&self, position: usize) -> Self {
        let field = self.fields().and_then(|fields| fields.get(position));
        field.map_or_else(|| Self::from_all([self]), |field| field.value.clone())
    }

    fn fields(&self) -> Option<&Rc<[Field]>> {
        match &self.shape {
            Shape::Struct(fields) => Some(fields),
            Shape::Opaque | Shape::Array(_) => None,
        }
    }

    /// One of several values, where the others may decide which. Where only one has fields,
    /// they stay known, and each carries what decides.
    pub fn chosen(values: &[Self]) -> Self {
        let whole = Self::from_all(values);
        let mut structs = values.iter().filter(|v| !matches!(v.shape, Shape::Opaque));
        let (
            Some(Self {
                shape: Shape::Struct(fields),
                ..
            }),
            None,
        ) = (structs.next(), structs.next())
        else {
            return whole;
        };
        let opaque = values.iter().filter(|v| matches!(v.shape, Shape::Opaque));
        let deciding = Self::from_all(opaque);
        let fields = fields.iter().map(|field| Field {
            name: field.name.clone(),
            value: if deciding.flow.is_subset(&field.value.flow) {
                field.value.clone()
            } else {
                Self::from_all([&field.value, &deciding])
            },
        });
        Self {
            flow: whole.flow,
            ..Self::from_fields(fields.collect())
        }
    }

    /// A column of a table, with its fields as sources of their own.
    pub fn of_column(column: &Column, table: &str, sources: &mut Sources) -> Self {
        let mut value = nested(column, table, (None, false), sources);
        value.origin = column.is_sensitive().then(|| Rc::new(column.clone()));
        value
    }
}

fn nested(
    column: &Column,
    prefix: &str,
    (outer, unmasked): (Option<&Tag>, bool),
    sources: &mut Sources,
) -> Value {
    let path = format!("{prefix}.{}", column.name);
    let own = column.tag.as_ref().filter(|tag| tag.is_sensitive());
    let tag = own.or(outer);
    let unmasked = unmasked || column.unmasked;
    let value = if column.fields.is_empty() {
        let number = sources.add(Source {
            path,
            tag: tag.cloned(),
            unmasked,
        });
        Value {
            flow: Flow::of(number),
            ..Value::default()
        }
    } else {
        let fields = column.fields.iter().map(|field| Field {
            name: Some(field.name.as_str().into()),
            value: nested(field, &path, (tag, unmasked), sources),
        });
        Value::from_fields(fields.collect())
    };
    match column.mode {
        Mode::Repeated => Value::array_of(value),
        Mode::Nullable | Mode::Required => value,
    }
}
