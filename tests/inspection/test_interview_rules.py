"""Whom to interview: each threshold alone, the gravest reason first, dated."""

from __future__ import annotations

from datetime import date

import pytest

from anlan.inspection.rules.interview import InterviewFacts, check_interview, limits_on

TOWN, FIRM = (limits_on(kind, date(2026, 3, 2)) for kind in ("town", "enterprise"))


@pytest.mark.parametrize(
    ("limit", "numbers", "codes"),
    [
        (TOWN, (1, 9, 4, 2), []),
        (TOWN, (2, 0, 0, 0), ["overdue_major"]),
        (TOWN, (0, 10, 0, 0), ["overdue_long"]),
        (TOWN, (0, 0, 5, 0), ["often"]),
        (TOWN, (0, 0, 0, 3), ["again"]),
        (FIRM, (0, 2, 1, 1), []),
        (FIRM, (1, 3, 2, 2), ["overdue_major", "overdue_long", "often", "again"]),
    ],
)
def test_thresholds(limit: object, numbers: tuple[int, int, int, int], codes: list[str]) -> None:
    found = check_interview(InterviewFacts(*numbers), limit)  # type: ignore[arg-type]
    assert [v.code.removeprefix("inspection.interview.") for v in found] == codes
    assert [v.field for v in found] == codes


def test_the_sentence_names_the_number() -> None:
    (long,) = check_interview(InterviewFacts(0, 12, 0, 0), TOWN)
    assert (long.code, long.message) == ("inspection.interview.overdue_long", "逾期超过15天仍未整改的隐患12处。")
    often, again = check_interview(InterviewFacts(0, 0, 2, 2), FIRM)
    assert (often.code, again.code) == ("inspection.interview.often", "inspection.interview.again")


def test_no_limit_before_the_first_one_is_a_defect_of_the_data() -> None:
    with pytest.raises(LookupError):
        limits_on("town", date(1999, 1, 1))
