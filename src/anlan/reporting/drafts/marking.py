"""Where the characters of a paragraph of Word stand in its XML, and comments put around some of them.

Runs are cut where a comment begins or ends inside one; nothing else of the clerk's document is touched.

Source: ISO/IEC 29500-1: 17.3.2.25 r, 17.13.4 comments, 17.13.5 revisions.
"""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass, field

from lxml import etree

from anlan.reporting.drafts.docx import BREAKS, HIDDEN, is_stop

__all__ = ["Line", "Marker", "lines_of", "local", "outside"]

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# What may hold the marks of a comment beside its runs.
_HOLDS = frozenset({"p", "ins", "moveTo", "hyperlink", "smartTag", "customXml", "sdtContent", "fldSimple"})


def local(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


@dataclass(slots=True)
class Line:
    """One paragraph: its element, and the elements that say its text, with what they say."""

    element: etree._Element
    atoms: list[tuple[etree._Element, str]] = field(default_factory=list)


def lines_of(root: etree._Element, wanted: Collection[int]) -> dict[int, Line]:
    """The paragraphs of these numbers, counted as `docx.read_docx` counts them.

    Source: house rule.
    """
    found: dict[int, Line] = {}
    open_: list[Line] = []
    hidden = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        name = local(element)
        if event == "start":
            hidden += name in HIDDEN
            if name == "p" and not hidden:
                open_.append(Line(element))
                if count in wanted:
                    found[count] = open_[-1]
                count += 1
            continue
        if name in HIDDEN:
            hidden -= 1
        elif name == "p" and not hidden:
            open_.pop()
        elif open_ and not hidden and (said := _said(name, element)):
            open_[-1].atoms.append((element, said))
    return found


def _said(name: str, element: etree._Element) -> str:
    if name == "t":
        return element.text or ""
    return BREAKS[name] if name in BREAKS and not (name == "tab" and is_stop(element)) else ""


def outside(element: etree._Element) -> etree._Element:
    """The nearest element around this one beside which a comment's marks may stand: outside text boxes, formulas, ruby."""
    at = element
    while (box := next((a for a in at.iterancestors() if local(a) == "txbxContent"), None)) is not None:
        at = box
    while (above := at.getparent()) is not None and not (local(above) in _HOLDS and _is_word(above)):
        at = above
    return at


def _is_word(element: etree._Element) -> bool:
    return "wordprocessingml" in str(element.tag)


@dataclass(slots=True)
class Marker:
    """Puts comments into one document; `space` is its namespace, `number` the id of the next comment."""

    space: str
    number: int

    def _made(self, name: str) -> etree._Element:
        return etree.Element(f"{{{self.space}}}{name}")

    def begin(self, line: Line, at: int) -> etree._Element:
        """The element before which a comment begins whose first character is the one at `at`."""
        return self._cut(line, at)[0]

    def finish(self, line: Line, at: int) -> etree._Element:
        """The element after which a comment ends whose last character is the one before `at`."""
        self._cut(line, at)
        passed, last = 0, line.element
        for element, said in line.atoms:
            if passed >= at:
                break
            last, passed = element, passed + len(said)
        return outside(last)

    def _cut(self, line: Line, at: int) -> tuple[etree._Element, bool]:
        """Make a run begin at this character, where a run can be cut; what begins there or holds it, and whether it does."""
        passed = 0
        for place, (element, said) in enumerate(line.atoms):
            if passed + len(said) <= at:
                passed += len(said)
                continue
            host = outside(element)
            if element.getparent() is not host or local(host) != "r":
                return host, False
            if at > passed:
                element = self._split_text(line, place, at - passed)
            return self._split_run(host, element), True
        return (outside(line.atoms[-1][0]), False) if line.atoms else (line.element, False)

    def _split_text(self, line: Line, place: int, after: int) -> etree._Element:
        element, said = line.atoms[place]
        rest = copy.copy(element)
        element.text, rest.text = said[:after], said[after:]
        for each in (element, rest):
            each.set(_SPACE, "preserve")
        element.addnext(rest)
        line.atoms[place : place + 1] = [(element, said[:after]), (rest, said[after:])]
        return rest

    def _split_run(self, run: etree._Element, first: etree._Element) -> etree._Element:
        """The run that begins with `first`: this one, or a new one after it with the same format."""
        before = [e for e in first.itersiblings(preceding=True) if local(e) != "rPr"]
        if not before:
            return run
        after = self._made("r")
        for key, value in run.attrib.items():
            after.set(key, value)
        form = next((e for e in run if local(e) == "rPr"), None)
        if form is not None:
            after.append(copy.deepcopy(form))
        for element in [first, *first.itersiblings()]:
            after.append(element)
        run.addnext(after)
        return after

    def put(self, first: etree._Element, last: etree._Element) -> int:
        """Anchor the next comment from before `first` to after `last`; its id."""
        number = self.number
        self.number += 1
        start, end, run, mark = (
            self._made(n) for n in ("commentRangeStart", "commentRangeEnd", "r", "commentReference")
        )
        for each in (start, end, mark):
            each.set(f"{{{self.space}}}id", str(number))
        run.append(mark)
        first.addprevious(start)
        last.addnext(end)
        end.addnext(run)
        return number
