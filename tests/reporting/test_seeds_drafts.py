"""The published reports that the product began from: what is wrong in them is found, what is right is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from anlan.reporting.drafts.check import check
from anlan.reporting.drafts.finding import Finding

SHARED = Path(os.environ.get("ANLAN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
pytestmark = pytest.mark.skipif(not (SHARED / "seeds").is_dir(), reason="skipped: ../shared absent")


def findings(number: str) -> list[Finding]:
    (file,) = (SHARED / "seeds").glob(f"{number}_*.txt")
    text = file.read_text(encoding="utf-8")
    found = check(text)
    assert all(text[f.place.start : f.place.end] == f.place.quote for f in found)
    return found


def one(found: list[Finding], rule: int, words: str) -> Finding:
    (finding,) = [f for f in found if f.rule == rule and words in f.place.quote]
    return finding


def test_a1_fines_of_the_sectors_exceed_the_total() -> None:
    finding = one(findings("003"), 1, "罚款633.745万元")
    assert "5+5+559.57+135.5+16.49=721.56＞633.745" in finding.why
    assert len(finding.others) == 5


def test_a2_mended_hazards_of_the_sectors_exceed_the_total() -> None:
    finding = one(findings("003"), 1, "整改隐患19955宗")
    assert "1893+8279+6012+4655=20839＞19955" in finding.why


def test_a3_the_same_four_numbers_stand_for_two_scopes() -> None:
    finding = one(findings("003"), 4, "23708")
    assert "23708宗、19955宗、1019次、633.745万元" in finding.why
    assert [("23708" in o.quote, o.start < finding.place.start) for o in finding.others] == [(True, True)]


def test_a4_one_number_of_enterprises_is_used_for_two_things() -> None:
    finding = one(findings("003"), 4, "679家")
    assert ["679家" in o.quote for o in finding.others] == [True]


def test_a5_masks_worth_twelve_thousand_million() -> None:
    finding = one(findings("001"), 5, "1199397.51万元")
    assert (finding.severity, "119.94亿元" in finding.why) == ("error", True)


def test_a6_the_typing_slip_and_the_two_levels_that_are_three() -> None:
    found = findings("000")
    assert one(found, 9, "8加涉氨企业").severity == "error"
    assert "实际列出3项" in one(found, 7, "省、市、区两级").why


def test_a7_ten_and_thirty_are_forty() -> None:
    assert "10+30=40" in one(findings("004"), 8, "自我加压30个").why


def test_a8_hazards_of_several_campaigns_side_by_side() -> None:
    finding = one(findings("004"), 10, "6124")
    assert (finding.severity, all(n in finding.why for n in ("6124", "1371", "190", "1638", "1349"))) == ("hint", True)


def test_a9_every_blank_is_named() -> None:
    found = [f for f in findings("004") if f.rule == 6]
    assert len(found) >= 11
    assert sum("起" in f.place.quote or "人" in f.place.quote for f in found) >= 8


def test_a10_what_is_consistent_is_left_alone() -> None:
    """Bases of 同比 that agree, 13+38=51, 461/464=99.4 %, and a rise of 169 % from 13."""
    assert {f.rule for f in findings("000")} == {7, 9}
    assert {f.rule for f in findings("001")} == {5}
    assert findings("002") == []
    quotes = " ".join(f.place.quote for f in findings("003"))
    assert not any(words in quotes for words in ("99.4%", "461", "51家", "13家停业", "38.1%", "43.75%"))
