"""`anlan decode`: frames on standard input, one JSON object per line on standard output; no data, no Django."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import BinaryIO

import click

from anlan.cli.output import Answer as Outcome
from anlan.cli.output import command
from anlan.protocols import PROTOCOLS
from anlan.protocols.lines import Answer, read_line

# No frame of any protocol is nearly as long, also in hexadecimal; what a longer line holds beyond it is not kept.
_LONGEST_LINE = 1_000_000


@command("decode", data=False)
@click.argument("protocol", type=click.Choice(sorted(PROTOCOLS)))
def decode_command(protocol: str) -> Outcome | None:
    """Answer each line; a frame that can't be read is an answer too, so the exit code stays 0."""
    answer: Callable[[bytes], Answer] = import_module(PROTOCOLS[protocol]).answer
    out = sys.stdout.buffer
    for line in _lines(sys.stdin.buffer):
        said = answer(read_line(line))
        out.write(json.dumps(said.as_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        # A person or a program at the other end of a pipe waits for its line.
        out.flush()
    return None


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines, each cut off at the longest length."""
    while line := file.readline(_LONGEST_LINE):
        yield line
        while not line.endswith(b"\n") and (line := file.readline(_LONGEST_LINE)):
            pass
