"""Queries over one catalog, and judging them on all cores."""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from . import countersign
from .analyser import Analyser
from .catalog import Catalog
from .compare import Verdict, compare
from .countersign import Query
from .engine import precompile
from .report import Report

CHUNK = 40
"""So many queries at once go to one process."""


@dataclass(frozen=True)
class Collection:
    name: str
    catalog: Path
    queries: list[Query]


def read(path: Path) -> list[Query]:
    """Queries, one a line as JSON, or as SQL, each with a semicolon at the end of its line."""
    text = path.read_bytes().decode()  # line breaks are part of some queries
    if path.suffix == ".jsonl":
        lines = [json.loads(each) for each in text.split("\n") if each]
        return [Query(str(each["id"]), each["sql"]) for each in lines]
    statements = [each.strip() for each in text.split(";\n")]
    return [Query(f"{path.stem} {n}", each) for n, each in enumerate(statements, 1) if each]


def judge(collection: Collection) -> Report:
    """Asks both about each query."""
    precompile()
    answers = countersign.analyze(collection.catalog, collection.queries)
    pairs = list(zip(collection.queries, answers, strict=True))
    chunks = [pairs[start : start + CHUNK] for start in range(0, len(pairs), CHUNK)]
    # Started anew, not forked: the analyser's engine has threads of its own.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as processes:
        verdicts = processes.map(judge_chunk, repeat(collection.catalog), chunks)
        return Report(collection.name, [each for chunk in verdicts for each in chunk])


def judge_chunk(catalog: Path, pairs: list[tuple[Query, dict[str, Any]]]) -> list[Verdict]:
    return [compare(analyser(catalog), query, ours) for query, ours in pairs]


@cache
def analyser(catalog: Path) -> Analyser:
    """An analyser that knows how the catalog's columns are masked."""
    analyser = Analyser(Catalog.read(catalog))
    analyser.learn_masks(list(whole_tables(catalog, analyser)))
    return analyser


def whole_tables(catalog: Path, analyser: Analyser) -> Iterator[str]:
    """The masked SQL for reading each table as a whole."""
    queries = [Query(name, f"SELECT * FROM `{name}`") for name in analyser.catalog.tables]
    for answer in countersign.analyze(catalog, queries):
        if answer["masked_sql"]:
            yield answer["masked_sql"]
