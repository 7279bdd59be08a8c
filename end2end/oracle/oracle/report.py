"""What a person reads after a run."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .compare import Difference, Verdict

SHOWN = 5
"""At most so many entries of a list that is no failure."""

WIDTH = 300
"""Such an entry is cut at so many characters."""



@dataclass
class Report:
    """The verdicts on one collection of queries."""

    name: str
    verdicts: list[Verdict]

    @property
    def unsound(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if verdict.unsound]

    def counts(self) -> str:
        every = self.verdicts
        valid = [v for v in every if not v.invalid and not v.unfollowed]
        understood = [v for v in valid if v.understood]
        figures = {
            "queries": len(every),
            "valid in GoogleSQL": len(valid),
            "understood": len(understood),
            "agreeing": sum(v.agrees for v in every),
            "unsound": len(self.unsound),
            "imprecise": sum(bool(v.imprecise) for v in understood),
            "understood though invalid": sum(bool(v.invalid) and v.understood for v in every),
            "not followed by the oracle": sum(v.unfollowed is not None for v in every),
        }
        return f"{self.name}: " + ", ".join(f"{count} {what}" for what, count in figures.items())

    def details(self, everything: bool) -> Iterable[str]:
        for verdict in self.unsound:
            yield f"\nUNSOUND {verdict.query.id}: {verdict.query.sql}"
            yield from map(line, verdict.unsound)
        limit = None if everything else SHOWN
        yield from listed("\nNot understood though legal:", self.refused(), limit)
        yield from listed("\nMay run though GoogleSQL refuses it:", self.lenient(), limit)
        yield from listed("\nMore than GoogleSQL sees:", self.imprecise(), limit)

    def refused(self) -> list[str]:
        """Why legal queries are not understood, the most frequent first, each with an example."""
        legal = [v for v in self.verdicts if not v.invalid and not v.understood]
        reasons = Counter(v.ours["not_understood_because"] for v in legal)
        examples = {v.ours["not_understood_because"]: v.query.sql for v in reversed(legal)}
        return [
            f"{count} × {reason} {examples[reason]}" for reason, count in reasons.most_common()
        ]

    def lenient(self) -> list[str]:
        return [
            f"{v.query.sql}\n    {v.invalid}"
            for v in self.verdicts
            if v.invalid and v.understood and v.ours["route"] == "run"
        ]

    def imprecise(self) -> list[str]:
        return [
            "\n".join([v.query.sql, *map(line, v.imprecise)]) for v in self.verdicts if v.imprecise
        ]


def line(difference: Difference) -> str:
    return f"    {difference.what}:\n      ours   {difference.ours}\n      theirs {difference.theirs}"


def listed(title: str, entries: list[str], limit: int | None) -> Iterable[str]:
    if entries:
        yield title
        yield from (f"  {entry[: limit and WIDTH]}" for entry in entries[:limit])
    if limit is not None and len(entries) > limit:
        yield f"  … and {len(entries) - limit} more (--everything shows them)"
