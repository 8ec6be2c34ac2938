"""One document of a matter is in force at a time; a step whose paper is in force stands; what counts as a signature."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image, ImageDraw

from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import OrderInput, StepInput, hazard_order
from anlan.inspection.services.steps import ReturnInput, SubmitInput, hazard_return, hazard_submit
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.errors import RuleViolation
from anlan.platform import attachments
from anlan.platform.documents import queries, services
from anlan.platform.rules.document import PaperFacts, check_issue
from inspection.factories import NOW, World
from pictures import jpeg, scene

pytestmark = pytest.mark.django_db
HAZARD = "inspection.hazard"
SOON = NOW + timedelta(minutes=2)


def issue(world: World, template: str, subject: str, role: str = "town", **values: Any) -> Any:
    full = {"scope": world.scope[role], "template": f"inspection.{template}", "subject": subject, "now": SOON} | values
    return queries.document_get(world.scope[role], services.document_issue(**full))


def void(world: World, document: Any) -> None:
    services.document_void(scope=world.scope["town"], document_id=document.pk, reason="写错", base=None, now=SOON)


def refused(error: Any) -> list[tuple[str, dict[str, Any]]]:
    return [(v.code, v.facts) for v in error.value.violations]


@pytest.mark.parametrize("template", ["order", "receipt"])
def test_a_second_document_of_the_same_matter_is_refused_until_the_first_is_void(world: World, template: str) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    if template == "receipt":
        issue(world, "order", subject)
    first = issue(world, template, subject)
    for role in ("town", "supervision"):
        with pytest.raises(RuleViolation, match="platform.document.issue.refused") as error:
            issue(world, template, subject, role)
        facts = {"label": first.label, "number": first.number}
        assert refused(error) == [("platform.document.in_force", facts)]
    assert len(queries.documents_of(world.scope["town"], subject)) == (2 if template == "receipt" else 1)
    void(world, first)
    assert issue(world, template, subject).number != first.number


def test_another_matter_of_the_same_hazard_has_its_own_document(world: World) -> None:
    key = world.submitted()
    subject, town = f"{HAZARD}/{key}", world.scope["town"]
    first = issue(world, "order", subject)
    hazard_return(scope=town, item=ReturnInput(hazard_id=key, note="不合格", days=5), now=NOW + timedelta(days=3))
    assert issue(world, "order", subject).number != first.number
    assert check_issue("", "送达回证") == []


def test_an_order_is_withdrawn_only_after_its_paper_is_void(world: World) -> None:
    key = world.ordered()
    paper = issue(world, "order", f"{HAZARD}/{key}")
    item = StepInput(hazard_id=key)
    with pytest.raises(StepRefused, match="inspection.hazard.withdraw.refused") as error:
        hazard_withdraw(scope=world.scope["town"], item=item, now=SOON)
    facts = {"label": "责令限期整改指令书", "number": paper.number}
    assert refused(error) == [("inspection.hazard.withdraw.paper_in_force", facts)]
    void(world, paper)
    hazard_withdraw(scope=world.scope["town"], item=item, now=SOON)
    assert Hazard.objects.get(pk=key).state == "found"


def test_a_paper_of_an_earlier_step_does_not_hold_a_later_one(world: World) -> None:
    key, later = world.ordered(), NOW + timedelta(days=1)
    issue(world, "order", f"{HAZARD}/{key}")
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=later)
    hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key, note="不合格"), now=later)
    hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=later)
    assert Hazard.objects.get(pk=key).state == "submitted"


def stored(world: World, image: Image.Image, kind: str = "PNG") -> str:
    out = io.BytesIO()
    image.save(out, kind)
    return attachments.store(out.getvalue(), f"a.{kind.lower()}", scope=world.scope["town"], now=NOW).sha256


def strokes(ground: Any, shift: int = 0) -> Image.Image:
    picture = Image.new("RGBA", (300, 120), ground)
    pen = ImageDraw.Draw(picture)
    pen.line([(20 + shift, 100), (140, 20), (280, 90)], fill=(16, 21, 28, 255), width=4)
    return picture


def sign(world: World, order: Any, file: str, form: str = "signature") -> list[str]:
    try:
        services.document_sign(
            scope=world.scope["town"], document_id=order.pk, name="王厂长", signer="party", file=file, form=form,
            base=None, now=SOON,
        )  # fmt: skip
    except RuleViolation as error:
        return [v.code.removeprefix("platform.document.") for v in error.violations]
    return []


def test_a_signature_is_strokes_on_an_empty_sheet_and_nothing_else(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    photo = attachments.store(jpeg(scene(1)), "a.jpg", scope=world.scope["town"], now=NOW).sha256
    white, clear = strokes((255, 255, 255, 255)), strokes((0, 0, 0, 0), 9)
    for file in (photo, stored(world, scene(2)), stored(world, Image.new("RGBA", (300, 120), (0, 0, 0, 0)))):
        assert sign(world, order, file) == ["signature_blank"]
    assert sign(world, order, stored(world, white.convert("RGB"), "JPEG")) == ["signature_blank"]
    assert sign(world, order, stored(world, white)) == []
    assert sign(world, order, stored(world, clear)) == []
    assert sign(world, order, photo, "scan") == []
    order.refresh_from_db()
    assert sorted(p.kind for p in queries.document_papers(order)) == ["scan", "signature", "signature"]


def test_an_unknown_form_and_the_same_page_twice_are_refused(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    file = stored(world, strokes((0, 0, 0, 0)))
    assert sign(world, order, file, "stamp") == ["form_unknown"]
    assert sign(world, order, file) == []
    assert sign(world, order, file) == ["file_again"]
    assert sign(world, order, file, "scan") == ["file_again"]
    assert PaperFacts("scan", "application/pdf").held is False


def test_a_reason_nobody_sees_is_none(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    with pytest.raises(RuleViolation) as error:
        services.document_void(
            scope=world.scope["town"], document_id=order.pk, reason="\u200b\u3164 \u2060", base=None, now=SOON
        )
    assert [v.code for v in error.value.violations] == ["platform.document.reason_missing"]
    with pytest.raises(StepRefused) as none:
        item = ReturnInput(hazard_id=world.submitted(), note="\u200b\u200d\ufeff")
        hazard_return(scope=world.scope["town"], item=item, now=NOW + timedelta(days=2))
    assert [v.code for v in none.value.violations] == ["inspection.hazard.return.reason_missing"]


def test_the_same_hazard_twice_in_one_batch_is_told_with_its_places(world: World) -> None:
    from anlan.inspection.services.hazards import hazards_order
    from anlan.kernel.errors import BadInput

    one, other = world.found(), world.found()
    items = [OrderInput(hazard_id=key, days=5) for key in (one, other, one)]
    with pytest.raises(BadInput, match="inspection.batch.refused") as error:
        hazards_order(scope=world.scope["town"], items=items, now=NOW)
    assert [(v.code, v.facts, v.field) for v in error.value.violations] == [
        ("inspection.batch.twice", {"position": 3, "first": 1}, "items.2.hazard_id")
    ]
    assert error.value.message == "所选隐患不能一并办理：第3条与第1条是同一条隐患，重复选择，请去掉一条。"
    hazard_order(scope=world.scope["town"], item=items[0], now=NOW)
