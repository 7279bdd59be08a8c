"""The oracle tried on what is known: it could otherwise fall silent and pass everything."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

from . import countersign
from .collection import analyser
from .compare import compare
from .countersign import Query
from .engine import Invalid

QUERY = Query(
    "self-check",
    "SELECT c.ssn AS x, o.total FROM customers AS c JOIN orders AS o ON o.customer_id = c.id "
    "WHERE c.country = 'de'",
)


FEWEST_CASES = 85
"""At least so many of the bypass cases have a lineage that the oracle must find."""


def check(catalog: Path, bypass: Path) -> None:
    """Ends the program if the oracle misses what it should see."""
    wrong_answers_are_reported(catalog)
    known_lineages_are_found(bypass)


def wrong_answers_are_reported(catalog: Path) -> None:
    [right] = countersign.analyze(catalog, [QUERY])
    if found := faults(catalog, right):
        raise SystemExit(f"self-check: the right answer is reported: {found}")
    for name, spoil in SPOILT.items():
        wrong = deepcopy(right)
        spoil(wrong, wrong["statements"][0])
        if not faults(catalog, wrong):
            raise SystemExit(f"self-check: this passed unseen: {name}")


def known_lineages_are_found(bypass: Path) -> None:
    """The sources and indirect columns of the bypass cases were written down by hand."""
    catalog = bypass.with_name("catalog.json")
    lines = bypass.read_bytes().decode().split("\n")
    cases = [case for case in map(json.loads, filter(None, lines)) if case["expected"]]
    checked = 0
    for case in cases:
        try:
            facts = analyser(catalog).facts(case["sql"])
        except Invalid:
            continue
        if facts.columns is None:
            continue
        checked += 1
        found = {column.name: short(column.sources) for column in facts.columns}
        if (found, short(facts.indirect)) != (case["expected"], sorted(case["indirect"])):
            raise SystemExit(f"self-check: the oracle's lineage is wrong: {case['sql']}\n{found}")
    if checked < FEWEST_CASES:
        raise SystemExit(f"self-check: only {checked} cases have a lineage")


def short(sources: frozenset[str]) -> list[str]:
    return sorted(source.removeprefix("proj.ds.") for source in sources)


def faults(catalog: Path, answer: dict[str, Any]) -> list[str]:
    return [each.what for each in compare(analyser(catalog), QUERY, answer).unsound]


def column_less(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["columns"].pop()


def renamed(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["columns"][0]["name"] = "ssn"


def source_less(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["columns"][0]["sources"] = []


def table_less(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["reads"].pop()


def filter_less(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["indirect"].remove("shop-prod.sales.customers.country")


def other_kind(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    statement["kind"] = "insert"


def no_statement(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    answer["statements"] = []


def unmasked(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    answer["masked_sql"] = QUERY.sql


def broken(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    answer["masked_sql"] = "SELECT c.ssn AS x, o.total FROM"


def other_columns(answer: dict[str, Any], statement: dict[str, Any]) -> None:
    answer["masked_sql"] = "SELECT '' AS x, 1 AS total"


SPOILT: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    "a column is missing": column_less,
    "a column is called otherwise": renamed,
    "a source is missing": source_less,
    "a table is missing": table_less,
    "a filter is missing": filter_less,
    "the kind is another": other_kind,
    "there is no statement": no_statement,
    "the masked SQL masks nothing": unmasked,
    "the masked SQL is not legal": broken,
    "the masked SQL answers with other types": other_columns,
}
