"""Reading a template as a clerk edits it in Word or WPS: what it holds, and every fault in it with its place."""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml.etree import XMLSyntaxError

from anlan.kernel.errors import BadInput, Violation
from anlan.reporting.reports.guard import check_file
from anlan.reporting.reports.vocabulary import WORDS

__all__ = ["TAG", "Paragraph", "check_template", "opened", "paragraphs", "straight", "texts_faults"]

TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_HALF = re.compile(r"\{\{|\{%|\}\}|%\}|｛｛|｝｝|｛%|%｝")
_PREFIX = re.compile(r"^\{%-?\s*(?:tr|tc|p|r)\s+")
_STATEMENT = re.compile(r"^\{%-?\s*(for|endfor|if|elif|else|endif)\b")
_QUOTES = str.maketrans("“”‘’", "\"\"''")
_FREE = frozenset({"期", "区划"})
_INDICATOR = re.compile(r"^[^.．]{1,8}[.．][^.．]+$")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: where it is, in words, and its text with the tags whole."""

    place: str
    text: str


def opened(data: bytes) -> Any:
    """The document.

    Raises:
        BadInput: as guard.check_file.
    """
    check_file(data)
    try:
        return Document(io.BytesIO(data))
    except (KeyError, ValueError, XMLSyntaxError) as error:
        raise BadInput("reporting.template.not_docx") from error


def paragraphs(document: Any) -> Iterator[Paragraph]:
    """Every paragraph of body, tables, headers and footers, in the order in which they are filled in."""
    count = {"p": 0, "t": 0}
    for child in document.element.body.iterchildren():
        if child.tag == qn("w:p"):
            count["p"] += 1
            yield Paragraph(f"第{count['p']}段", _text(child))
        elif child.tag == qn("w:tbl"):
            count["t"] += 1
            for r, row in enumerate(child.iter(qn("w:tr")), start=1):
                for each in row.iter(qn("w:p")):
                    yield Paragraph(f"第{count['t']}个表格第{r}行", _text(each))
    for section in document.sections:
        for name, part in (("页眉", section.header), ("页脚", section.footer)):
            if not part.is_linked_to_previous:
                for each in part.paragraphs:
                    yield Paragraph(name, each.text)


def _text(paragraph: Any) -> str:
    return "".join(node.text or "" for node in paragraph.iter(qn("w:t")))


def check_template(data: bytes, indicators: Sequence[str]) -> list[Violation]:
    """Everything that is wrong with a template; empty where it can be filled in.

    Args:
        indicators: the names of all indicators.
    Raises:
        As `opened`.
    """
    return texts_faults(paragraphs(opened(data)), indicators)


def straight(tag: str) -> str:
    """A tag with the quotes that programs read: Word and WPS make typographic ones while one types."""
    return tag.translate(_QUOTES)


def texts_faults(texts: Iterable[Paragraph], indicators: Sequence[str], loops: Iterable[str] = ()) -> list[Violation]:
    """Everything that is wrong with the tags of texts that are filled in one after the other.

    Args:
        loops: names that a loop around them gives.
    """
    found: list[Violation] = []
    stack: list[tuple[str, str]] = []
    environment = SandboxedEnvironment()
    named = list(loops)
    for paragraph in texts:
        text = paragraph.text
        for half in _HALF.findall(TAG.sub("", text)):
            found.append(_fault("half", paragraph, half))
        for tag in TAG.findall(text):
            found += _tag_faults(environment, paragraph, tag, stack, named, indicators)
    for word, place in stack:
        found.append(Violation("reporting.template.unclosed", {"place": place, "word": word}, "template"))
    return found


def _fault(kind: str, paragraph: Paragraph, tag: str, **facts: str) -> Violation:
    return Violation(f"reporting.template.{kind}", {"place": paragraph.place, "tag": tag[:80], **facts}, "template")


def _tag_faults(
    environment: SandboxedEnvironment, paragraph: Paragraph, tag: str, stack: list[tuple[str, str]], loops: list[str],
    indicators: Sequence[str],
) -> list[Violation]:  # fmt: skip
    # Word makes typographic quotes of plain ones; docxtpl takes them back within tags.
    plain = _PREFIX.sub("{% ", tag).translate(_QUOTES)
    if plain.startswith("{%"):
        match = _STATEMENT.match(plain)
        if match is None:
            return [_fault("statement", paragraph, tag)]
        word = match[1]
        if word in ("endfor", "endif"):
            if not stack or stack[-1][0] != word.removeprefix("end"):
                return [_fault("crossed", paragraph, tag)]
            stack.pop()
            return []
        if word in ("else", "elif") and (not stack or stack[-1][0] not in ("if", "for")):
            return [_fault("crossed", paragraph, tag)]
        if word in ("for", "if"):
            stack.append((word, paragraph.place))
        closing = {"for": "{% endfor %}", "if": "{% endif %}"}
        source = {"else": "", "elif": plain.replace("elif", "if", 1) + "{% endif %}"}.get(word, plain + closing.get(word, ""))
    else:
        source = plain
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError:
        return [_fault("syntax", paragraph, tag)]
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.target, nodes.Name):
            loops.append(loop.target.name)
    return [_fault(kind, paragraph, tag, **facts) for kind, facts in _words_faults(tree, frozenset(loops), indicators)]


def _words_faults(
    tree: nodes.Template, loops: frozenset[str], indicators: Sequence[str]
) -> Iterator[tuple[str, dict[str, str]]]:
    """What no word of the vocabulary is, and names of indicators that do not exist."""
    known = {*WORDS, *_FREE, *loops}
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in known:
            near = difflib.get_close_matches(name.name, sorted(known), 1)
            yield "word", {"word": name.name, "near": near[0] if near else "、".join(WORDS)}
    for attribute in tree.find_all(nodes.Getattr):
        if attribute.attr != "名称":
            yield "word", {"word": attribute.attr, "near": "名称"}
    for kind in (nodes.Filter, nodes.BinExpr, nodes.Getitem, nodes.Concat):
        if next(tree.find_all(kind), None) is not None:
            yield "reckoned", {}
    for output in tree.find_all(nodes.Output):
        if any(isinstance(node, nodes.Const) for node in output.nodes):
            yield "literal", {}
    for call in tree.find_all(nodes.Call):
        for given in call.args[:2] if isinstance(call.node, nodes.Name) and call.node.name in ("占比", "均") else call.args[:1]:
            text = given.value if isinstance(given, nodes.Const) else ""
            if isinstance(text, str) and _INDICATOR.match(text) and text not in indicators:
                near = difflib.get_close_matches(text, list(indicators), 3, 0.5)
                yield "indicator", {"word": text, "near": "、".join(near) or "见“指标查询”"}
