"""From a template and its fields to the bytes of a .docx; which file counts, and what an edited one asks for that is not there.

The office's own template `<data>/templates/<id>.docx` goes before ours. It is edited by people, so it runs in jinja's
sandbox; values are escaped, and characters that XML does not allow are taken out.
"""

from __future__ import annotations

import dataclasses
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, get_args, get_type_hints

from django.conf import settings
from docx.shared import Pt
from docxtpl import DocxTemplate
from jinja2 import TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from anlan.kernel.deadlines import local_time
from anlan.kernel.errors import BadInput, Unavailable
from anlan.kernel.messages import render as sentence
from anlan.platform.documents.declare import COMMON, Template

# Everything that XML 1.0 does not allow, and the bell and the form feed, which docxtpl takes for its own marks.
_ILLEGAL = re.compile("[\x00-\x08\x07\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_UNREADABLE = (TemplateError, zipfile.BadZipFile, KeyError, ValueError, SyntaxError)


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        value = local_time(value)
    if not isinstance(value, date):
        return ""
    return sentence("platform.document.day", {"year": value.year, "month": value.month, "day": value.day})


def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        return _day(value)
    local = local_time(value)
    return sentence("platform.document.moment", {"day": _day(local), "hour": local.hour, "minute": f"{local:%M}"})


class _Environment(SandboxedEnvironment):
    """Keeps what it compiled: a template changes when the office edits its file, and then its text is another key."""

    def from_string(self, source: Any, globals: Any = None, template_class: Any = None) -> Any:
        """The compiled template of a text."""
        return _compiled(source)


@lru_cache(maxsize=64)
def _compiled(source: str) -> Any:
    return SandboxedEnvironment.from_string(_environment(), source)


@cache
def _environment() -> SandboxedEnvironment:
    environment = _Environment(autoescape=True)
    environment.filters["day"] = _day
    environment.filters["moment"] = _moment
    return environment


def own_file(template: Template) -> Path:
    """Where the office's own version of a template lies, if it has one."""
    return Path(settings.DATA_DIR) / "templates" / f"{template.id}.docx"


def our_bytes(template: Template) -> bytes:
    """The template that came with the product."""
    return resources.files("anlan").joinpath(template.file).read_bytes()


def template_bytes(template: Template) -> bytes:
    """The template in force: the office's own, else ours."""
    own = own_file(template)
    return own.read_bytes() if own.is_file() else our_bytes(template)


def plain(value: Any) -> Any:
    """Values as a template gets them: dataclasses as mappings, texts without characters that a document can't hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, str):
        return _ILLEGAL.sub("", value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


@lru_cache(maxsize=64)
def _patched(source: str) -> str:
    return str(DocxTemplate.patch_xml(DocxTemplate(io.BytesIO()), source))


class _Strict(DocxTemplate):
    """docxtpl repairs what is not well formed by leaving words out; a legal document must rather not be made."""

    def patch_xml(self, src_xml: str) -> str:
        """The text with docxtpl's marks made jinja's; half of the time of a document, and always the same."""
        return _patched(src_xml)

    def build_xml(self, context: Any, jinja_env: Any = None) -> str:
        """The filled-in body, shown to be XML."""
        made: str = super().build_xml(context, jinja_env)
        etree.fromstring(made)
        return made


def fill(template: Template, values: dict[str, Any], *, stamp: str = "") -> bytes:
    """The document: the template in force with `values` filled in.

    Args:
        stamp: a line for the foot of every page, whatever the office's own template holds; "" for none.
    Raises:
        Unavailable: "platform.document.template_broken" for an office's template that can't be filled in.
    """
    try:
        document = _Strict(io.BytesIO(template_bytes(template)))
        if stamp:
            _stamp(document, stamp)
        document.render(plain(values), _environment(), autoescape=True)
        out = io.BytesIO()
        document.save(out)
    except _UNREADABLE as error:
        raise Unavailable(
            "platform.document.template_broken", permanent=True, label=template.label, reason=str(error)[:120]
        ) from error
    return out.getvalue()


def _stamp(document: DocxTemplate, line: str) -> None:
    """Before filling in, because docxtpl puts feet of its own making in place of those it read."""
    document.init_docx()
    for section in document.docx.sections:
        run = section.footer.add_paragraph().add_run(line)
        run.font.size = Pt(7)


def known_fields(template: Template) -> set[str]:
    """Names of every field and part of a field that a template of this kind may use."""
    return {*COMMON, *_names(template.shape)}


def _names(shape: type) -> Iterator[str]:
    hints = get_type_hints(shape)
    for field in dataclasses.fields(shape):
        yield field.name
        for part in (hints[field.name], *get_args(hints[field.name])):
            if isinstance(part, type) and dataclasses.is_dataclass(part):
                yield from _names(part)


def unknown_fields(template: Template, data: bytes) -> list[str]:
    """Fields that an edited template asks for and that do not exist, sorted.

    Raises:
        BadInput: "platform.document.file_unreadable" for a file that is no .docx or whose marks do not close.
    """
    try:
        document = DocxTemplate(io.BytesIO(data))
        document.init_docx()
        sources = [document.patch_xml(document.get_xml())]
        for uri in (document.HEADER_URI, document.FOOTER_URI):
            sources += [
                document.patch_xml(document.get_part_xml(part)) for _, part in document.get_headers_footers(uri)
            ]
        asked = {name for source in sources for name in _asked(_environment().parse(source))}
    except _UNREADABLE as error:
        raise BadInput("platform.document.file_unreadable", reason=str(error)[:120]) from error
    return sorted(asked - known_fields(template))


def _asked(tree: nodes.Template) -> Iterable[str]:
    """Names and attributes that are read, without those the template sets itself."""
    own = {"loop"} | {n.name for n in tree.find_all(nodes.Name) if n.ctx == "store"}
    yield from (n.name for n in tree.find_all(nodes.Name) if n.ctx == "load" and n.name not in own)
    for part in tree.find_all(nodes.Getattr):
        if not (isinstance(part.node, nodes.Name) and part.node.name == "loop"):
            yield part.attr
