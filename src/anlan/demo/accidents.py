"""The county's accidents: three of former years, and those of the year at every stage, through the services."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from docx import Document

from anlan.accident.queries import Casualties, loss_yuan
from anlan.accident.services import accidents, reports
from anlan.accident.services.accidents import Pressed
from anlan.demo.firms import FIRST_TOWN, Firm
from anlan.demo.play import Stage
from anlan.demo.times import opening
from anlan.demo.words import words
from anlan.kernel.deadlines import local_date
from anlan.platform import attachments
from anlan.platform.scope import Scope

__all__ = ["accident_extras"]

Extra = tuple[datetime, Callable[[datetime], Any]]
_CLOSED_AFTER = 45


def accident_extras(stage: Stage) -> Iterator[Extra]:
    """What happens beside the plan, each with its moment."""
    for one in words()["accidents"]["one"]:
        occurred = opening(stage.plan.end - timedelta(days=one["days"])) + timedelta(hours=1, minutes=20)
        if one.get("former"):
            yield opening(stage.plan.begin + timedelta(days=20)), _recorded(stage, one, occurred)
        else:
            yield from _followed(stage, one, occurred)


def _firm(stage: Stage, one: dict[str, Any]) -> Firm | None:
    return stage.plan.firms[one["firm"]] if "firm" in one else None


def _town(stage: Stage, one: dict[str, Any]) -> Scope:
    firm = _firm(stage, one)
    return stage.cast.officer(f"town:{firm.town if firm else FIRST_TOWN}", 0)


def _item(stage: Stage, one: dict[str, Any], occurred: datetime, **more: Any) -> reports.ReportInput:
    firm = _firm(stage, one)
    loss = loss_yuan(one["loss_wan"]) if "loss_wan" in one else None
    return reports.ReportInput(
        sector=one["sector"], category=one.get("category", ""), place=one["place"], summary=one["summary"],
        region=firm.region if firm else f"{FIRST_TOWN}000", occurred_at=occurred,
        received_at=occurred + timedelta(minutes=50), learned_at=occurred + timedelta(minutes=10),
        enterprise_id=stage.enterprises[firm.index] if firm else "",
        lon=firm.lon if firm else one.get("lon"), lat=firm.lat if firm else one.get("lat"),
        casualties=Casualties(one.get("deaths", 0), one.get("serious", 0), one.get("minor", 0), loss), **more,
    )  # fmt: skip


def _recorded(stage: Stage, one: dict[str, Any], occurred: datetime) -> Callable[[datetime], Any]:
    def act(at: datetime) -> None:
        texts, day = words()["accidents"], local_date(occurred + timedelta(days=_CLOSED_AFTER))
        found = {"direct_cause": one["summary"], "liability": texts["liability"], "measures": texts["measures"]}
        item = _item(stage, one, occurred, closed_on=day, **found)
        reports.accident_record(scope=_town(stage, one), item=item, now=at)

    return act


def _followed(stage: Stage, one: dict[str, Any], occurred: datetime) -> Iterator[Extra]:
    """The report within the hour, the word to the city, and what the bureau makes of it."""
    held: dict[str, str] = {}
    texts, end = words()["accidents"], one.get("end", "")
    town, squad = _town(stage, one), stage.cast.officer("squad", 0)

    def step(act: Callable[..., str], scope: Scope, **given: Any) -> Callable[[datetime], Any]:
        return lambda at: act(scope=scope, accident_id=held["id"], pressed=Pressed(), now=at, **given)

    def report(at: datetime) -> None:
        held["id"] = reports.accident_report(scope=town, item=_item(stage, one, occurred), now=at)

    def close(at: datetime) -> None:
        paper = attachments.store(_paper(texts["found"], one["summary"]), f"{texts['found']}.docx", scope=squad, now=at)
        nature = {"nature": "other", "note": texts["natural"]} if end == "natural" else {}
        found = {"direct_cause": one["summary"], "indirect_cause": texts["liability"], "liability": texts["liability"]}
        step(accidents.accident_close, squad, files=(paper.sha256,), measures=texts["measures"], **found, **nature)(at)

    yield occurred + timedelta(minutes=55), report
    if end == "false":
        yield occurred + timedelta(hours=3), step(accidents.accident_revoke, squad, kind="false", note=texts["false"])
        return
    yield occurred + timedelta(minutes=100), step(accidents.accident_report_up, town, note=texts["told"])
    if "correct" in one:
        numbers = {"deaths": one["correct"], "serious_injuries": 0}
        changed = step(accidents.accident_correct, town, numbers=numbers, kind="change", note=texts["corrected"])
        yield occurred + timedelta(days=6), changed
    if end:
        yield occurred + timedelta(days=2), step(accidents.accident_investigate, squad, team=texts["team"])
    if end in {"closed", "natural"}:
        yield occurred + timedelta(days=_CLOSED_AFTER), close


def _paper(title: str, text: str) -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_heading(title)
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()
