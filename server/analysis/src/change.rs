//! Statements that change rows: what they read is masked, what they change is named, and a human
//! must look at each.

mod header;

use std::rc::Rc;

use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, Expr, FromTable, Ident, Merge, MergeAction,
    MergeClauseKind, MergeInsertKind, MergeUpdateKind, ObjectName, SetExpr, Statement, TableFactor,
    TableWithJoins, Update, UpdateTableFromKind, Values,
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    scope::{Relation, Scope},
    value::{Field, Flow, Value, join},
    walk::{Clause, Ctes, Output, Walk, path},
};

pub(crate) use header::{Header, function_header, insert_header};

impl Walk<'_> {
    /// `INSERT`: the query's rows into a table of the catalog.
    pub fn insert(&mut self, header: &Header, place: &Place) -> Followed<Output> {
        let relation = self.target(&header.target)?;
        for column in &header.columns {
            relation.column(&column.value, place)?;
        }
        let output = match header.query.body.as_ref() {
            SetExpr::Values(values) if header.query.with.is_none() => {
                self.rows(values, &relation)?
            }
            _ => self.query(&header.query, None, &Ctes::default())?,
        };
        self.store(&header.target, &header.columns, &output);
        Ok(output)
    }

    /// The rows of `VALUES`, column by column.
    fn rows(&mut self, values: &Values, relation: &Relation) -> Followed<Output> {
        let nothing = Scope::default();
        let mut fields: Vec<Field> = Vec::new();
        for row in &values.rows {
            for (position, expr) in row.content.iter().enumerate() {
                let value = self.stored(expr, &nothing)?;
                if let Some(field) = fields.get_mut(position) {
                    field.value = Value::one_of(&[field.value.clone(), value]);
                } else {
                    let column = relation.fields.get(position);
                    let name = column.and_then(|column| column.name.clone());
                    fields.push(Field { name, value });
                }
            }
        }
        Ok(Output { fields, row: None })
    }

    /// What an expression stores; `DEFAULT` stores nothing that is read.
    fn stored(&mut self, expr: &Expr, scope: &Scope<'_>) -> Followed<Value> {
        match expr {
            Expr::Identifier(ident) if is_default(ident) => Ok(Value::default()),
            expr => self.expression(expr, scope, &Ctes::default()),
        }
    }

    /// `UPDATE`, `DELETE` and `MERGE`: the table that changes.
    pub fn modify(&mut self, statement: &Statement, place: &Place) -> Followed<Output> {
        match statement {
            Statement::Update(update) => self.update(update, place),
            Statement::Delete(delete) => self.delete(delete, place),
            Statement::Merge(merge) => self.merge(merge, place),
            _ => Err(Refusal::unsupported(place, "This change")),
        }
    }

    fn update(&mut self, update: &Update, place: &Place) -> Followed<Output> {
        let Update {
            update_token: _,
            optimizer_hints: _,
            table,
            assignments,
            from,
            selection,
            returning: None,
            output: None,
            or: None,
            order_by,
            limit: None,
        } = update
        else {
            return Err(Refusal::unsupported(place, "A clause of this UPDATE"));
        };
        if !order_by.is_empty() {
            return Err(Refusal::unsupported(place, "A clause of this UPDATE"));
        }
        let (mut scope, secret) = self.changed(table, place)?;
        match from {
            None => {}
            Some(UpdateTableFromKind::AfterSet(items)) => {
                for item in items {
                    self.table_with_joins(item, &mut scope, &Ctes::default())?;
                }
            }
            Some(UpdateTableFromKind::BeforeSet(_)) => {
                return Err(Refusal::unsupported(place, "A clause of this UPDATE"));
            }
        }
        let fields = self.assignments(assignments, &scope)?;
        self.real_predicate(selection.as_ref(), &scope, secret.as_ref(), place)?;
        self.keep_secret(secret.as_ref(), place)?;
        self.store_everything(target_name(&table.relation)?);
        Ok(Output { fields, row: None })
    }

    fn delete(&mut self, delete: &Delete, place: &Place) -> Followed<Output> {
        let Delete {
            delete_token: _,
            optimizer_hints: _,
            tables,
            from: FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from),
            using: None,
            selection,
            returning: None,
            output: None,
            order_by,
            limit: None,
        } = delete
        else {
            return Err(Refusal::unsupported(place, "A clause of this DELETE"));
        };
        let [table] = from.as_slice() else {
            return Err(Refusal::unsupported(place, "A DELETE from several tables"));
        };
        if !tables.is_empty() || !order_by.is_empty() {
            return Err(Refusal::unsupported(place, "A clause of this DELETE"));
        }
        let (scope, secret) = self.changed(table, place)?;
        self.real_predicate(selection.as_ref(), &scope, secret.as_ref(), place)?;
        self.keep_secret(secret.as_ref(), place)?;
        Ok(Output::default())
    }

    fn merge(&mut self, merge: &Merge, place: &Place) -> Followed<Output> {
        let Merge {
            merge_token: _,
            optimizer_hints: _,
            into: _,
            table,
            source,
            on,
            clauses,
            output: None,
        } = merge
        else {
            return Err(Refusal::unsupported(place, "A clause of this MERGE"));
        };
        let (target, secret) = self.changed_factor(table, place)?;
        let relations = self.factor(source, &Scope::default(), &Ctes::default())?;
        let source = Scope {
            relations,
            ..Scope::default()
        };
        let mut both = target.clone();
        both.relations.extend(source.relations.iter().cloned());
        let predicate = self.within(Clause::Join, |w| w.expression(on, &both, &Ctes::default()))?;
        let mut fields = Vec::new();
        for clause in clauses {
            let scope = match clause.clause_kind {
                MergeClauseKind::Matched => &both,
                MergeClauseKind::NotMatched | MergeClauseKind::NotMatchedByTarget => &source,
                MergeClauseKind::NotMatchedBySource => &target,
            };
            if let Some(predicate) = &clause.predicate {
                self.within(Clause::Filter, |w| {
                    w.expression(predicate, scope, &Ctes::default())
                })?;
            }
            let unlimited_delete =
                matches!(clause.action, MergeAction::Delete { .. }) && predicate.flow.is_empty();
            if unlimited_delete && secret.is_some() {
                return Err(unlimited(place));
            }
            fields.extend(self.merge_action(&clause.action, scope, place)?);
        }
        self.keep_secret(secret.as_ref(), place)?;
        self.store_everything(target_name(table)?);
        Ok(Output { fields, row: None })
    }

    fn merge_action(
        &mut self,
        action: &MergeAction,
        scope: &Scope<'_>,
        place: &Place,
    ) -> Followed<Vec<Field>> {
        match action {
            MergeAction::Delete { .. } => Ok(Vec::new()),
            MergeAction::Update(update)
                if update.update_predicate.is_none() && update.delete_predicate.is_none() =>
            {
                match &update.kind {
                    MergeUpdateKind::Set(assignments) => self.assignments(assignments, scope),
                    MergeUpdateKind::Wildcard => Err(Refusal::unsupported(place, "UPDATE *")),
                }
            }
            MergeAction::Insert(insert) if insert.insert_predicate.is_none() => {
                match &insert.kind {
                    MergeInsertKind::Row => {
                        let relations = scope.relations.iter();
                        let fields: Vec<_> = relations.flat_map(|r| r.fields.clone()).collect();
                        self.note(&join(fields.iter().map(|f| &f.value.flow)), place);
                        Ok(fields)
                    }
                    MergeInsertKind::Values(values) => {
                        let values = values.rows.iter().flat_map(|row| &row.content);
                        let names = insert
                            .columns
                            .iter()
                            .map(Some)
                            .chain(std::iter::repeat(None));
                        values
                            .zip(names)
                            .map(|(expr, column)| {
                                let value = self.stored(expr, scope)?;
                                let name = column.and_then(last_name);
                                Ok(Field { name, value })
                            })
                            .collect()
                    }
                    MergeInsertKind::Wildcard => Err(Refusal::unsupported(place, "INSERT *")),
                }
            }
            _ => Err(Refusal::unsupported(place, "This action of MERGE")),
        }
    }

    /// What `SET` stores, under the names of the columns.
    fn assignments(
        &mut self,
        assignments: &[Assignment],
        scope: &Scope<'_>,
    ) -> Followed<Vec<Field>> {
        let mut fields = Vec::with_capacity(assignments.len());
        for Assignment { target, value } in assignments {
            let AssignmentTarget::ColumnName(object) = target else {
                return Err(Refusal::unsupported(&(0..0), "This target of SET"));
            };
            path(object)?;
            let value = self.stored(value, scope)?;
            let name = last_name(object);
            fields.push(Field { name, value });
        }
        Ok(fields)
    }

    /// The table that a statement changes, by the name of the catalog.
    fn target(&mut self, object: &ObjectName) -> Followed<Relation> {
        let parts = path(object)?;
        let full = self.full_name(&parts, &crate::walk::path_place(&parts))?;
        let temporary = self.own_table(&parts)?;
        let temporary = temporary.is_some_and(|(_, own)| own.is_temporary);
        let relation = self.table(&parts, &Ctes::default())?;
        let place = crate::walk::path_place(&parts);
        self.explained.insert(place.start);
        if temporary {
            return Ok(relation);
        }
        self.masked.remove(&place.start);
        self.reads.remove(&full);
        self.writes.insert(full.clone());
        if self.catalog.views.contains_key(&full) || full.as_str().ends_with('*') {
            return Err(Refusal::unsupported(&place, "A change of what is no table"));
        }
        Ok(relation)
    }

    fn changed<'s>(
        &mut self,
        table: &TableWithJoins,
        place: &Place,
    ) -> Followed<(Scope<'s>, Option<Flow>)> {
        if !table.joins.is_empty() {
            return Err(Refusal::unsupported(place, "A change of joined tables"));
        }
        self.changed_factor(&table.relation, place)
    }

    /// The changed table in a scope of its own, and what of it cannot be masked; nothing for a
    /// table of the script: it holds what was masked when it was read, and may be emptied.
    fn changed_factor<'s>(
        &mut self,
        factor: &TableFactor,
        place: &Place,
    ) -> Followed<(Scope<'s>, Option<Flow>)> {
        let TableFactor::Table {
            name: object,
            alias,
            args: None,
            with_hints,
            version: None,
            with_ordinality: false,
            partitions,
            json_path: None,
            sample: None,
            index_hints,
        } = factor
        else {
            return Err(Refusal::unsupported(place, "This target of a change"));
        };
        if !(with_hints.is_empty() && partitions.is_empty() && index_hints.is_empty()) {
            return Err(Refusal::unsupported(place, "An option of this table"));
        }
        let mut relation = self.target(object)?;
        relation.table = None;
        if let Some(own) = crate::walk::alias_name(alias.as_ref())? {
            relation.name = Some(own);
        }
        let is_own = self.own_table(&path(object)?)?.is_some();
        let fields = relation.fields.iter().map(|field| &field.value.flow);
        let secret = (!is_own).then(|| join(fields));
        let scope = Scope {
            relations: vec![relation],
            ..Scope::default()
        };
        Ok((scope, secret))
    }

    /// A predicate must name a column: `WHERE TRUE` limits nothing.
    fn real_predicate(
        &mut self,
        selection: Option<&Expr>,
        scope: &Scope<'_>,
        secret: Option<&Flow>,
        place: &Place,
    ) -> Followed<()> {
        let predicate = selection.ok_or_else(|| unlimited(place))?;
        let value = self.within(Clause::Filter, |w| {
            w.expression(predicate, scope, &Ctes::default())
        })?;
        if value.flow.is_empty() && secret.is_some() {
            Err(unlimited(place))
        } else {
            Ok(())
        }
    }

    /// The table that changes cannot be masked, so its tagged columns must not be read.
    fn keep_secret(&self, secret: Option<&Flow>, place: &Place) -> Followed<()> {
        let Some(secret) = secret else {
            return Ok(());
        };
        let tagged = |flow: &Flow| {
            flow.common(secret)
                .any(|&number| self.sources.get(number).is_some_and(|s| s.tag.is_some()))
        };
        if tagged(&self.indirect) || self.references.values().any(tagged) {
            let message = "A tagged column of the table that changes is read, unmasked.";
            return Err(Refusal::new(FindingCode::Unmaskable, place, message));
        }
        Ok(())
    }
}

fn target_name(factor: &TableFactor) -> Followed<&ObjectName> {
    match factor {
        TableFactor::Table { name, .. } => Ok(name),
        _ => Err(Refusal::unsupported(&(0..0), "This target of a change")),
    }
}

fn last_name(object: &ObjectName) -> Option<Rc<str>> {
    let last = object.0.last()?.as_ident()?;
    Some(last.value.as_str().into())
}

fn is_default(ident: &Ident) -> bool {
    ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("DEFAULT")
}

fn unlimited(place: &Place) -> Refusal {
    let message = "No predicate limits the rows that change.";
    Refusal::new(FindingCode::Destructive, place, message)
}
