"""What a value is made of: the leaf columns that flow into it, and its fields or elements.

As precise as the resolved tree allows, so that a source that is named here is truly one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Value:
    """`leaves` has everything that flows into any part of the value."""

    leaves: frozenset[str] = frozenset()
    fields: tuple["Value", ...] | None = None
    element: "Value | None" = None

    def field(self, index: int) -> "Value":
        return self.fields[index] if self.fields else Value(self.leaves)

    def item(self) -> "Value":
        """One element of an array."""
        return self.element or Value(self.leaves)

    def with_leaves(self, more: frozenset[str]) -> "Value":
        """The same value, into each part of which `more` flows too."""
        if more <= self.leaves and not self.fields and not self.element:
            return self
        return self.each_part(lambda leaves: leaves | more)

    def each_part(self, change: Callable[[frozenset[str]], frozenset[str]]) -> "Value":
        return Value(
            change(self.leaves),
            self.fields and tuple(field.each_part(change) for field in self.fields),
            self.element and self.element.each_part(change),
        )


NOTHING = Value()


def struct(fields: Iterable[Value]) -> Value:
    fields = tuple(fields)
    return Value(union(fields), fields)


def array(element: Value) -> Value:
    return Value(element.leaves, element=element)


def union(values: Iterable[Value]) -> frozenset[str]:
    return frozenset().union(*(value.leaves for value in values))


def one_of(values: Iterable[Value]) -> Value:
    """A value that is one of these; parts that all of them have stay apart."""
    values = [value for value in values if value.leaves]
    if len(values) <= 1:
        return values[0] if values else NOTHING
    leaves = union(values)
    fields = [value.fields for value in values]
    if all(fields) and len({len(each) for each in fields}) == 1:
        return Value(leaves, tuple(map(one_of, zip(*fields))))
    elements = [value.element for value in values]
    return Value(leaves, element=one_of(elements) if all(elements) else None)
