"""A rule run over stored readings: what it would have said, and the spans in which its alarm would have stood. Pure.

Times are epoch ms, values in the channel's unit.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from anlan.sensing.rules.device import VALID_FLAGS, covered
from anlan.sensing.rules.judging import JudgeState, outlast, settle, step
from anlan.sensing.rules.rule import BY_TIME, RuleVersion
from anlan.sensing.store.days import Series
from anlan.sensing.store.packing import flag_code

__all__ = ["signals", "silences", "spans"]

_VALID = {flag_code(flag) for flag in VALID_FLAGS}


def signals(
    spec: RuleVersion, series: Series, first: int, last: int, windows: Collection[tuple[int, int]] = ()
) -> list[tuple[str, int, float]]:
    """(what, at, value) of every signal that the rule gives over these readings; `first`, `last`: the span looked at.

    What began in one of the maintenance windows (from, to) and outlasts it opens a second time when that is over.
    """
    valid = [
        (at, value)
        for at, value, flag in zip(series.at.tolist(), series.value.tolist(), series.flag.tolist(), strict=True)
        if value == value and flag in _VALID
    ]
    if spec.kind in BY_TIME:
        return silences(spec, [at for at, _ in valid], first, last)
    state, found = JudgeState(), []
    for at, value in valid:
        if signal := outlast(state, step(spec, state, at, value), at, value, covered(windows, at)):
            found.append((signal.what, at, value))
    return found


def silences(spec: RuleVersion, heard: Sequence[int], first: int, last: int) -> list[tuple[str, int, float]]:
    """A silence is said when it has lasted as long as the rule allows, and over when somebody is heard."""
    state, found, allowed = JudgeState(), [], spec.window_s * 1000
    for before, after in zip([first, *heard], [*heard, last], strict=True):
        if after - before > allowed:
            for at, raw in ((before + allowed, True), (after, after == last)):
                if signal := settle(spec, state, at, 0.0, raw):
                    found.append((signal.what, signal.at, 0.0))
    return found


def spans(said: Sequence[tuple[str, int, float]]) -> list[tuple[int, int | None, float]]:
    """(from, until, value at the beginning) of every alarm among signals; until None: it still stands at their end."""
    found: list[tuple[int, int | None, float]] = []
    standing: tuple[int, float] | None = None
    for what, at, value in said:
        if what == "opened":
            if standing is not None:
                found.append((standing[0], at, standing[1]))
            standing = (at, value)
        elif what == "cleared" and standing is not None:
            found.append((standing[0], at, standing[1]))
            standing = None
    if standing is not None:
        found.append((standing[0], None, standing[1]))
    return found
