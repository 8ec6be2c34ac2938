"""The answers of a self-check as they go into an entry: facts in `data`, words and photos in `text`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from anlan.inspection.models import SelfCheck
from anlan.inspection.queries import self_checks as views
from anlan.inspection.services.drafting import photo_facts, said

__all__ = ["SelfAnswer", "answer_entry", "copied_answers"]


@dataclass(frozen=True, slots=True)
class SelfAnswer:
    """One answer; `result` "" takes an own item away.

    Attributes:
        result: "pass", "na", "mended" (on the spot) or "hazard" (reported). note, place: what is wrong and where.
        major: "yes" or "no" where the item names a criterion of major hazards.
        measure, planned_on: how and by when a reported hazard will be mended. before, after: hashes of stored photos.
    """

    key: str
    result: str
    note: str = ""
    place: str = ""
    major: str = ""
    measure: str = ""
    planned_on: date | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def answer_entry(answers: Sequence[SelfAnswer], hazards: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, text) of an entry with these answers.

    Args:
        hazards: id of the hazard that an item had become already, by item key ("" for none).
    Raises:
        BadInput: "inspection.photo.not_image".
    """
    photo_facts(p for a in answers for p in (*a.before, *a.after))
    data: dict[str, Any] = {}
    words: dict[str, Any] = {}
    for answer in answers:
        if not answer.result:
            data[answer.key] = None
            continue
        problem, hazard = answer.result in {"mended", "hazard"}, answer.result == "hazard"
        facts = {
            "result": answer.result,
            "major": answer.major if problem else "",
            "planned_on": answer.planned_on.isoformat() if hazard and answer.planned_on else None,
            "hazard_ref": hazards.get(answer.key, "") if hazard else "",
        }
        data[answer.key] = {name: value for name, value in facts.items() if value}
        if problem:
            photos = {"before": list(dict.fromkeys(answer.before)), "after": list(dict.fromkeys(answer.after))}
            texts = said(note=answer.note, place=answer.place, measure=answer.measure if hazard else "")
            words[answer.key] = texts | {stage: shas for stage, shas in photos.items() if shas}
    return {"items": data}, _text(words)


def _text(words: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    photos = list(dict.fromkeys(s for w in words.values() for stage in ("before", "after") for s in w.get(stage, ())))
    text: dict[str, Any] = {"items": {key: said_ for key, said_ in words.items() if said_}}
    return (text if text["items"] else {}) | ({"photos": photos} if photos else {})


def copied_answers(old: SelfCheck) -> tuple[dict[str, Any], dict[str, Any]]:
    """(items, text) with which the correction of a report begins."""
    answers, hazards = [], {}
    for line in views.self_check_sheet(old):
        if line.result:
            names = ("key", "result", "note", "place", "major", "measure", "planned_on", "before", "after")
            answers.append(SelfAnswer(**{name: getattr(line, name) for name in names}))
            hazards[line.key] = line.hazard_ref
    data, text = answer_entry(answers, hazards)
    return data["items"], text
