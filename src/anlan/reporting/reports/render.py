"""Filling in a template: the document, the figures that it prints with their sentences, and what is still blank."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from anlan.kernel.errors import BadInput
from anlan.reporting.reports.appendix import Used, sources_table
from anlan.reporting.reports.figure import FigureSource
from anlan.reporting.reports.fixing import fixed_bytes
from anlan.reporting.reports.marking import settle
from anlan.reporting.reports.reading import Line, line_of
from anlan.reporting.reports.said import OPEN, Said
from anlan.reporting.reports.template import check_template, opened
from anlan.reporting.reports.vocabulary import Vocabulary

__all__ = ["Environment", "Rendered", "Used", "only_said", "report_render"]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A report.

    Attributes:
        data: the .docx; the same template and figures give the same bytes. blanks: what is missing, in words.
        lines: what it says, for a page.
    """

    data: bytes
    used: tuple[Used, ...]
    blanks: tuple[str, ...]
    lines: tuple[Line, ...] = ()


class Environment(SandboxedEnvironment):
    """Prints nothing but what the vocabulary says."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Only the names of places."""
        return attr == "名称"


def only_said(value: Any) -> str:
    """What the vocabulary says, as text; anything else is refused."""
    if not isinstance(value, Said):
        raise BadInput("reporting.template.unsaid", got=str(value)[:40])
    return str(value)


def _escaped(value: Any) -> str:
    return only_said(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def report_render(template: bytes, source: FigureSource, *, appendix: bool = True) -> Rendered:
    """The report that a template makes of what a source answers.

    Args:
        appendix: whether the table of sources stands at its end.
    Raises:
        BadInput: "reporting.template.refused" with every fault; as template.opened; what the vocabulary refuses.
    """
    if faults := check_template(template, source.indicators()):
        raise BadInput("reporting.template.refused", faults)
    words = Vocabulary(source)
    filled = _filled(template, words)
    document = Document(io.BytesIO(filled))
    used: list[Used] = []
    blanks: list[str] = []
    lines: list[Line] = []
    tables: list[Any] = []
    for paragraph in _all(document):
        lines.append(line_of(paragraph, settle(paragraph, words.used, used, blanks), tables))
    if appendix:
        sources_table(document, used)
    out = io.BytesIO()
    document.save(out)
    made = fixed_bytes(out.getvalue())
    _all_settled(made)
    return Rendered(made, tuple(used), tuple(dict.fromkeys(blanks)), tuple(lines))


def _all_settled(data: bytes) -> None:
    """Refuse what is printed where no paragraph of ours is: a footnote's number would stand there without its source."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        for name in packed.namelist():
            if OPEN.encode() in packed.read(name):
                raise BadInput("reporting.template.elsewhere", part=name.rpartition("/")[2])


def _filled(template: bytes, words: Vocabulary) -> bytes:
    opened(template)
    environment = Environment(autoescape=False, finalize=_escaped)
    document = DocxTemplate(io.BytesIO(template))
    try:
        document.render(words.words(), environment, autoescape=False)
        out = io.BytesIO()
        document.save(out)
    except (TemplateError, TypeError, KeyError, ValueError) as error:
        raise BadInput("reporting.template.broken", reason=str(error)[:120]) from error
    return out.getvalue()


def _all(document: Any) -> Iterator[Any]:
    """Every paragraph element of the body, then of headers and footers."""
    yield from document.element.body.iter(qn("w:p"))
    for section in document.sections:
        for part in (section.header, section.footer):
            if not part.is_linked_to_previous:
                yield from part._element.iter(qn("w:p"))
