"""The demo's invented words and pictures: complete, distinct, and no real person's number among them."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from anlan.demo.photos import STAGES, card, draw
from anlan.demo.words import faults, person_name, phone, trades
from anlan.inspection.rules.checklist import packaged_checklists
from anlan.platform.attachments.content import is_empty
from anlan.platform.attachments.facts import examine
from anlan.platform.attachments.looks import grey_of
from anlan.registry.rules.codes import CLASSES, TAGS
from anlan.registry.rules.enterprise import check_industry

AT = datetime(2026, 3, 2, 2, 15, tzinfo=UTC)


def test_every_item_of_the_packaged_checklists_has_a_fault() -> None:
    items = {listed.code: tuple(i.key for i in listed.items) for listed in packaged_checklists()}
    assert {code: tuple(f.key for f in known) for code, known in faults().items()} == items


def test_only_items_with_a_criterion_can_be_major() -> None:
    criteria = {i.key for listed in packaged_checklists() for i in listed.items if i.major}
    assert {f.key for known in faults().values() for f in known if f.major} == criteria


def test_trades_use_codes_of_the_registry_and_checklists_that_exist() -> None:
    known = set(faults())
    for trade in trades():
        assert set(trade.classes) <= set(CLASSES.by_id)
        assert set(trade.tags) <= set(TAGS.by_id)
        assert check_industry(trade.industry) == []
        assert set(trade.checklists) <= known


def test_names_are_marked_and_distinct() -> None:
    names = [person_name(n) for n in range(900)]
    assert len(set(names)) == 900
    assert {name[1] for name in names} == {"示"}


def test_phone_numbers_are_of_a_series_that_nobody_has() -> None:
    assert [phone(7), phone(4001)] == ["15400000007", "15400004001"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_picture_is_the_same_for_the_same_serial_and_stage(stage: str) -> None:
    assert draw(11, stage) == draw(11, stage)
    assert draw(11, stage) != draw(12, stage)


def test_pictures_of_one_hazard_differ_by_stage() -> None:
    assert len({draw(11, stage) for stage in STAGES}) == len(STAGES) == 5


def test_a_picture_carries_its_moment_and_place() -> None:
    facts = examine(draw(3, "before", AT, 121.27106, 28.6473), "before.jpg", 1_000_000)
    assert (facts.media_type, facts.width, facts.height) == ("image/jpeg", 640, 480)
    assert facts.taken_at == AT
    assert (round(facts.lon or 0, 4), round(facts.lat or 0, 4)) == (121.2711, 28.6473)


def test_cards_are_small_files_that_differ() -> None:
    cards = {card(serial) for serial in (0, 1, 255, 256, 65_536, 71_123)}
    assert len(cards) == 6
    for one in cards:
        assert examine(one, "review.png", 1_000_000).looks == ()
        assert not is_empty(grey_of(Image.open(io.BytesIO(one))))
