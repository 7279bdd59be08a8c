"""The same query wrapped: what it answers with must still be traced to its columns."""

from collections.abc import Iterable, Iterator
from itertools import cycle

from .countersign import Query

WRAPPERS = {
    "CTE": "WITH wrapped AS (\n{}\n) SELECT * FROM wrapped",
    "subquery": "SELECT * FROM (\n{}\n) AS wrapped",
    "row as JSON": "SELECT TO_JSON_STRING(wrapped) AS json FROM (\n{}\n) AS wrapped",
    "struct": "SELECT STRUCT(wrapped AS inner_) AS outer_ FROM (\n{}\n) AS wrapped",
    "array": "SELECT ARRAY(SELECT AS STRUCT * FROM (\n{}\n)) AS rows_",
    "union": "(\n{0}\n) UNION ALL (\n{0}\n)",
    "aggregate": "SELECT ARRAY_AGG(wrapped) AS rows_ FROM (\n{}\n) AS wrapped",
    "existence": "SELECT EXISTS (\n{}\n) AS found",
    "pipe": "FROM (\n{}\n) AS wrapped |> SELECT *",
    "nested CTE": "SELECT * FROM (WITH wrapped AS (\n{}\n) SELECT w.* FROM wrapped AS w)",
}


def variants(queries: Iterable[Query]) -> Iterator[Query]:
    """Each query in one wrapping, by turns."""
    for query, (name, wrapper) in zip(queries, cycle(WRAPPERS.items())):
        yield Query(f"{query.id} as {name}", wrapper.format(query.sql))
