"""Random queries in which the same few names stand for tables, columns, aliases and fields.

Which thing a name means is where an analysis goes wrong unseen: a range variable hides a column,
a common table expression a table, an inner scope an outer one. Many of these queries are not
legal; those that only Countersign understands show up as such in the report.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from .countersign import Query

NAMES = ["customers", "orders", "events", "ssn", "id", "country", "user", "emails", "c", "x"]

SCALARS = ["id", "name", "email", "ssn", "country"]

TABLES = {
    "customers": SCALARS,
    "orders": ["id", "customer_id", "amount"],
    "events": ["event_id", "user_id", "device", "user", "emails", "params"],
}

FIELDS = {
    "device": ["os", "ip"],
    "user": ["email", "phone", "address"],
    "params": ["key", "value"],
}
"""Fields of columns; a name that only sometimes is such a column gets them all the same."""

ARRAYS = ["emails", "params"]


@dataclass
class Relation:
    """Something in `FROM`, or a common table expression."""

    name: str
    columns: list[str]


@dataclass
class Text:
    """A query and the names of its columns."""

    sql: str
    columns: list[str]


def shadows(count: int, seed: int) -> Iterator[Query]:
    """So many different queries, the same for the same seed."""
    source = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < count:
        sql = Shadows(source).query(source.choice((1, 2, 2, 3)), [], []).sql
        if len(sql) < 500 and sql not in seen:
            seen.add(sql)
            yield Query(f"shadow {seed}-{len(seen)}", sql)


class Shadows:
    def __init__(self, source: random.Random) -> None:
        self.random = source

    def likely(self, percent: int) -> bool:
        return self.random.randrange(100) < percent

    def name(self) -> str:
        return self.random.choice(NAMES)

    def query(self, depth: int, ctes: list[Relation], outer: list[Relation]) -> Text:
        ctes, with_ = list(ctes), ""
        if depth > 1 and self.likely(35):
            with_ = f"WITH {', '.join(self.definitions(depth, ctes, outer))} "
        body = self.select(depth, ctes, outer)
        if depth > 1 and self.likely(12):
            width = len(body.columns)
            other = ", ".join(["NULL"] * (width - 1) + ["ssn"])
            body.sql += f" UNION ALL SELECT {other} FROM customers"
        return Text(with_ + body.sql, body.columns)

    def definitions(
        self, depth: int, ctes: list[Relation], outer: list[Relation]
    ) -> Iterator[str]:
        names = self.random.sample(NAMES, self.random.choice((1, 1, 2)))
        for name in names:
            inner = self.query(depth - 1, ctes, outer if self.likely(50) else [])
            ctes.append(Relation(name, inner.columns))
            yield f"{name} AS ({inner.sql})"

    def select(self, depth: int, ctes: list[Relation], outer: list[Relation]) -> Text:
        here: list[Relation] = []
        from_ = [self.item(depth, ctes, here, outer) for _ in range(self.random.choice((1, 1, 2)))]
        scope = here + outer
        columns, items = [], []
        for _ in range(self.random.choice((1, 1, 2))):
            if self.likely(12):
                relation = self.random.choice(here)
                items.append(self.random.choice(("*", f"{relation.name}.*")))
                columns += relation.columns
            else:
                columns.append(self.name())
                items.append(f"{self.expression(depth - 1, ctes, scope)} AS {columns[-1]}")
        sql = f"SELECT {', '.join(items)} FROM {self.joined(from_)}"
        if self.likely(25):
            sql += f" WHERE {self.expression(depth - 1, ctes, scope)} IS NOT NULL"
        if self.likely(8):
            sql += f" ORDER BY {self.expression(depth - 1, ctes, scope)}"
        return Text(sql, columns)

    def joined(self, items: list[str]) -> str:
        sql = items[0]
        for item in items[1:]:
            joins = (f"{sql}, {item}", f"{sql} CROSS JOIN {item}", f"{sql} LEFT JOIN {item} ON TRUE")
            sql = self.random.choice(joins)
        return sql

    def item(
        self, depth: int, ctes: list[Relation], here: list[Relation], outer: list[Relation]
    ) -> str:
        """An item of `FROM`, which joins the relations `here`."""
        alias = self.name()
        if depth > 1 and self.likely(20):
            inner = self.query(depth - 1, ctes, [])
            here.append(Relation(alias, inner.columns))
            return f"({inner.sql}) AS {alias}"
        if (here or outer) and self.likely(30):
            relation, array = self.random.choice(here + outer), self.random.choice(ARRAYS)
            here.append(Relation(alias, FIELDS.get(array, [])))
            path = f"{relation.name}.{array}"
            return f"{path} AS {alias}" if self.likely(50) else f"UNNEST({path}) AS {alias}"
        tables = [Relation(*table) for table in TABLES.items()] + ctes
        table = self.random.choice(tables)
        if self.likely(50):
            here.append(table)
            return table.name
        here.append(Relation(alias, table.columns))
        return f"{table.name} {self.random.choice(('', 'AS '))}{alias}"

    def expression(self, depth: int, ctes: list[Relation], scope: list[Relation]) -> str:
        kind = self.random.randrange(100)
        if depth > 0 and kind < 12:
            return f"({self.query(depth, ctes, scope).sql} LIMIT 1)"
        if depth > 0 and kind < 17:
            return f"ARRAY({self.query(depth, ctes, scope).sql})"
        if depth > 0 and kind < 22:
            return f"EXISTS ({self.query(depth, ctes, scope).sql})"
        if kind < 28:
            return f"TO_JSON_STRING({self.expression(depth - 1, ctes, scope)})"
        if kind < 32:
            return f"STRUCT({self.expression(depth - 1, ctes, scope)} AS {self.name()})"
        if kind < 36:
            return f"ANY_VALUE({self.path(scope)}) OVER (PARTITION BY {self.path(scope)})"
        return self.path(scope)

    def path(self, scope: list[Relation]) -> str:
        relation = self.random.choice(scope)
        kind = self.random.randrange(100)
        if kind < 15:
            return relation.name
        column = self.random.choice(relation.columns or NAMES)
        if kind < 25:
            return self.name()
        if column in FIELDS and kind < 60:
            column += f".{self.random.choice(FIELDS[column])}"
        return column if kind < 45 else f"{relation.name}.{column}"
