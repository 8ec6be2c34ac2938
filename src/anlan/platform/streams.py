"""What contexts declare for the event stream: which entries a page may follow live, who may, and what is said of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Topic:
    """Entries of one kind of subject that pages follow.

    Attributes:
        id: the word in `?topics=`.
        kinds: full kinds of entries, all of subjects of the same type; that type's projection decides who sees an event.
        right: what a person needs to follow it.
        payload: (ids of the entries' subjects) -> what is sent of each, JSON values; a subject that is missing is not
            sent. It is called once for all who watch, so it must not hold what only some of them may see.
    """

    id: str
    kinds: tuple[str, ...]
    right: str
    payload: Callable[[Sequence[str]], Mapping[str, Mapping[str, Any]]]

    @property
    def subject(self) -> str:
        """The type of the subjects, `sensing.alarm`."""
        return ".".join(self.kinds[0].split(".")[:2])
