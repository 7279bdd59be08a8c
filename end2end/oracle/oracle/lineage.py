"""Lineage of whole statements, from GoogleSQL's resolved tree."""

import re
from collections.abc import Set
from dataclasses import dataclass, field

from zetasql.wasi._pb2.zetasql.resolved_ast.resolved_ast_enums_pb2 import (
    ResolvedCreateStatementEnums,
)

from . import value
from .catalog import Catalog
from .expressions import Expressions, Unfollowed
from .tree import Node
from .value import NOTHING, Value

KINDS = {
    "QueryStmt": "select", "InsertStmt": "insert", "UpdateStmt": "update",
    "DeleteStmt": "delete", "MergeStmt": "merge", "CreateTableAsSelectStmt": "create_table_as",
    "CreateViewStmt": "create_view", "CreateMaterializedViewStmt": "create_materialized_view",
    "TruncateStmt": "truncate",
}
"""Countersign's names of statements where they are not the analyser's."""

FINER_KINDS = {
    "create_index": {"create_search_index", "create_vector_index"},
    "create_table": {"create_table_clone", "create_table_copy", "create_table_like"},
    "drop_row_access_policy": {"drop_all_row_access_policies"},
}
"""Where Countersign tells statements apart that are of one kind to the analyser."""


def kind_of(statement: Node) -> str:
    if statement.kind == "DropStmt":
        return f"drop_{statement.object_type.lower().replace(' ', '_')}"
    own = re.sub(r"(?<!^)(?=[A-Z])", "_", statement.kind.removesuffix("Stmt")).lower()
    return KINDS.get(statement.kind, own)


def same_kind(ours: str, theirs: str) -> bool:
    return ours == theirs or ours in FINER_KINDS.get(theirs, ())


@dataclass
class Output:
    """A column of a statement's answer."""

    name: str
    type: object
    sources: frozenset[str]


@dataclass
class Facts:
    """What GoogleSQL knows of one statement."""

    kind: str
    reads: set[str]
    writes: set[str] = field(default_factory=set)
    columns: list[Output] | None = None
    """`None` for statements that store values without answering with them."""
    values: list[Value] = field(default_factory=list)
    indirect: frozenset[str] = frozenset()
    stored: frozenset[str] = frozenset()
    """What flows into rows that change, where the statement does not answer with it."""

    def everything(self) -> frozenset[str]:
        """Whatever the statement uses, for whatever."""
        return value.union(self.values) | self.indirect | self.stored


