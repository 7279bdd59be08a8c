"""Queries of the generator that the non-interference test uses."""

import json
import os
import subprocess
from collections.abc import Iterator

from .countersign import Query

VARIABLE = "NONINTERFERENCE_PROGRAM"
"""Names the built program."""


def generated(count: int, seed: int) -> Iterator[Query]:
    """So many queries; none, and a word about it, without the program."""
    program = os.environ.get(VARIABLE)
    if program is None:
        print(f"without generated queries: {VARIABLE} is not set")
        return
    lines = subprocess.check_output([program, "--print", str(count), "--seed", str(seed)])
    for each in map(json.loads, filter(None, lines.split(b"\n"))):
        yield Query(each["id"], each["sql"])
