//! Statements that change rows: what they read is masked, what they change is named, and a human
//! must look at each.

mod header;

use sqlparser::ast::{
    Assignment, AssignmentTarget, Delete, Expr, FromTable, Ident, Merge, MergeAction,
    MergeInsertKind, MergeUpdateKind, ObjectName, SetExpr, Statement, TableFactor, TableWithJoins,
    Update, UpdateTableFromKind,
};

use crate::{
    finding::{FindingCode, Followed, Place, Refusal},
    scope::{Relation, Scope},
    value::{Flow, join},
    walk::{Clause, Ctes, Output, Walk, path},
};

pub(crate) use header::{Header, create_header, insert_header};

impl Walk<'_> {
    /// `INSERT`: the query's rows into a table of the catalog.
    pub fn insert(&mut self, header: &Header, place: &Place) -> Followed<Output> {
        let relation = self.target(&header.target)?;
        for column in &header.columns {
            relation.column(&column.value, place)?;
        }
        let output = match header.query.body.as_ref() {
            SetExpr::Values(values) if header.query.with.is_none() => {
                let nothing = Scope::default();
                for expr in values.rows.iter().flat_map(|row| &row.content) {
                    self.expression(expr, &nothing, &Ctes::default())?;
                }
                Output::default()
            }
            _ => self.query(&header.query, None, &Ctes::default())?,
        };
        Ok(output)
    }

    /// `CREATE TABLE … AS`: a new table; one that exists would be lost.
    pub fn create(&mut self, header: &Header, place: &Place) -> Followed<Output> {
        let parts = path(&header.target)?;
        let target = self.full_name(&parts, place)?;
        self.writes.insert(target.clone());
        let known =
            self.catalog.tables.contains_key(&target) || self.catalog.views.contains_key(&target);
        if known {
            let message = format!("`{target}` exists: it would be replaced.");
            return Err(Refusal::new(FindingCode::Destructive, place, message));
        }
        self.query(&header.query, None, &Ctes::default())
    }

    /// `UPDATE`, `DELETE` and `MERGE`: the table that changes.
    pub fn modify(&mut self, statement: &Statement, place: &Place) -> Followed<()> {
        match statement {
            Statement::Update(update) => self.update(update, place),
            Statement::Delete(delete) => self.delete(delete, place),
            Statement::Merge(merge) => self.merge(merge, place),
            _ => Err(Refusal::unsupported(place, "This change")),
        }
    }

    fn update(&mut self, update: &Update, place: &Place) -> Followed<()> {
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
        self.assignments(assignments, &scope)?;
        self.real_predicate(selection.as_ref(), &scope, place)?;
        self.keep_secret(&secret, place)
    }

    fn delete(&mut self, delete: &Delete, place: &Place) -> Followed<()> {
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
        self.real_predicate(selection.as_ref(), &scope, place)?;
        self.keep_secret(&secret, place)
    }

    fn merge(&mut self, merge: &Merge, place: &Place) -> Followed<()> {
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
        let (mut scope, secret) = self.changed_factor(table, place)?;
        let sources = self.factor(source, &Scope::default(), &Ctes::default())?;
        let stored = join(
            sources
                .iter()
                .flat_map(|r| &r.fields)
                .map(|f| &f.value.flow),
        );
        scope.relations.extend(sources);
        let predicate =
            self.within(Clause::Join, |w| w.expression(on, &scope, &Ctes::default()))?;
        for clause in clauses {
            if let Some(predicate) = &clause.predicate {
                self.within(Clause::Filter, |w| {
                    w.expression(predicate, &scope, &Ctes::default())
                })?;
            }
            if matches!(clause.action, MergeAction::Delete { .. }) && predicate.flow.is_empty() {
                return Err(unlimited(place));
            }
            self.merge_action(&clause.action, &stored, &scope, place)?;
        }
        self.keep_secret(&secret, place)
    }

    fn merge_action(
        &mut self,
        action: &MergeAction,
        stored: &Flow,
        scope: &Scope<'_>,
        place: &Place,
    ) -> Followed<()> {
        match action {
            MergeAction::Delete { .. } => Ok(()),
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
                        self.note(stored, place);
                        Ok(())
                    }
                    MergeInsertKind::Values(values) => {
                        for expr in values.rows.iter().flat_map(|row| &row.content) {
                            self.expression(expr, scope, &Ctes::default())?;
                        }
                        Ok(())
                    }
                    MergeInsertKind::Wildcard => Err(Refusal::unsupported(place, "INSERT *")),
                }
            }
            _ => Err(Refusal::unsupported(place, "This action of MERGE")),
        }
    }

    fn assignments(&mut self, assignments: &[Assignment], scope: &Scope<'_>) -> Followed<()> {
        for Assignment { target, value } in assignments {
            let AssignmentTarget::ColumnName(object) = target else {
                return Err(Refusal::unsupported(&(0..0), "This target of SET"));
            };
            path(object)?;
            if !matches!(value, Expr::Identifier(ident) if is_default(ident)) {
                self.expression(value, scope, &Ctes::default())?;
            }
        }
        Ok(())
    }

    /// The table that a statement changes, by the name of the catalog.
    fn target(&mut self, object: &ObjectName) -> Followed<Relation> {
        let parts = path(object)?;
        let full = self.full_name(&parts, &crate::walk::path_place(&parts))?;
        let relation = self.table(&parts, &Ctes::default())?;
        let place = crate::walk::path_place(&parts);
        self.explained.insert(place.start);
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
    ) -> Followed<(Scope<'s>, Flow)> {
        if !table.joins.is_empty() {
            return Err(Refusal::unsupported(place, "A change of joined tables"));
        }
        self.changed_factor(&table.relation, place)
    }

    /// The changed table in a scope of its own, and what of it cannot be masked.
    fn changed_factor<'s>(
        &mut self,
        factor: &TableFactor,
        place: &Place,
    ) -> Followed<(Scope<'s>, Flow)> {
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
        let secret = join(relation.fields.iter().map(|field| &field.value.flow));
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
        place: &Place,
    ) -> Followed<()> {
        let predicate = selection.ok_or_else(|| unlimited(place))?;
        let value = self.within(Clause::Filter, |w| {
            w.expression(predicate, scope, &Ctes::default())
        })?;
        if value.flow.is_empty() {
            Err(unlimited(place))
        } else {
            Ok(())
        }
    }

    /// The table that changes cannot be masked, so its tagged columns must not be read.
    fn keep_secret(&self, secret: &Flow, place: &Place) -> Followed<()> {
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

fn is_default(ident: &Ident) -> bool {
    ident.quote_style.is_none() && ident.value.eq_ignore_ascii_case("DEFAULT")
}

fn unlimited(place: &Place) -> Refusal {
    let message = "No predicate limits the rows that change.";
    Refusal::new(FindingCode::Destructive, place, message)
}
