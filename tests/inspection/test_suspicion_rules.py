"""Which photos raise a doubt: the cases of the rule, one row each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection.rules.photos import Finding, HazardView, PhotoMatch, PhotoView, finding_of
from anlan.inspection.rules.suspicion import SUSPICION_RULES, rule_on, suspicions
from anlan.kernel.geo import wgs84_to_gcj02

ORDERED = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BEFORE = PhotoView("b" * 64, ORDERED - timedelta(hours=1))
HAZARD = HazardView(ORDERED, 121.26, 28.65, (BEFORE,))
PHOTO = PhotoView("a" * 64, ORDERED + timedelta(days=5), 121.26, 28.65)
LATE = ORDERED + timedelta(days=5)
BARE = PhotoView("a" * 64)
FILE = PhotoMatch("a" * 64, "a" * 64, "h1")
COPY = PhotoMatch("a" * 64, "c" * 64, "h1", 0.991)
# 0.01 degrees of latitude are 1112 m.
FAR = replace(PHOTO, lat=28.66)


def kinds(photo: PhotoView, hazard: HazardView = HAZARD, matches: tuple[PhotoMatch, ...] = ()) -> list[str]:
    return [f.kind for f in suspicions([photo], hazard, matches, SUSPICION_RULES[0])]


@pytest.mark.parametrize(
    ("photo", "hazard", "matches", "expected"),
    [
        pytest.param(PHOTO, HAZARD, (), [], id="honest"),
        pytest.param(BARE, HAZARD, (), [], id="messenger-stripped-everything"),
        pytest.param(BARE, HAZARD, (FILE,), ["other_file"], id="same-file-in-another-hazard"),
        pytest.param(BARE, HAZARD, (COPY,), ["other_look"], id="re-encoded-from-another-hazard"),
        pytest.param(BARE, HAZARD, (COPY, FILE), ["other_file"], id="one-hazard-is-named-once"),
        pytest.param(BARE, HAZARD, (replace(COPY, photo="d" * 64),), [], id="match-of-another-photo"),
        pytest.param(replace(BARE, sha256=BEFORE.sha256), HAZARD, (), ["before_file"], id="own-before-photo"),
        pytest.param(BARE, HAZARD, (replace(COPY, stage="after"),), ["own_look"], id="copy-of-the-enterprise-s-photo"),
        pytest.param(BARE, HAZARD, (replace(FILE, stage="after"),), ["own_file"], id="the-enterprise-s-photo"),
        pytest.param(
            replace(PHOTO, taken_at=BEFORE.taken_at),
            HAZARD,
            (),
            ["before_time", "before_order"],
            id="own-before-second",
        ),
        pytest.param(
            replace(PHOTO, taken_at=ORDERED - timedelta(days=2)), HAZARD, (), ["before_order"], id="older-than-order"
        ),
        pytest.param(replace(PHOTO, taken_at=ORDERED - timedelta(minutes=5)), HAZARD, (), [], id="camera-clock-slow"),
        pytest.param(
            replace(PHOTO, taken_at=ORDERED - timedelta(minutes=5, seconds=1)),
            HAZARD,
            (),
            ["before_order"],
            id="too-slow",
        ),
        pytest.param(PHOTO, replace(HAZARD, ordered_at=None), (), [], id="no-order"),
        pytest.param(PHOTO, replace(HAZARD, recorded_at=PHOTO.taken_at), (), [], id="recorded-at-once"),
        pytest.param(PHOTO, replace(HAZARD, recorded_at=LATE + timedelta(minutes=-5)), (), [], id="camera-clock-fast"),
        pytest.param(
            PHOTO,
            replace(HAZARD, recorded_at=LATE - timedelta(minutes=5, seconds=1)),
            (),
            ["after_recording"],
            id="from-the-future",
        ),
        pytest.param(FAR, HAZARD, (), ["far"], id="another-place"),
        pytest.param(replace(PHOTO, lat=28.6544), HAZARD, (), [], id="489-metres"),
        pytest.param(FAR, replace(HAZARD, lon=None, lat=None), (), [], id="hazard-without-place"),
        pytest.param(replace(FAR, lon=None), HAZARD, (), [], id="photo-with-half-a-place"),
        pytest.param(replace(PHOTO, width=320, height=240), HAZARD, (), [], id="just-large-enough"),
        pytest.param(replace(PHOTO, width=240, height=320), HAZARD, (), [], id="upright-and-just-large-enough"),
        pytest.param(replace(PHOTO, width=319, height=240), HAZARD, (), ["small"], id="too-short"),
        pytest.param(replace(PHOTO, width=4000, height=239), HAZARD, (), ["small"], id="too-narrow"),
        pytest.param(replace(BARE, width=1, height=1, empty=True), HAZARD, (), ["small"], id="one-point"),
        pytest.param(replace(BARE, width=800, height=600, empty=True), HAZARD, (), ["empty"], id="black"),
    ],
)
def test_each_case_of_the_rule(
    photo: PhotoView, hazard: HazardView, matches: tuple[PhotoMatch, ...], expected: list[str]
) -> None:
    assert kinds(photo, hazard, matches) == expected


def test_a_phone_that_writes_shifted_coordinates_is_where_it_is() -> None:
    lon, lat = wgs84_to_gcj02(121.26, 28.65)
    assert kinds(replace(PHOTO, lon=lon, lat=lat)) == []


def test_at_most_three_other_hazards_are_named_the_likest_first() -> None:
    matches = [PhotoMatch("a" * 64, f"{n:064x}", f"h{n}", 0.98 + n / 1000) for n in range(6)]
    found = suspicions([BARE], HAZARD, matches, SUSPICION_RULES[0])
    assert [f.hazard_id for f in found] == ["h5", "h4", "h3"]


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (Finding("other_file", "a"), "这张照片与另一条隐患的照片是同一个文件。"),
        (
            Finding("far", "a", facts={"metres": 1112, "limit": 500}),
            "这张照片的拍摄位置距隐患约1112米，超过500米。",
        ),
        (
            Finding("small", "a", facts={"width": 40, "height": 30, "longer": 320, "shorter": 240}),
            "这张照片太小（40×30像素），看不清现场情况；照片至少应为320×240像素。",
        ),
    ],
)
def test_a_finding_reads_as_a_sentence_and_survives_the_journal(finding: Finding, text: str) -> None:
    assert finding.sentence() == text
    assert finding_of(finding.as_dict()) == finding


def test_the_other_hazard_is_named_where_its_number_is_known() -> None:
    text = Finding("other_look", "a", "b", "h1").sentence("YH-331003a-2026-000007")
    assert text == "这张照片与隐患YH-331003a-2026-000007的照片是同一张画面（可能经过压缩、缩放、裁剪或截图）。"


def test_the_rule_of_the_day_holds() -> None:
    later = replace(SUSPICION_RULES[0], since=date(2027, 1, 1), distance_m=300.0)
    assert rule_on(date(2026, 12, 31), (*SUSPICION_RULES, later)).distance_m == 500.0
    assert rule_on(date(2027, 1, 1), (*SUSPICION_RULES, later)).distance_m == 300.0
    with pytest.raises(LookupError):
        rule_on(date(1999, 12, 31))


def test_every_kind_of_finding_has_its_sentence() -> None:
    facts: dict[str, Any] = {"taken_at": "x", "ordered_at": "y", "metres": 1, "limit": 2, "stage": "after"}
    facts |= {"width": 3, "height": 4, "longer": 320, "shorter": 240}
    for kind in (
        "other_file",
        "other_look",
        "before_file",
        "own_file",
        "own_look",
        "before_time",
        "before_order",
        "far",
        "empty",
        "small",
    ):
        assert Finding(kind, "a", facts=facts).sentence().startswith("这张照片")
