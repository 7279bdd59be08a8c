"""The program under test."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Query:
    id: str
    sql: str


def program() -> Path:
    """`COUNTERSIGN_PROGRAM` names it."""
    try:
        return Path(os.environ["COUNTERSIGN_PROGRAM"])
    except KeyError:
        raise SystemExit("set COUNTERSIGN_PROGRAM to the built program `countersign`") from None


def analyze(catalog: Path, queries: list[Query]) -> list[dict[str, Any]]:
    """What `countersign analyze --jsonl` answers, in the order of the queries."""
    asked = "".join(json.dumps({"id": q.id, "sql": q.sql}) + "\n" for q in queries)
    answer = subprocess.run(
        [program(), "analyze", "--catalog", catalog, "--jsonl"],
        input=asked.encode(), stdout=subprocess.PIPE, check=True,
    )
    answers = [json.loads(line) for line in answer.stdout.split(b"\n") if line]
    if [each["id"] for each in answers] != [query.id for query in queries]:
        raise SystemExit("countersign answered other questions than it was asked")
    return answers
