"""`python -m oracle`: compares Countersign's analysis of SQL with GoogleSQL's own analyser."""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from . import selfcheck
from .collection import Collection, judge, read
from .generated import generated
from .shadows import shadows
from .variants import variants

HERE = Path(__file__).resolve().parent.parent
ANALYSIS = HERE.parent.parent / "server/analysis/tests/data"
LABORATORY = HERE.parent / "noninterference/catalog.json"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="oracle", description=__doc__)
    parser.add_argument("--everything", action="store_true", help="show all of each list")
    parser.add_argument("--generated", type=int, default=500,
                        help="so many random queries of each of the two generators")
    parser.add_argument("--seed", type=int, default=1, help="which random queries")
    parser.add_argument("--queries", type=Path, help="only this file of queries")
    parser.add_argument("--catalog", type=Path, help="the catalog of that file")
    return parser.parse_args()


def collections(options: argparse.Namespace) -> Iterator[Collection]:
    own, analysis = HERE / "catalog.json", ANALYSIS / "catalog.json"
    if options.queries:
        yield Collection(options.queries.name, options.catalog or own, read(options.queries))
        return
    collected, bypass = read(HERE / "queries.sql"), read(ANALYSIS / "bypass.jsonl")
    yield Collection("collected", own, collected)
    yield Collection("collected, wrapped", own, list(variants(collected)))
    yield Collection("bypass", analysis, bypass)
    yield Collection("bypass, wrapped", analysis, list(variants(bypass)))
    yield Collection("shadows", analysis, list(shadows(options.generated, options.seed)))
    yield Collection("generated", LABORATORY, list(generated(options.generated, options.seed)))


def main() -> int:
    options = arguments()
    started = time.monotonic()
    selfcheck.check(HERE / "catalog.json", ANALYSIS / "bypass.jsonl")
    reports = []
    for collection in collections(options):
        report = judge(collection)
        reports.append(report)
        print(*report.details(options.everything), sep="\n")
    print()
    for report in reports:
        print(report.counts())
    print(f"{time.monotonic() - started:.0f} s")
    return 1 if any(report.unsound for report in reports) else 0


if __name__ == "__main__":
    sys.exit(main())
