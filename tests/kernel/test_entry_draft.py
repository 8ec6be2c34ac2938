"""What `check_draft` refuses before anything is written, and that each refusal has its Chinese sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import pytest

from anlan.kernel.entry import MAX_BODY_BYTES, Draft, Step, check_draft
from anlan.kernel.ids import uuid7
from anlan.kernel.messages import catalogue

GOOD = Draft("inspection.hazard.noted", "inspection.hazard/1", "331003002000", data={"a": 1}, text={"note": "好"})


class Level(StrEnum):
    GENERAL = "general"


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_a_good_draft_has_no_violation() -> None:
    assert check_draft(GOOD) == []
    assert (
        check_draft(replace(GOOD, data={"level": Level.GENERAL, "none": None, "list": [1.5, True, {"x": "y"}]})) == []
    )


@pytest.mark.parametrize(
    ("members", "code", "field"),
    [
        ({"data": {"a": "x\x00y"}}, "journal.draft.nul", "data.a"),
        ({"text": {"note": ["ok", "\x00"]}}, "journal.draft.nul", "text.note.1"),
        ({"data": {"\x00": 1}}, "journal.draft.nul", "data"),
        ({"text": {"note": "\ud800"}}, "journal.draft.surrogate", "text.note"),
        ({"data": {"a": {"\udfff": 1}}}, "journal.draft.surrogate", "data.a"),
        ({"data": {"a": float("nan")}}, "journal.draft.number_not_finite", "data.a"),
        ({"data": {"a": float("-inf")}}, "journal.draft.number_not_finite", "data.a"),
        ({"data": {"a": 2**53}}, "journal.draft.number_too_large", "data.a"),
        ({"data": {"a": -(2**53)}}, "journal.draft.number_too_large", "data.a"),
        ({"data": {"a": (1, 2)}}, "journal.draft.not_json", "data.a"),
        ({"data": {"a": {1, 2}}}, "journal.draft.not_json", "data.a"),
        ({"data": {"a": b"x"}}, "journal.draft.not_json", "data.a"),
        ({"data": {"a": datetime(2024, 1, 1)}}, "journal.draft.not_json", "data.a"),
        ({"data": {"a": {1: "x"}}}, "journal.draft.not_json", "data.a"),
        ({"data": {"a": nested(33)}}, "journal.draft.too_deep", "data.a" + ".0" * 31),
        ({"data": {"a": "字" * (MAX_BODY_BYTES // 3)}}, "journal.draft.too_large", "data"),
        ({"kind": "inspection.hazard"}, "journal.draft.kind", "kind"),
        ({"kind": "registry.enterprise.noted"}, "journal.draft.kind", "kind"),
        ({"kind": "inspection.hazard.关闭"}, "journal.draft.kind", "kind"),
        ({"subject": "inspection.hazard"}, "journal.draft.subject", "subject"),
        ({"subject": "inspection.hazard/"}, "journal.draft.subject", "subject"),
        ({"subject": "inspection.hazard/a b"}, "journal.draft.subject", "subject"),
        ({"region": "33100300200"}, "journal.draft.region", "region"),
        ({"region": "33100300200０"}, "journal.draft.region", "region"),
        ({"v": -1}, "journal.draft.version", "v"),
        ({"step": Step("open", "")}, "journal.draft.step", "step"),
        ({"once": ""}, "journal.draft.once", "once"),
        ({"once": "x" * 201}, "journal.draft.once", "once"),
        ({"once": "x\x00"}, "journal.draft.nul", "once"),
        ({"step": Step("", "open\x00")}, "journal.draft.nul", "step.1"),
        ({"over": ("a\ud800",), "chosen": "b"}, "journal.draft.surrogate", "over.0"),
        ({"at": datetime(2024, 1, 1)}, "journal.draft.at_without_zone", "at"),
        ({"over": ("x",)}, "journal.draft.decision_incomplete", "over"),
        ({"chosen": "x"}, "journal.draft.decision_incomplete", "over"),
        ({"chosen": "x", "over": ("x",)}, "journal.draft.decision_over_chosen", "over"),
        ({"chosen": "x", "over": ("y",), "step": Step("a", "b")}, "journal.draft.decision_with_step", "step"),
        ({"legal": ("name",)}, "journal.draft.legal_without_value", "legal"),
    ],
)
def test_a_draft_is_refused_with_its_reason(members: dict[str, Any], code: str, field: str) -> None:
    found = check_draft(replace(GOOD, **members))
    assert (code, field) in [(v.code, v.field) for v in found]
    assert len({v.code for v in found} - {"journal.draft.kind", "journal.draft.subject", code}) == 0
    for violation in found:
        assert violation.code in catalogue()
        assert "—" not in violation.message
        assert "{" not in violation.message


def test_every_reason_is_named_at_once() -> None:
    found = check_draft(replace(GOOD, region="1", data={"a": "\x00", "b": float("nan")}))
    assert [v.code for v in found] == [
        "journal.draft.region",
        "journal.draft.nul",
        "journal.draft.number_not_finite",
    ]


def test_a_decision_on_a_field_needs_no_value() -> None:
    assert check_draft(replace(GOOD, legal=("name",), chosen="x", over=("y",))) == []


def test_uuid7_is_laid_out_as_the_standard_says() -> None:
    """RFC 9562, appendix A.6: its time and random parts."""
    random = (0xCC3 << 68 | 0x18C4DC0C0C07398F).to_bytes(10, "big")
    assert uuid7(0x017F22E279B0, random) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"


def test_uuid7_sorts_by_time_and_refuses_nonsense() -> None:
    assert uuid7(1, b"\xff" * 10) < uuid7(2, b"\x00" * 10)
    with pytest.raises(ValueError, match="out of range"):
        uuid7(1 << 48, b"\x00" * 10)
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(1, b"\x00" * 9)
