"""What is asked or known already when a round is opened: indicators of the ledgers, questions of other rounds."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.kernel.periods import Period
from anlan.platform.catalogue import CATALOGUE
from anlan.reporting.models import Round, RoundItem

__all__ = ["asked_elsewhere", "indicator_words_known", "round_twin"]


def indicator_words_known() -> dict[str, str]:
    """What the ledgers' indicators are called, by id, name and label -> id."""
    return {word: each.id for each in CATALOGUE.indicators.values() for word in (each.id, each.name, each.label)}


def asked_elsewhere(region: str, period: Period, names: Iterable[str]) -> dict[str, str]:
    """Which of these lines another round of the region asks for the same period -> what it is called."""
    rows = RoundItem._default_manager.filter(
        name__in=list(names), indicator="", parent__region=region, parent__first_on=period.first,
        parent__last_on=period.last, parent__drill=0,
    )  # fmt: skip
    return dict(rows.values_list("name", "parent__title"))


def round_twin(region: str, title: str, period: Period) -> bool:
    """Whether a round of this title and period is open in the region."""
    rows = Round._default_manager.filter(region=region, title=title, first_on=period.first, last_on=period.last, drill=0)
    return rows.filter(state="open").exists()
