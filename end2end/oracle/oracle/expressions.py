"""Lineage of expressions: which leaf columns flow into a value.

What only decides about rows (filters, orders, groups and windows) goes into `indirect`. A
condition within an expression, as of `CASE` and `IF`, flows into its value.
"""

from collections.abc import Callable

from . import value
from .tree import Node
from .value import NOTHING, Value

SCALAR, ARRAY, EXISTS = 0, 1, 2
"""Kinds of subqueries; all others compare a value with the subquery's column."""

SAME_AS_ARGUMENT = {
    "any_value", "first_value", "last_value", "nth_value", "lead", "lag", "min", "max",
}
"""Functions that answer with one of the values of their first argument, with its parts."""

ELEMENT_OF_ARGUMENT = {
    "$array_at_offset", "$array_at_ordinal", "$safe_array_at_offset", "$safe_array_at_ordinal",
    "$subscript", "array_first", "array_last",
}

ALTERNATIVES = {"coalesce": 0, "ifnull": 0, "if": 1}
"""Functions that answer with one of their arguments, from this one on."""


class Unfollowed(Exception):
    """The oracle has no rule for a node of the tree: it has no opinion on the statement."""


class Expressions:
    """Follows expressions; the columns that they may refer to are in `columns`."""

    def __init__(self) -> None:
        self.columns: dict[int, Value] = {}
        self.indirect: set[str] = set()

    def scan(self, scan: Node) -> list[Value]:
        raise NotImplementedError

    def decides(self, *expressions: Node | None) -> None:
        """Notes expressions that only decide about rows."""
        for each in expressions:
            if each is not None:
                self.indirect |= self.expression(each).leaves

    def bind(self, computed: Node) -> None:
        """Gives a computed column its value."""
        content = self.expression(computed.expr)
        self.columns[computed.column.column_id] = content
        if computed.kind == "DeferredComputedColumn":
            self.columns[computed.side_effect_column.column_id] = Value(content.leaves)

    def sort(self, items: list[Node]) -> None:
        self.decides(*(item.column_ref for item in items))

    def expression(self, node: Node) -> Value:
        rule: Callable[[Node], Value] | None = getattr(self, f"expression_{node.kind}", None)
        if rule is None:
            raise Unfollowed(node.kind)
        return rule(node)

    def all(self, nodes: list[Node]) -> list[Value]:
        return [self.expression(node) for node in nodes]

    def nothing(self, node: Node) -> Value:
        return NOTHING

    expression_Literal = expression_Parameter = nothing
    expression_Constant = expression_SystemVariable = expression_DMLDefault = nothing

    def expression_ColumnRef(self, node: Node) -> Value:
        return self.columns[node.column.column_id]

    def expression_Cast(self, node: Node) -> Value:
        inner = self.expression(node.expr)
        more = value.union(self.expression(each) for each in (node.format, node.time_zone) if each)
        return inner.with_leaves(more)

    def expression_MakeStruct(self, node: Node) -> Value:
        return value.struct(self.all(node.field_list))

    def expression_GetStructField(self, node: Node) -> Value:
        return self.expression(node.expr).field(node.field_idx)

    def expression_GetJsonField(self, node: Node) -> Value:
        return Value(self.expression(node.expr).leaves)

    def expression_WithExpr(self, node: Node) -> Value:
        for assignment in node.assignment_list:
            self.bind(assignment)
        return self.expression(node.expr)

    def expression_FunctionCall(self, node: Node) -> Value:
        if node.generic_argument_list:
            return self.generic_call(node)
        name = node.function.name.removeprefix("ZetaSQL:")
        arguments = self.all(node.argument_list)
        if name in ELEMENT_OF_ARGUMENT:
            return arguments[0].item().with_leaves(value.union(arguments[1:]))
        if name == "$make_array":
            return value.array(value.one_of(arguments))
        if name in ALTERNATIVES:
            start = ALTERNATIVES[name]
            deciding = value.union(arguments[:start])
            return value.one_of(arguments[start:]).with_leaves(deciding)
        return Value(value.union(arguments))

    def generic_call(self, node: Node) -> Value:
        """A call with lambdas: their parameters stand for the elements of the arrays."""
        plain = [each.expr for each in node.generic_argument_list if each.expr]
        lambdas = [each.inline_lambda for each in node.generic_argument_list if each.inline_lambda]
        if len(plain) + len(lambdas) != len(node.generic_argument_list):
            raise Unfollowed("an argument of a call")
        arguments = self.all(plain)
        element = value.one_of(each.item() for each in arguments)
        bodies = []
        for each in lambdas:
            for parameter in each.argument_list:
                self.columns[parameter.column_id] = element
            bodies.append(self.expression(each.body))
        return Value(value.union(arguments + bodies))

    def expression_AggregateFunctionCall(self, node: Node) -> Value:
        if node.having_modifier:
            self.decides(node.having_modifier.having_expr)
        self.sort(node.order_by_item_list)
        self.decides(node.limit, node.where_expr)
        return self.over_rows(node)

    def expression_AnalyticFunctionCall(self, node: Node) -> Value:
        frame = node.window_frame
        for end in (frame.start_expr, frame.end_expr) if frame else ():
            self.decides(end.expression)
        return self.over_rows(node)

    def over_rows(self, node: Node) -> Value:
        """An aggregate or window function."""
        if node.generic_argument_list:
            raise Unfollowed("an argument of an aggregate")
        name = node.function.name.removeprefix("ZetaSQL:")
        arguments = self.all(node.argument_list)
        if name == "array_agg":
            return value.array(arguments[0])
        if name in SAME_AS_ARGUMENT:
            return arguments[0].with_leaves(value.union(arguments[1:]))
        return Value(value.union(arguments))

    def expression_SubqueryExpr(self, node: Node) -> Value:
        columns = self.scan(node.subquery)
        if node.subquery_type == SCALAR:
            return columns[0]
        if node.subquery_type == ARRAY:
            return value.array(columns[0])
        if node.subquery_type == EXISTS:
            return NOTHING
        return Value(value.union([self.expression(node.in_expr), *columns]))
