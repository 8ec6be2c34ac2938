"""The declaration of a kind of document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.platform.scope import Scope

COMMON = ("number", "issued_on", "drill")
"""Fields that every template has besides those of its shape."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body whose numbers a document bears; by default the bureau of the server's region.

    Attributes:
        word: what its numbers begin with, 东街应急; "": made from `region`, and from `name` where that is set.
        region: 12-digit code of its place. name: what it is called, where its place alone would not tell it apart.
    """

    word: str = ""
    region: str = ""
    name: str = ""


@dataclass(frozen=True, eq=False)
class Template:
    """One kind of document.

    Attributes:
        id: `inspection.order`: context and word; also the name of the office's own file, `<id>.docx`.
        label: Chinese name, 责令限期整改指令书.
        word: the word of its numbers (文种字), 责改; unique.
        file: our template inside the package, `inspection/templates_docx/order.docx`.
        subjects: subject types it may be about, `inspection.hazard`.
        right: the right to issue it and to record its signing, refusal, service and voiding.
        shape: frozen dataclass of the fields a template may use; values are text, dates, booleans, tuples of such.
        context: (scope, subject, facts, now) -> an instance of `shape`; raises a RuleViolation where the facts do not
            bear such a document. `facts` is what the caller hands over, None for what the records say by themselves.
        by_hand: may be issued with a button and by the API; False: only by its context's own service, with facts.
        issuer: (scope) -> whose numbers the document bears; None: the bureau of the server's region.
        order: place in lists.
        names: (scope, subject, facts) -> the further subjects that the document deals with, as `context` reads the same;
            it is shown with each of them. None: only with what it is about.
        acting: (scope, subject) -> names of the officers of the matter, who can't witness a refusal; None: nobody further
            than who issued it and who records the refusal.
        aside: fields of the shape that say who issues it and to whom; documents about one subject of which all other fields
            are equal are the same matter, and one of them at a time is in force.
    """

    id: str
    label: str
    word: str
    file: str
    subjects: tuple[str, ...]
    right: str
    shape: type
    context: Callable[[Scope, str, Any, datetime], Any]
    by_hand: bool = True
    order: int = 100
    aside: frozenset[str] = frozenset()
    issuer: Callable[[Scope], Issuer] | None = None
    names: Callable[[Scope, str, Any], Sequence[str]] | None = None
    acting: Callable[[Scope, str], Sequence[str]] | None = None
