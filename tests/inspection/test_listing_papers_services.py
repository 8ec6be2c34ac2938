"""The notices of 挂牌督办: issued from the record, once, and once more only where the first one is void."""

from __future__ import annotations

from typing import Any

import pytest

from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant
from anlan.platform.documents.models import Document
from anlan.platform.documents.services import document_void
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import World
from inspection.listing_samples import WHAT, WHY, applied, listed
from inspection.test_documents_services import document_bytes, text_of

pytestmark = pytest.mark.django_db


def codes(error: Any) -> list[str]:
    return [v.code for v in error.value.violations]


def test_a_listing_s_notice_says_what_the_record_says(world: World) -> None:
    case = listed(world)
    key = case.act("notice", "supervision", once="n1")
    assert case.act("notice", "supervision", once="n1") == key
    document = Document.objects.get(pk=key)
    assert (document.template, document.about) == ("inspection.listing", f"inspection.hazard/{case.hazard}")
    assert (case.row.notice_number, case.row.notice_document) == (document.number, key)
    text = text_of(document_bytes(Document.objects.get(pk=key)))
    for words in ("县级挂牌督办", WHY, WHAT, "2026年3月20日", "安全生产基础科（蒋安）", "测试甲机械有限公司"):
        assert words in text


def test_a_notice_is_issued_once_and_anew_only_where_it_is_void(world: World) -> None:
    case = listed(world)
    with pytest.raises(StalePage):
        case.act("notice", "supervision", base=1)
    key = case.act("notice", "supervision")
    with pytest.raises(StepRefused) as error:
        case.act("notice", "supervision")
    assert codes(error) == ["inspection.listing.notice_issued"]
    document_void(scope=world.scope["supervision"], document_id=key, reason="文字有误", base=1, now=case.now)
    again = case.act("notice", "supervision")
    assert (again != key, case.row.notice_document) == (True, again)


def test_the_notice_of_the_end_names_the_first_one(world: World) -> None:
    case = applied(world)
    case.act("notice", "supervision")
    number = case.row.notice_number
    case.unlist()
    key = case.act("notice", "supervision")
    row = case.row
    assert (row.notice_number, row.end_document) == (number, key)
    assert Document.objects.get(pk=key).template == "inspection.unlisting"
    text = text_of(document_bytes(Document.objects.get(pk=key)))
    for words in (number, "县级挂牌督办", "现场复查合格", "予以摘牌"):
        assert words in text
    assert rebuild(check=True).differences == 0


def test_an_upper_listing_has_the_upper_level_s_notice_only(world: World) -> None:
    case = listed(world, upper=True)
    with pytest.raises(StepRefused) as error:
        case.act("notice", "supervision")
    assert codes(error) == ["inspection.listing.upper_only"]


def test_a_notice_issued_after_an_extension_says_what_was_signed(world: World) -> None:
    case = listed(world)
    item = ExtendInput(hazard_id=case.hazard, days=10, note="到货延迟")
    hazard_extend(scope=world.scope["enterprise"], item=item, now=case.now)
    hazard_grant(scope=world.scope["leader"], item=ExtendInput(hazard_id=case.hazard), now=case.now)
    text = text_of(document_bytes(Document.objects.get(pk=case.act("notice", "supervision"))))
    assert ("2026年3月20日" in text, "2026年3月30日" in text) == (True, False)
