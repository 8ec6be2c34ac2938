"""How the ledgers moved since a report was frozen into a package, and by which entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from anlan.kernel import hlc
from anlan.kernel.deadlines import local_time
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import Period
from anlan.platform.journal.held import ends_of
from anlan.platform.journal.models import Head
from anlan.platform.journal.refold import entries_of
from anlan.platform.ledger.history import label_of
from anlan.platform.scope import Scope
from anlan.reporting.queries.report_packages import answered
from anlan.reporting.queries.report_source import LedgerSource
from anlan.reporting.queries.reports import rows_now
from anlan.reporting.reports.figure import Question

__all__ = ["report_differences"]

_SHOWN_CAUSES = 200


def _said(answered: Mapping[str, str]) -> str:
    return answered["compared"] or answered["text"] or "无数据"


def report_differences(scope: Scope, figures: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Every number of a package that the ledgers answer otherwise now, with the entries that moved it.

    Args:
        figures: as package_read gives them.
    Returns:
        [{"id", "name", "label", "text", "then", "now", "added", "removed", "changed", "causes": [{"subject", "title", "what",
        "acts": [{"at", "act"}]}]}]; numbers that stand are absent.
    Raises:
        As LedgerSource; BadInput: "reporting.package.unreadable" for questions that can't be read.
    """
    try:
        source = LedgerSource(scope, str(figures["region"]), _period(figures["span"]), now)
        asked = [(number, _question(number["asked"])) for number in figures["numbers"]]
        rows: Sequence[Sequence[Any]] = figures["rows"]
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput("reporting.package.unreadable") from error
    found = []
    for number, question in asked:
        figure = source.figure(question)
        frozen = {rows[n][0]: rows[n] for n in number["of"]}
        if question in source.asked:
            today = dict(rows_now(scope, source.asked[question]))
        else:
            today = {f"reporting.value/{key}": question.name for key in source.stated.get(question, ())}
        moved = _moved(frozen, today)
        then, today_said = number["answered"], answered(figure)
        if moved or then != today_said:
            found.append({
                "id": number["id"], "name": question.name, "label": figure.label, "text": number.get("text", ""),
                "then": _said(then), "now": _said(today_said), **_counts(moved), "causes": moved[:_SHOWN_CAUSES],
            })  # fmt: skip
    return found


def _question(asked: Mapping[str, Any]) -> Question:
    where = tuple((str(word), tuple(map(str, values))) for word, values in asked["where"])
    return Question(str(asked["name"]), str(asked["region"]), _period(asked["span"]), where, str(asked["compare"]))


def _period(span: Sequence[Any]) -> Period:
    first, last, kind, plan = span
    return Period(date.fromisoformat(first), date.fromisoformat(last), str(kind), bool(plan))


def _counts(moved: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    kinds = [one["what"] for one in moved]
    return {what: kinds.count(what) for what in ("added", "removed", "changed")}


def _moved(frozen: Mapping[str, Sequence[Any]], today: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows that came, went or were written on since, each with what was done to it."""
    stands = ends_of(sorted({*frozen, *today}))
    found = []
    for subject in sorted({*frozen, *today}):
        row = frozen.get(subject)
        what = "added" if row is None else "removed" if subject not in today else ""
        if not what and row is not None and stands.get(subject, (0, "", ""))[1] != row[2]:
            what = "changed"
        if what:
            title = today.get(subject) or (str(row[4]) if row is not None and len(row) > 4 else "")
            since = int(row[1]) if row is not None else 0
            found.append({"subject": subject, "title": title, "what": what, "acts": _acts(subject, since)})
    return found


def _acts(subject: str, since: int) -> list[dict[str, str]]:
    """What was recorded on a subject after so many entries, in words of the history."""
    head = Head.objects.filter(subject=subject).first()
    entries = entries_of(head.sid)[since:] if head else []
    return [
        {
            "at": local_time(hlc.to_datetime(entry.hlc)).strftime("%Y-%m-%d %H:%M"),
            "act": label_of(entry.kind),
        }
        for entry in entries
    ]
