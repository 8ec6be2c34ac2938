"""Reading the form of a self-check: answers with their photos, and what was typed where it was refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest

from anlan.inspection.queries.self_checks import SelfLine
from anlan.inspection.screens.forms import read_day, read_photos
from anlan.inspection.services.self_checks import SelfAnswer

__all__ = ["read_answers", "typed_lines"]

_TEXTS = ("note", "place", "major", "measure")
_RESULTS = frozenset({"pass", "na", "mended", "hazard"})


def read_answers(request: HttpRequest, sheet: Sequence[SelfLine], rest_passes: bool) -> list[SelfAnswer]:
    """The answers where the form says something new; with `rest_passes` unanswered items of the checklist pass.

    Raises:
        BadInput: "kernel.text.not_a_date", "platform.attachment.*", "inspection.photos.too_many".
    """
    found = []
    for line in sheet:
        result = request.POST.get(f"result-{line.key}", "")
        if line.own and result in {"", "none"}:
            if line.result:
                found.append(SelfAnswer(line.key, ""))
            continue
        if result not in _RESULTS:
            if rest_passes and not line.result:
                found.append(SelfAnswer(line.key, "pass"))
            continue
        answer = _answer(request, line.key, result)
        if not _same(answer, line):
            found.append(answer)
    return found


def _answer(request: HttpRequest, key: str, result: str) -> SelfAnswer:
    if result not in {"mended", "hazard"}:
        return SelfAnswer(key, result)
    texts = {name: request.POST.get(f"{name}-{key}", "").strip() for name in _TEXTS}
    hazard = result == "hazard"
    return SelfAnswer(
        key, result, **texts | ({} if hazard else {"measure": ""}),
        planned_on=read_day(request, f"planned_on-{key}") if hazard else None,
        before=read_photos(request, f"before-{key}", f"drop-{key}"),
        after=() if hazard else read_photos(request, f"after-{key}", f"drop-{key}"),
    )  # fmt: skip


def _same(answer: SelfAnswer, line: SelfLine) -> bool:
    names = ("result", *_TEXTS, "planned_on", "before", "after")
    return all(_value(getattr(answer, name)) == _value(getattr(line, name)) for name in names)


def _value(value: Any) -> Any:
    return frozenset(value) if isinstance(value, tuple) else value


def typed_lines(
    sheet: Sequence[SelfLine],
    request: HttpRequest | None,
    errors: Mapping[str, Sequence[str]],
    answers: Sequence[SelfAnswer] = (),
) -> list[dict[str, Any]]:
    """The lines for the page: what is held, or what was typed on the refused form, with the errors of each.

    Args:
        answers: as they were read; photos of a refused form are stored already and stay on it.
    """
    lines, read = [], {answer.key: answer for answer in answers}
    for line in sheet:
        shown: dict[str, Any] = {name: getattr(line, name) for name in ("result", *_TEXTS, "before", "after")}
        shown["planned_on"] = line.planned_on.isoformat() if line.planned_on else ""
        if request is not None:
            shown |= {
                name: request.POST.get(f"{name}-{line.key}", shown[name]) for name in ("result", *_TEXTS, "planned_on")
            }
        if line.key in read:
            shown |= {"before": read[line.key].before, "after": read[line.key].after}
        lines.append({"item": line, "errors": errors.get(line.key, [])} | shown)
    return lines