class Lineage(Expressions):
    """Follows one statement; columns have numbers that are unique in it.

    With `masks`, the texts of the expressions that mask a column where its table is read, a
    masked column has no sources, and what decides about a view's rows does not count.
    """

    def __init__(self, catalog: Catalog, masks: Set[str] = frozenset()) -> None:
        super().__init__()
        self.catalog = catalog
        self.masks = masks
        self.stored: set[str] = set()
        self.reads: set[str] = set()
        self.with_entries: dict[str, list[Value]] = {}
        self.recursions: list[list[Value]] = []

    def statement(self, statement: Node) -> Facts:
        kind = kind_of(statement)
        rule = getattr(self, f"statement_{statement.kind}", None)
        if rule is None:
            return Facts(kind, set())
        facts = rule(statement)
        facts.kind, facts.reads = kind, self.reads
        facts.indirect, facts.stored = frozenset(self.indirect), frozenset(self.stored)
        return facts

    def answer(self, outputs: list[tuple[str, object]], columns: list[Value], whole: bool) -> Facts:
        """A value table of structs answers with the structs' fields."""
        kind = outputs[0][1]
        if whole and kind.HasField("struct_type"):
            fields = kind.struct_type.field
            outputs = [(each.field_name, each.field_type) for each in fields]
            columns = [columns[0].field(number) for number in range(len(fields))]
        answer = [
            Output(name, kind, content.leaves)
            for (name, kind), content in zip(outputs, columns, strict=True)
        ]
        return Facts("", set(), columns=answer, values=columns)

    def statement_QueryStmt(self, node: Node) -> Facts:
        self.scan(node.query)
        outputs = [(each.name, each.column.type) for each in node.output_column_list]
        columns = [self.columns[each.column.column_id] for each in node.output_column_list]
        return self.answer(outputs, columns, node.is_value_table)

    def statement_CreateTableAsSelectStmt(self, node: Node) -> Facts:
        """A temporary table goes with the session: nothing of the warehouse is written."""
        facts = self.statement_QueryStmt(node)
        if node.create_scope == ResolvedCreateStatementEnums.CREATE_TEMP:
            return facts
        path = list(node.name_path)
        if len(path) == 1:
            path = path[0].split(".")
        start = [self.catalog.project, self.catalog.dataset][: 3 - len(path)]
        facts.writes = {".".join([*start, *path])}
        return facts

    statement_CreateViewStmt = statement_CreateTableAsSelectStmt
    statement_CreateMaterializedViewStmt = statement_CreateTableAsSelectStmt

    def target(self, scan: Node) -> set[str]:
        """The table that a statement changes; it is not read by that alone."""
        reads, self.reads = self.reads, set()
        self.scan(scan)
        writes, self.reads = self.reads, reads
        return writes

    def statement_InsertStmt(self, node: Node) -> Facts:
        writes = self.target(node.table_scan)
        if node.query is None:
            for row in node.row_list:
                self.store(row.value_list)
            return Facts("", set(), writes)
        self.scan(node.query)
        outputs = [(each.name, each.type) for each in node.query_output_column_list]
        columns = [self.columns[each.column_id] for each in node.query_output_column_list]
        facts = self.answer(outputs, columns, whole=False)
        facts.writes = writes
        return facts

    def statement_UpdateStmt(self, node: Node) -> Facts:
        facts = Facts("", set(), self.target(node.table_scan))
        if node.from_scan:
            self.scan(node.from_scan)
        self.decides(node.where_expr)
        self.update(node.update_item_list)
        return facts

    def update(self, items: list[Node]) -> None:
        for item in items:
            if item.set_value is None:
                raise Unfollowed("a nested change")
            self.store([item.set_value])

    def store(self, values: list[Node]) -> None:
        for each in values:
            self.stored |= self.expression(each.value).leaves

    def statement_DeleteStmt(self, node: Node) -> Facts:
        facts = Facts("", set(), self.target(node.table_scan))
        self.decides(node.where_expr)
        return facts

    def statement_MergeStmt(self, node: Node) -> Facts:
        facts = Facts("", set(), self.target(node.table_scan))
        self.scan(node.from_scan)
        self.decides(node.merge_expr)
        for clause in node.when_clause_list:
            self.decides(clause.match_expr)
            self.update(clause.update_item_list)
            if clause.insert_row:
                self.store(clause.insert_row.value_list)
        return facts

    def scan(self, scan: Node) -> list[Value]:
        """Follows a scan; its columns' values, which are bound to their numbers as well."""
        rule = getattr(self, f"scan_{scan.kind}", None)
        if rule is None:
            raise Unfollowed(scan.kind)
        rule(scan)
        return [self.columns[column.column_id] for column in scan.column_list]

    def give(self, columns: list, values: list[Value]) -> None:
        for column, content in zip(columns, values, strict=True):
            self.columns[column.column_id] = content

    def scan_SingleRowScan(self, node: Node) -> None:
        pass

    def scan_TableScan(self, node: Node) -> None:
        table = self.catalog.tables[node.table.name]
        self.reads |= table.reads
        if not self.masks:
            self.indirect |= table.indirect
        self.decides(node.for_system_time_expr)
        values = table.values()
        self.give(node.column_list, [values[column.name] for column in node.column_list])

    def scan_JoinScan(self, node: Node) -> None:
        self.scan(node.left_scan)
        self.scan(node.right_scan)
        self.decides(node.join_expr)

    def scan_ArrayScan(self, node: Node) -> None:
        if node.input_scan:
            self.scan(node.input_scan)
        elements = [each.item() for each in self.all(node.array_expr_list)]
        self.give(node.element_column_list, elements)
        if node.array_offset_column:
            self.columns[node.array_offset_column.column.column_id] = NOTHING
        self.decides(node.join_expr)

    def scan_FilterScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        self.decides(node.filter_expr)

    def scan_ProjectScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        reads_table = is_read(node.input_scan)
        for computed in node.expr_list:
            if self.masks and reads_table and text(computed.expr) in self.masks:
                self.columns[computed.column.column_id] = NOTHING
            else:
                self.bind(computed)

    def scan_BarrierScan(self, node: Node) -> None:
        self.scan(node.input_scan)

    def scan_AssertScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        self.decides(node.condition, node.message)

    def scan_OrderByScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        self.sort(node.order_by_item_list)

    def scan_LimitOffsetScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        self.decides(node.limit, node.offset)

    def scan_SampleScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        self.decides(node.size, *node.partition_by_list)
        if node.weight_column:
            self.columns[node.weight_column.column.column_id] = NOTHING

    def scan_AggregateScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        for key in node.group_by_list:
            self.bind(key)
            # Without aggregates it is DISTINCT, whose columns are all answered with anyway.
            if node.aggregate_list or node.grouping_set_list:
                self.decides(key.expr)
        for computed in node.aggregate_list:
            self.bind(computed)
        for call in node.grouping_call_list:
            self.columns[call.output_column.column_id] = NOTHING

    def scan_AnalyticScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        for group in node.function_group_list:
            if group.partition_by:
                self.decides(*group.partition_by.partition_by_list)
            if group.order_by:
                self.sort(group.order_by.order_by_item_list)
            for computed in group.analytic_function_list:
                self.bind(computed)

    def item(self, item: Node) -> list[Value]:
        """An operand of a set operation, its columns in the operation's order."""
        self.scan(item.scan)
        return [self.columns[column.column_id] for column in item.output_column_list]

    def scan_SetOperationScan(self, node: Node) -> None:
        """What `EXCEPT` leaves tells about its second operand too."""
        items = [self.item(item) for item in node.input_item_list]
        self.give(node.column_list, [value.one_of(each) for each in zip(*items)])

    def scan_WithScan(self, node: Node) -> None:
        for entry in node.with_entry_list:
            self.with_entries[entry.with_query_name] = self.scan(entry.with_subquery)
        self.scan(node.query)

    def scan_WithRefScan(self, node: Node) -> None:
        self.give(node.column_list, self.with_entries[node.with_query_name])

    def scan_RecursiveScan(self, node: Node) -> None:
        """What flows grows with each round, until it stays as it is."""
        if node.recursion_depth_modifier:
            raise Unfollowed("WITH DEPTH")
        current = self.item(node.non_recursive_term)
        while True:
            self.recursions.append(current)
            again = self.item(node.recursive_term)
            self.recursions.pop()
            merged = [value.one_of(each) for each in zip(current, again)]
            if merged == current:
                break
            current = merged
        self.give(node.column_list, current)

    def scan_RecursiveRefScan(self, node: Node) -> None:
        self.give(node.column_list, self.recursions[-1])

    def scan_PivotScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        for key in node.group_by_list:
            self.bind(key)
        self.decides(node.for_expr, *node.pivot_value_list)
        chosen_by = self.expression(node.for_expr).leaves
        values = [each.with_leaves(chosen_by) for each in self.all(node.pivot_expr_list)]
        for each in node.pivot_column_list:
            self.columns[each.column.column_id] = values[each.pivot_expr_index]

    def scan_UnpivotScan(self, node: Node) -> None:
        self.scan(node.input_scan)
        arguments = [self.all(each.column_list) for each in node.unpivot_arg_list]
        self.give(node.value_column_list, [value.one_of(each) for each in zip(*arguments)])
        self.columns[node.label_column.column_id] = NOTHING
        for each in node.projected_input_column_list:
            self.bind(each)


def is_read(scan: Node) -> bool:
    """Whether a scan gives a table's columns as they are stored."""
    return scan.kind == "TableScan" or (scan.kind == "SampleScan" and is_read(scan.input_scan))


def text(expression: Node) -> str:
    """An expression's tree as text, without the numbers of columns and literals."""
    return re.sub(r"(column|float_literal)_id: \d+", "", str(expression.proto()))


def masks_of(node: Node) -> set[str]:
    """The expressions that are computed right where a table is read."""
    found = set().union(*map(masks_of, node.children()))
    if node.kind == "ProjectScan" and is_read(node.input_scan):
        found |= {text(computed.expr) for computed in node.expr_list}
    return found
