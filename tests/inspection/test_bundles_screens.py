"""Several hazards of the list at once: their files on paper, and one order for each enterprise, all or none."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from docx import Document as Docx

from anlan.inspection.errors import StepRefused
from anlan.inspection.services import papers
from anlan.inspection.services.hazards import OrderInput, hazard_order
from anlan.inspection.services.papers import orders_issue
from anlan.kernel.errors import AnlanError, BadInput
from anlan.platform import clock
from anlan.platform.documents.models import Document
from anlan.platform.documents.services import document_void
from anlan.platform.journal.models import JournalEntry
from inspection.factories import NOW, World
from inspection.test_rights_services import OFFICERS, ROLES

pytestmark = pytest.mark.django_db
PRINT, ISSUE = "/inspection/hazards/print", "/inspection/hazards/issue"
LATER = NOW + timedelta(days=3)


def two_firms(world: World) -> list[str]:
    """Two ordered hazards of the first enterprise and one of the second, as the county's squad sees them."""
    keys = [world.ordered(description="安全出口堵塞"), world.ordered(description="照明损坏")]
    other = world.found(role="other_town", enterprise_id=world.other_enterprise, description="配电箱无门")
    hazard_order(scope=world.scope["other_town"], item=OrderInput(hazard_id=other, days=9), now=NOW)
    return [*keys, other]


def issue(world: World, ids: list[str], role: str = "enforcement", once: str | None = None) -> list[str]:
    return orders_issue(scope=world.scope[role], hazard_ids=ids, now=LATER, once=once)


def words_of(data: bytes) -> str:
    document = Docx(io.BytesIO(data))
    return "\n".join(
        [p.text for p in document.paragraphs] + [c.text for t in document.tables for r in t.rows for c in r.cells]
    )


def test_each_hazard_is_a_sheet_with_its_facts_people_photos_and_history(world: World) -> None:
    closed, found = world.closed(description="安全出口堵塞"), world.found(description="照明损坏")
    page = world.client("auditor").get(PRINT, {"ids": [found, closed]}).content.decode()
    assert page.count('<article class="card sheet">') == 2
    assert page.index("照明损坏") < page.index("安全出口堵塞")
    assert page.count("<figure>") == 2
    for words in ("现场复查合格", "已清理并划线", "蒋安", "孔达", "杨工"):
        assert words in page


def test_what_is_out_of_sight_or_too_much_is_not_printed(world: World) -> None:
    foreign = world.found(role="other_town", enterprise_id=world.other_enterprise)
    town = world.client("town")
    assert town.get(PRINT, {"ids": [foreign]}).status_code == 404
    assert "没有选中隐患" in town.get(PRINT).content.decode()
    many = [foreign[:-3] + f"{n:03d}" for n in range(101)]
    answer = town.get(PRINT, {"ids": many})
    assert (answer.status_code, "一次最多选择100处隐患" in answer.content.decode()) == (422, True)


def test_one_order_for_each_enterprise_names_all_its_hazards(world: World) -> None:
    ids = two_firms(world)
    squad = world.client("enforcement")
    with clock.frozen(LATER):
        html = squad.get(ISSUE, {"ids": ids}).content.decode()
        assert "将出具 2 份文书，共 3 处隐患" in html
        form = {"ids": re.findall(r'name="ids" value="([^"]+)"', html)}
        form["once"] = re.findall(r'name="once" value="([^"]+)"', html)
        answers = [squad.post(ISSUE, form) for _ in range(2)]
        assert [a.status_code for a in answers] == [302, 302]
        done = squad.get(answers[1].url).content.decode()
    assert Document.objects.count() == 2
    assert "已出具2份责令限期整改指令书。" in done
    zipped = squad.get(re.search(r'href="(/documents/print\?[^"]+)"', done).group(1).replace("&amp;", "&"))  # type: ignore[union-attr]
    archive = zipfile.ZipFile(io.BytesIO(zipped.content))
    texts = sorted(words_of(archive.read(name)) for name in archive.namelist())
    first = next(t for t in texts if "测试甲机械有限公司" in t)
    assert ("安全出口堵塞" in first, "照明损坏" in first, "配电箱无门" in first) == (True, True, False)
    assert any("测试乙机械有限公司" in t and "配电箱无门" in t for t in texts)


def test_what_has_an_order_or_was_never_ordered_is_refused_and_stops_all(world: World) -> None:
    first, second, other = two_firms(world)
    (made,) = issue(world, [first, second])
    found = world.found(description="新发现")
    with clock.frozen(LATER):
        html = world.client("enforcement").get(ISSUE, {"ids": [second, found, other]}).content.decode()
    number = Document.objects.get(pk=made).number
    assert f"已出具责令限期整改指令书（{number}）" in html
    assert re.findall(r'name="ids" value="([^"]+)"', html) == [other]
    before = JournalEntry.objects.count()
    with pytest.raises(StepRefused) as refused:
        issue(world, [second, found, other])
    assert refused.value.code == "inspection.batch.issue_refused"
    assert [v.code for v in refused.value.violations] == [
        "inspection.batch.order_issued", "inspection.document.nothing_ordered",
    ]  # fmt: skip
    assert JournalEntry.objects.count() == before
    document_void(scope=world.scope["enforcement"], document_id=made, reason="写错期限", base=None, now=LATER)
    assert len(issue(world, [second])) == 1


def test_a_repeated_request_issues_nothing_twice(world: World) -> None:
    ids = two_firms(world)
    assert issue(world, ids, once="k1") == issue(world, ids, once="k1")
    assert Document.objects.count() == 2


def test_an_error_in_the_middle_leaves_nothing(world: World, monkeypatch: Any) -> None:
    real, made = papers.document_issue, []

    def second_fails(**given: Any) -> str:
        if made:
            raise BadInput("platform.document.template_unknown", template="x")
        made.append(real(**given))
        return made[0]

    monkeypatch.setattr(papers, "document_issue", second_fails)
    ids = two_firms(world)
    before = JournalEntry.objects.count()
    with pytest.raises(BadInput):
        issue(world, ids)
    assert (Document.objects.count(), JournalEntry.objects.count()) == (0, before)


def test_nothing_and_too_many_are_refused(world: World) -> None:
    for ids, code in (([], "nothing_chosen"), ([f"{n}" for n in range(101)], "too_many_chosen")):
        with pytest.raises(BadInput) as refused:
            issue(world, ids)
        assert refused.value.code == f"inspection.batch.{code}"


@pytest.mark.parametrize("role", ROLES)
def test_who_orders_may_issue(world: World, role: str) -> None:
    key = world.ordered()
    before = JournalEntry.objects.count()
    if role in OFFICERS:
        assert len(issue(world, [key], role)) == 1
        return
    with pytest.raises(AnlanError) as refused:
        issue(world, [key], role)
    assert refused.value.status in (403, 404)
    assert JournalEntry.objects.count() == before


def test_the_api_issues_them(world: World) -> None:
    ids = two_firms(world)
    with clock.frozen(LATER):
        answer = world.client("enforcement").post(
            "/api/v1/inspection/hazards/issue", {"ids": ids}, content_type="application/json"
        )
    assert answer.status_code == 201
    assert [item["title"] for item in answer.json()["items"]] == ["测试甲机械有限公司", "测试乙机械有限公司"]
