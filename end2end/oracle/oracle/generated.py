"""Queries of the generator that the non-interference test uses."""

import json
import os
import subprocess
from pathlib import Path

from .collection import Collection
from .countersign import Query

VARIABLE = "NONINTERFERENCE_PROGRAM"
"""Names the built program."""


def generated(count: int, seed: int, folder: Path) -> Collection | None:
    """So many queries, or `None` without the program; its catalog is put into `folder`."""
    program = os.environ.get(VARIABLE)
    if program is None:
        print(f"without generated queries: {VARIABLE} is not set")
        return None
    catalog = folder / "generated.json"
    catalog.write_bytes(subprocess.check_output([program, "--catalog"]))
    lines = subprocess.check_output([program, "--print", str(count), "--seed", str(seed)])
    queries = [json.loads(line) for line in lines.split(b"\n") if line]
    return Collection("generated", catalog, [Query(str(q["id"]), q["sql"]) for q in queries])
