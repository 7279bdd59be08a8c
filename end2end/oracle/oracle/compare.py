"""One query, judged by both: where do the answers differ?"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .analyser import Analyser
from .countersign import Query
from .engine import Broken, Invalid
from .expressions import Unfollowed
from .lineage import Facts, Output, same_kind


@dataclass
class Difference:
    """Something that GoogleSQL sees and Countersign does not."""

    what: str
    ours: Any
    theirs: Any


@dataclass
class Verdict:
    query: Query
    ours: dict[str, Any]
    invalid: str | None = None
    """GoogleSQL's message, if it refuses the query."""
    unfollowed: str | None = None
    """What the oracle has no rule for; the lineage was not compared then."""
    unsound: list[Difference] = field(default_factory=list)
    imprecise: list[Difference] = field(default_factory=list)

    @property
    def understood(self) -> bool:
        return self.ours["understood"]

    @property
    def agrees(self) -> bool:
        return self.understood and not (self.invalid or self.unfollowed or self.unsound)


def compare(analyser: Analyser, query: Query, ours: dict[str, Any]) -> Verdict:
    verdict = Verdict(query, ours)
    try:
        theirs = analyser.facts(query.sql)
    except Invalid as error:
        verdict.invalid = str(error)
    except (Unfollowed, Broken) as error:
        verdict.unfollowed = str(error)
    else:
        if verdict.understood:
            compare_facts(verdict, theirs)
            verdict.unsound += masked_differences(analyser, ours["masked_sql"], theirs)
    return verdict


def compare_facts(verdict: Verdict, theirs: Facts) -> None:
    statements = verdict.ours["statements"]
    if len(statements) != 1:
        verdict.unsound.append(Difference("statements", len(statements), 1))
        return
    [statement] = statements
    if not same_kind(statement["kind"], theirs.kind):
        verdict.unsound.append(Difference("kind", statement["kind"], theirs.kind))
        return
    for what, seen in (("reads", theirs.reads), ("writes", theirs.writes)):
        sets(verdict, what, set(statement[what]), seen)
    columns(verdict, statement["columns"], theirs.columns)
    sets(verdict, "indirect", set(statement["indirect"]), set(theirs.indirect))


def sets(verdict: Verdict, what: str, ours: set[str], theirs: set[str]) -> None:
    if theirs - ours:
        verdict.unsound.append(Difference(what, sorted(ours), sorted(theirs)))
    elif ours - theirs:
        verdict.imprecise.append(Difference(what, sorted(ours), sorted(theirs)))


def columns(verdict: Verdict, ours: list[dict[str, Any]], theirs: list[Output] | None) -> None:
    if theirs is None:
        return
    names = [column["name"] for column in ours]
    expected = list(bigquery_names(theirs))
    if names != expected:
        verdict.unsound.append(Difference("column names", names, expected))
        if len(names) != len(expected):
            return
    for column, output in zip(ours, theirs, strict=True):
        what = f"sources of `{column['name']}`"
        sets(verdict, what, set(column["sources"]), set(output.sources))


def bigquery_names(outputs: list[Output]) -> Iterator[str]:
    """BigQuery numbers the columns that have no name."""
    unnamed = 0
    for output in outputs:
        if output.name and not output.name.startswith("$"):
            yield output.name
        else:
            yield f"f{unnamed}_"
            unnamed += 1


def masked_differences(analyser: Analyser, masked: str | None, asked: Facts) -> Iterator[Difference]:
    """The masked SQL must be legal, of the same kind, with the same names and types."""
    if masked is None:
        return
    try:
        facts = analyser.facts(masked, analyser.masks)
    except (Invalid, Unfollowed, Broken) as error:
        yield Difference("masked SQL", masked, str(error))
        return
    if shape(facts) != shape(asked):
        yield Difference("masked SQL's columns", [masked, shape(facts)], shape(asked))
    if raw := facts.everything() & analyser.catalog.tagged:
        yield Difference("masked SQL", masked, f"uses raw {sorted(raw)}")


def shape(facts: Facts) -> tuple[str, list[tuple[str, str]]]:
    return facts.kind, [
        ("" if each.name.startswith("$") else each.name, str(each.type).replace("\n", " "))
        for each in facts.columns or []
    ]
