"""The messages of JT/T 808 by number, those of JT/T 1078 and of the Jiangsu annex by name only.

Source: JT/T 808-2019, annex B; JT/T 1078-2016, annex A; T/JSATL 12-2017 for the files of alarms.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

__all__ = ["MessageType", "messages"]


@dataclass(frozen=True, slots=True)
class MessageType:
    """One row of messages.csv.

    `sender`: terminal or platform. `kind`: data, notice, request, command, reply. `answer`: number of the message that
    answers it, "" for none. `edition`: the first year of JT/T 808 that has it, 1078, or JSATL12.
    """

    code: str
    label: str
    sender: str
    kind: str
    answer: str
    edition: str


@cache
def messages() -> dict[int, MessageType]:
    """All known messages by number.

    Source: as the module.
    """
    with resources.files(__package__).joinpath("messages.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["code"], 16): MessageType(**row) for row in csv.DictReader(file)}
