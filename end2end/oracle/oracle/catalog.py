"""Countersign's catalog, as GoogleSQL's analyser takes it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zetasql.wasi._pb2.zetasql.proto.simple_catalog_pb2 import SimpleCatalogProto
from zetasql.wasi._pb2.zetasql.public import type_pb2
from zetasql.wasi._pb2.zetasql.public.simple_table_pb2 import SimpleColumnProto, SimpleTableProto

from . import value
from .value import Value

TYPES = {"INTEGER": "INT64", "FLOAT64": "DOUBLE", "FLOAT": "DOUBLE", "BOOLEAN": "BOOL"}
"""Names of types that the analyser spells otherwise."""

PSEUDO = {"_PARTITIONTIME": "TIMESTAMP", "_PARTITIONDATE": "DATE"}
"""What tables that are partitioned by their time of ingestion have besides their columns."""


@dataclass
class Column:
    name: str
    type: type_pb2.TypeProto
    value: Value
    pseudo: bool = False


@dataclass
class Table:
    """A table, view or wildcard table."""

    name: str
    columns: list[Column]
    reads: set[str]
    """The tables of the catalog that are read with it, itself among them."""
    indirect: frozenset[str] = frozenset()

    def values(self) -> dict[str, Value]:
        return {column.name: column.value for column in self.columns}


@dataclass
class Catalog:
    project: str
    dataset: str
    tables: dict[str, Table] = field(default_factory=dict)
    views: dict[str, str] = field(default_factory=dict)
    """The views' SQL."""
    tagged: set[str] = field(default_factory=set)
    """The leaf columns that are sensitive."""

    @staticmethod
    def read(path: Path) -> "Catalog":
        content = json.loads(path.read_text())
        catalog = Catalog(content["default_project"], content["default_dataset"])
        for name, table in content["tables"].items():
            columns = [catalog.column(column, name) for column in table["columns"]]
            catalog.tables[name] = Table(name, columns + list(pseudo_columns(name, PSEUDO)), {name})
        catalog.views = {name: view["sql"] for name, view in content.get("views", {}).items()}
        for wildcard in list(catalog.wildcards()):
            catalog.tables[wildcard.name] = wildcard
        return catalog

    def column(self, column: dict[str, Any], path: str) -> Column:
        """A column, or a field of one, with its leaves as sources."""
        path = f"{path}.{column['name']}"
        if fields := column.get("fields"):
            inner = [self.column(each, path) for each in fields]
            kind = type_pb2.TypeProto(type_kind=type_pb2.TYPE_STRUCT)
            for each in inner:
                kind.struct_type.field.add(field_name=each.name, field_type=each.type)
            content = value.struct(each.value for each in inner)
        else:
            kind = simple_type(column["type"])
            content = Value(frozenset([path]))
        if column.get("tag", "public") != "public":
            self.tagged |= content.leaves
        if column.get("mode") == "REPEATED":
            element = kind
            kind = type_pb2.TypeProto(type_kind=type_pb2.TYPE_ARRAY)
            kind.array_type.element_type.CopyFrom(element)
            content = value.array(content)
        return Column(column["name"], kind, content)

    def wildcards(self) -> Iterator[Table]:
        """A wildcard table for each beginning of names whose tables have the same columns."""
        names = list(self.tables)
        beginnings = {n[:end] for n in names for end in range(n.rindex(".") + 2, len(n) + 1)}
        for beginning in sorted(beginnings):
            members = [self.tables[name] for name in names if name.startswith(beginning)]
            if len(set(map(shape, members))) == 1:
                yield self.wildcard(f"{beginning}*", members)

    def wildcard(self, name: str, members: list[Table]) -> Table:
        """Its sources bear its own name; one is sensitive if it is in any of the members."""
        for member in members:
            sensitive = {leaf for leaf in self.tagged if leaf.startswith(f"{member.name}.")}
            self.tagged |= {f"{name}{leaf.removeprefix(member.name)}" for leaf in sensitive}
        first = members[0]
        columns = [
            Column(c.name, c.type, renamed(c.value, first.name, name))
            for c in first.columns
            if not c.pseudo
        ]
        columns += pseudo_columns(name, {"_TABLE_SUFFIX": "STRING"})
        return Table(name, columns, {name})

    def message(self) -> SimpleCatalogProto:
        """The catalog with each table by every name that BigQuery lets a query use."""
        root = SimpleCatalogProto(name="catalog")
        for table in self.tables.values():
            for path in self.paths(table.name):
                add(root, path, table)
        return root

    def paths(self, name: str) -> Iterator[list[str]]:
        """Backquotes may enclose several parts of a name, which the analyser takes as one."""
        project, dataset, table = name.split(".")
        yield [project, dataset, table]
        yield [project, f"{dataset}.{table}"]
        yield [f"{project}.{dataset}", table]
        yield [name]
        if project == self.project:
            yield [dataset, table]
            yield [f"{dataset}.{table}"]
            if dataset == self.dataset:
                yield [table]


def add(catalog: SimpleCatalogProto, path: list[str], table: Table) -> None:
    for part in path[:-1]:
        inner = next((each for each in catalog.catalog if each.name == part), None)
        catalog = inner or catalog.catalog.add(name=part)
    columns = [
        SimpleColumnProto(name=each.name, type=each.type, is_pseudo_column=each.pseudo,
                          is_writable_column=True)
        for each in table.columns
    ]
    catalog.table.append(SimpleTableProto(name=table.name, name_in_catalog=path[-1],
                                          column=columns, allow_duplicate_column_names=True,
                                          allow_anonymous_column_name=True))


def simple_type(name: str) -> type_pb2.TypeProto:
    kind = type_pb2.TypeKind.Value(f"TYPE_{TYPES.get(name, name)}")
    return type_pb2.TypeProto(type_kind=kind)


def pseudo_columns(table: str, columns: dict[str, str]) -> Iterator[Column]:
    for name, kind in columns.items():
        yield Column(name, simple_type(kind), Value(frozenset([f"{table}.{name}"])), pseudo=True)


def shape(table: Table) -> tuple:
    return tuple((column.name, column.type.SerializeToString()) for column in table.columns)


def renamed(content: Value, old: str, new: str) -> Value:
    return content.each_part(
        lambda leaves: frozenset(f"{new}{leaf.removeprefix(old)}" for leaf in leaves)
    )
