"""Documents of inspection: numbers, what stands in them, and what becomes of them."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from docx import Document as Docx
from docx.oxml.ns import qn
from PIL import Image, ImageDraw

from anlan.inspection import queries as inspection
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.rules import document as rules
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant
from anlan.inspection.services.hazards import OrderInput, SubmitInput, hazard_order, hazard_submit
from anlan.inspection.services.inspections import ItemAnswer, inspection_finish, inspection_items_set, inspection_start
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.inspection.services.steps import ReturnInput, hazard_return
from anlan.inspection.services.transfers import TransferInput, hazard_transfer
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound, RuleViolation, Unavailable
from anlan.platform import attachments
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.documents import queries, services
from anlan.platform.documents.bundle import bundle, document_bytes
from anlan.platform.documents.render import our_bytes, own_file
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.record import version_of
from inspection.factories import CRITERION, NOW, World

DAY = timedelta(days=1)
WHY = "情节轻微，当场可控"
pytestmark = pytest.mark.django_db
HAZARD = "inspection.hazard"


def issue(world: World, template: str, subject: str, facts: Any = None, role: str = "town", **values: Any) -> Any:
    """The document that this role's person issues."""
    key = services.document_issue(
        scope=world.scope[role], template=f"inspection.{template}", subject=subject, facts=facts,
        **{"now": NOW + timedelta(days=3)} | values,
    )  # fmt: skip
    return queries.document_get(world.scope[role], key)


def text_of(data: bytes) -> str:
    """Every word of a .docx, a line for each paragraph and row."""
    document = Docx(io.BytesIO(data))
    lines = [p.text for p in document.paragraphs]
    for table in document.tables:
        lines += ["|".join(dict.fromkeys(c.text for c in row.cells)) for row in table.rows]
    return "\n".join(lines)


def signature(world: World, role: str = "town", ink: bool = True) -> str:
    """Hash of a stored signature."""
    picture = Image.new("RGBA", (200, 80), (0, 0, 0, 0))
    if ink:
        ImageDraw.Draw(picture).line([(10, 70), (90, 10), (190, 60)], fill=(16, 21, 28, 255), width=4)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return attachments.store(out.getvalue(), "签名.png", scope=world.scope[role], now=NOW).sha256


def visit(world: World, found: int = 2) -> str:
    """A finished inspection of the town's two officers with so many hazards; its id."""
    scope = world.scope["town"]
    key = inspection_start(
        scope=scope, enterprise_id=world.enterprise, checklist_id=world.checklist(), kind="routine", source="",
        officers=[world.county.person["town_second"]], campaigns=[], now=NOW,
    )  # fmt: skip
    sheet = inspection.inspection_sheet(inspection.inspection_get(scope, key))
    answers = [
        ItemAnswer(item.key, "hazard", note=f"第{n}处问题", place="一车间", photos=(world.photo("town"),), general_reason=WHY)
        if n <= found
        else ItemAnswer(item.key, "pass")
        for n, item in enumerate(sheet, 1)
    ]
    inspection_items_set(scope=scope, inspection_id=key, answers=answers, now=NOW)
    inspection_finish(scope=scope, inspection_id=key, conclusion="已当场告知", now=NOW)
    return key


def test_an_order_names_the_party_the_hazard_the_deadline_and_its_number(world: World) -> None:
    key = world.ordered(place="一号车间", basis="消防法 第二十八条")
    order = issue(world, "order", f"{HAZARD}/{key}")
    assert order.number == "（东城）应急责改〔2026〕1号"
    assert (order.state, order.label, order.title) == ("issued", "责令限期整改指令书", "测试甲机械有限公司")
    text = text_of(document_bytes(order))
    dates = ("2026年3月12日", "2026年3月5日")
    for word in ("测试甲机械有限公司：", "车间安全出口堆放杂物（部位：一号车间）", "限期清理", order.number, *dates):
        assert word in text, word
    assert "{{" not in text
    assert "{%" not in text
    assert "黄岩区人民政府" in text
    assert "60日" in text


def test_numbers_follow_each_other_within_a_kind_and_a_year(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    numbers = [issue(world, "order", about).number for about in (subject, f"{HAZARD}/{world.ordered()}")]
    later = datetime(2027, 1, 4, 2, 0, tzinfo=UTC)
    numbers += [
        issue(world, "receipt", subject).number,
        issue(world, "order", f"{HAZARD}/{world.ordered()}", now=later).number,
    ]
    ends = ["责改〔2026〕1号", "责改〔2026〕2号", "送达〔2026〕1号", "责改〔2027〕1号"]
    assert numbers == [f"（东城）应急{end}" for end in ends]


def test_a_refused_document_takes_no_number(world: World) -> None:
    with pytest.raises(StepRefused, match="inspection.document.refused") as refused:
        issue(world, "order", f"{HAZARD}/{world.found()}")
    assert [v.code for v in refused.value.violations] == ["inspection.document.nothing_ordered"]
    assert issue(world, "order", f"{HAZARD}/{world.ordered()}").number.endswith("〕1号")


def test_the_same_key_issues_one_document(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    first = issue(world, "order", subject, once="a")
    assert issue(world, "order", subject, once="a").pk == first.pk
    assert len(queries.documents_of(world.scope["town"], subject)) == 1


def test_what_people_type_stands_in_the_document_as_typed(world: World) -> None:
    nasty = "<w:p>&amp; </w:t> {{ 7*7 }} {% raw %} “引号”\n第二行 <script>alert(1)</script>"
    reason = f"{nasty}\x00\x0b\x07\ud800\uffff完"
    facts = rules.ListingFacts(level="县级", reason=reason, requirement="停用", due_on=date(2026, 6, 1))
    text = text_of(document_bytes(issue(world, "listing", f"{HAZARD}/{world.ordered(description=nasty)}", facts)))
    assert text.count(nasty) == 2
    assert f"{nasty}完" in text


def test_ten_hazards_stand_in_one_table_whose_head_is_repeated(world: World) -> None:
    key = visit(world, found=10)
    scope = world.scope["town"]
    hazards = list(inspection.hazard_list(scope).filter(inspection_id=key))
    assert len(hazards) == 10
    for hazard in hazards:
        hazard_order(scope=scope, item=OrderInput(hazard_id=str(hazard.pk), days=7, note="整改"), now=NOW)
    document = Docx(io.BytesIO(document_bytes(issue(world, "order", f"inspection.inspection/{key}"))))
    table = document.tables[0]
    assert [row.cells[0].text for row in table.rows] == ["序号", *map(str, range(1, 11))]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_record_of_an_inspection_without_hazards_says_so(world: World) -> None:
    text = text_of(document_bytes(issue(world, "record", f"inspection.inspection/{visit(world, found=0)}")))
    assert "未发现事故隐患。" in text
    assert "已当场告知" in text
    assert "孔达" in text


def test_an_unfinished_inspection_has_no_record(world: World) -> None:
    scope = world.scope["town"]
    key = inspection_start(
        scope=scope, enterprise_id=world.enterprise, checklist_id=world.checklist(), kind="routine", source="",
        officers=[world.mate], campaigns=[], now=NOW,
    )  # fmt: skip
    with pytest.raises(StepRefused) as refused:
        issue(world, "record", f"inspection.inspection/{key}")
    assert [v.code for v in refused.value.violations] == ["inspection.document.visit_open"]


def test_a_review_names_the_order_and_its_outcome(world: World) -> None:
    key = world.submitted()
    subject = f"{HAZARD}/{key}"
    order = issue(world, "order", subject)
    with pytest.raises(StepRefused) as refused:
        issue(world, "review", subject)
    assert [v.code for v in refused.value.violations] == ["inspection.document.nothing_reviewed"]
    item = ReturnInput(hazard_id=key, note="通道仍被占用", photos=(world.photo("town"),))
    hazard_return(scope=world.scope["town"], item=item, now=NOW + timedelta(days=2))
    text = text_of(document_bytes(issue(world, "review", subject)))
    assert order.number in text
    assert "未整改到位" in text
    assert "通道仍被占用" in text
    closed = text_of(document_bytes(issue(world, "review", f"{HAZARD}/{world.closed()}")))
    assert "|已整改到位" in closed
    assert "同意销号" in closed


def test_a_receipt_lists_what_is_served_and_leaves_out_what_is_void(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    with pytest.raises(StepRefused) as refused:
        issue(world, "receipt", subject)
    assert [v.code for v in refused.value.violations] == ["inspection.document.nothing_to_serve"]
    first, later = issue(world, "order", subject), NOW + timedelta(days=4)
    services.document_void(scope=world.scope["town"], document_id=first.pk, reason="写错", base=1, now=later)
    second = issue(world, "order", subject)
    text = text_of(document_bytes(issue(world, "receipt", subject, now=NOW + timedelta(days=4))))
    assert second.number in text
    assert first.number not in text
    held = {d.number: d.state for d in queries.documents_of(world.scope["town"], subject)}
    assert (held[first.number], held[second.number], len(held)) == ("void", "issued", 3)


FACTS: dict[str, tuple[Any, str]] = {
    "listing": (
        rules.ListingFacts(
            level="县级", reason="整改难度大", requirement="停用", due_on=date(2026, 6, 1), follower="区安委办"
        ),
        "2026年6月1日前完成",
    ),
    "unlisting": (
        rules.UnlistingFacts(
            level="县级", listing_number="（黄岩）应急督办〔2026〕1号", listed_on=date(2026, 3, 4), review="已治理",
            reviewed_on=date(2026, 3, 5),
        ),
        "以（黄岩）应急督办〔2026〕1号文书列为县级挂牌督办",
    ),
    "extension": (
        rules.ExtensionFacts(
            applied_on=date(2026, 3, 3), reason="设备未到货", old_due_on=date(2026, 3, 12), new_due_on=date(2026, 4, 12)
        ),
        "同意延期至2026年4月12日",
    ),
    "transfer": (
        rules.TransferFacts(receiver="区消防救援大队", reason="占用消防通道", clause="消防法第六十条", papers=("照片4张",)),
        "1. 照片4张",
    ),
}  # fmt: skip


def test_every_document_prints_where_the_chain_stood_also_from_the_offices_own_template(
    world: World, settings: Any, tmp_path: Any
) -> None:
    from anlan.platform.journal import heads

    settings.DATA_DIR = tmp_path
    subject = f"{HAZARD}/{world.ordered()}"
    before = heads.heads()[0]
    foot = Docx(io.BytesIO(document_bytes(issue(world, "order", subject)))).sections[0].footer
    line = foot.paragraphs[-1].text
    assert before.short in line
    assert line.startswith("履历链头 331003a:")
    template = CATALOGUE.documents["inspection.order"]
    own_file(template).parent.mkdir(parents=True)
    own_file(template).write_bytes(our_bytes(template))
    second = f"{HAZARD}/{world.ordered()}"
    foot = Docx(io.BytesIO(document_bytes(issue(world, "order", second)))).sections[0].footer
    assert foot.paragraphs[-1].text.startswith("履历链头 331003a:")


@pytest.mark.parametrize("template", sorted(FACTS))
def test_documents_of_other_steps_take_their_facts(world: World, template: str) -> None:
    facts, expected = FACTS[template]
    text = text_of(document_bytes(issue(world, template, f"{HAZARD}/{world.ordered()}", facts)))
    assert expected in text
    assert "车间安全出口堆放杂物" in text
    assert "{{" not in text


def test_the_letter_of_an_extension_says_what_was_granted(world: World) -> None:
    key = world.ordered()
    with pytest.raises(StepRefused) as refused:
        issue(world, "extension", f"{HAZARD}/{key}", {"reason": "编造", "condition": "无"})
    assert [v.code for v in refused.value.violations] == ["inspection.document.nothing_extended"]
    asked = ExtendInput(hazard_id=key, days=5, note="设备到货延迟")
    hazard_extend(scope=world.scope["enterprise"], item=asked, now=NOW + DAY)
    hazard_grant(scope=world.scope["town"], item=ExtendInput(hazard_id=key, note="同意，加强看护"), now=NOW + 2 * DAY)
    text = text_of(document_bytes(issue(world, "extension", f"{HAZARD}/{key}")))
    assert "设备到货延迟" in text
    assert "同意延期至2026年3月17日" in text
    # The order, printed only now, says what was ordered.
    order = text_of(document_bytes(issue(world, "order", f"{HAZARD}/{key}")))
    assert ("2026年3月12日" in order, "2026年3月17日" in order) == (True, False)


def test_an_order_after_a_return_names_the_deadline_of_the_return(world: World) -> None:
    key = world.ordered()
    hazard_extend(scope=world.scope["enterprise"], item=ExtendInput(hazard_id=key, days=5, note="设备延迟"), now=NOW + DAY)
    hazard_grant(scope=world.scope["town"], item=ExtendInput(hazard_id=key), now=NOW + DAY)
    done = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=NOW + 2 * DAY)
    hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key, note="未整改", days=20), now=NOW + 2 * DAY)
    order = text_of(document_bytes(issue(world, "order", f"{HAZARD}/{key}")))
    assert ("2026年3月24日" in order, "2026年3月12日" in order) == (True, False)


def test_the_record_says_what_the_visit_judged_whatever_was_judged_later(world: World) -> None:
    key = visit(world, found=1)
    hazard = Hazard.objects.get(inspection_id=key)
    ticks = JudgeInput(hazard_id=str(hazard.pk), major_criteria=(CRITERION,))
    hazard_judge(scope=world.scope["town"], item=ticks, now=NOW + DAY)
    assert Hazard.objects.get(pk=hazard.pk).grade == "major"
    record = text_of(document_bytes(issue(world, "record", f"inspection.inspection/{key}")))
    assert ("第1处问题" in record, "重大" in record) == (True, False)


def test_the_letter_of_a_transfer_says_what_was_handed_over(world: World) -> None:
    key = world.ordered()
    with pytest.raises(StepRefused) as refused:
        issue(world, "transfer", f"{HAZARD}/{key}", {"receiver": "某局"})
    assert [v.code for v in refused.value.violations] == ["inspection.document.nothing_transferred"]
    item = TransferInput(hazard_id=key, violated="安全生产法第三十六条", note="逾期拒不整改")
    hazard_transfer(scope=world.scope["town"], item=item, now=NOW + DAY)
    text = text_of(document_bytes(issue(world, "transfer", f"{HAZARD}/{key}")))
    assert "逾期拒不整改" in text
    assert "安全生产法第三十六条" in text


def test_a_step_document_without_its_facts_is_a_defect(world: World) -> None:
    with pytest.raises(TypeError, match="ListingPage needs ListingFacts"):
        issue(world, "listing", f"{HAZARD}/{world.ordered()}", {"level": "县级"})


def test_whoever_sees_the_subject_sees_the_document_and_nobody_else(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    order = issue(world, "order", subject)
    for role in ("enterprise", "leader", "supervision"):
        assert queries.document_get(world.scope[role], order.pk).pk == order.pk
        assert attachments.visible(order.sha256, world.scope[role])
        assert queries.document_list(world.scope[role]).count() == 1
    for role in ("other_town", "other_enterprise"):
        with pytest.raises(NotFound, match="platform.document.not_found"):
            queries.document_get(world.scope[role], order.pk)
        assert queries.documents_of(world.scope[role], subject) == []
        assert queries.document_list(world.scope[role]).count() == 0
        assert not attachments.visible(order.sha256, world.scope[role])
        with pytest.raises((NotFound, NotAllowed)):
            issue(world, "order", subject, role=role)


def test_an_enterprise_issues_and_steps_no_document(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    with pytest.raises(NotAllowed):
        issue(world, "order", order.about, role="enterprise")
    with pytest.raises(NotAllowed):
        services.document_void(scope=world.scope["enterprise"], document_id=order.pk, reason="不认", base=1, now=NOW)


def sign(world: World, order: Any, base: int | None = 1, file: str | None = None, **values: Any) -> None:
    full = {"name": "王厂长", "signer": "party", "file": file if file is not None else signature(world)}
    services.document_sign(
        scope=world.scope["town"], document_id=order.pk, base=base, now=NOW + timedelta(days=4), **full | values
    )


def test_a_signature_is_kept_with_who_signed(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    sign(world, order)
    sign(world, order, base=2, name="孔达", signer="officer", file=world.photo("town"), form="scan")
    order.refresh_from_db()
    papers = [(p.kind, p.signer, p.name) for p in queries.document_papers(order)]
    assert order.state == "signed"
    assert sorted(papers) == [("scan", "officer", "孔达"), ("signature", "party", "王厂长")]
    assert attachments.visible(queries.document_papers(order)[0].key, world.scope["enterprise"])


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"name": " "}, "platform.document.name_missing"),
        ({"name": "长" * 41}, "platform.document.name_long"),
        ({"signer": "x"}, "platform.document.signer_unknown"),
        ({"file": ""}, "platform.document.file_missing"),
        ({"at": NOW + timedelta(days=9)}, "platform.document.at_future"),
        ({"at": NOW}, "platform.document.at_before_issue"),
    ],
)
def test_a_signature_that_says_too_little_is_refused(world: World, values: dict[str, Any], code: str) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    with pytest.raises(RuleViolation, match="platform.document.sign.refused") as refused:
        sign(world, order, **values)
    assert [v.code for v in refused.value.violations] == [code]


def test_a_blank_signature_and_a_workbook_are_refused(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    with pytest.raises(RuleViolation) as blank:
        sign(world, order, file=signature(world, ink=False))
    assert [v.code for v in blank.value.violations] == ["platform.document.signature_blank"]
    with pytest.raises(RuleViolation) as kind:
        sign(world, order, file=order.sha256, form="scan")
    assert [v.code for v in kind.value.violations] == ["platform.document.file_kind"]
    with pytest.raises(BadInput, match="platform.attachment.unknown"):
        sign(world, order, file="0" * 64)


def test_a_refusal_needs_a_reason_and_two_different_witnesses(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")

    def refuse(reason: str, witnesses: tuple[str, str]) -> list[str]:
        at = NOW + timedelta(days=4)
        try:
            services.document_refuse(
                scope=world.scope["town"], document_id=order.pk, reason=reason, witnesses=witnesses, base=1, now=at
            )
        except RuleViolation as error:
            assert error.code == "platform.document.refuse.refused"
            return [v.code for v in error.violations]
        return []

    assert refuse("", ("甲", "甲")) == ["platform.document.reason_missing", "platform.document.witnesses_two"]
    assert refuse("长" * 501, ("甲", "")) == ["platform.document.text_long", "platform.document.name_missing"]
    assert refuse("负责人拒绝签字", ("村干部甲", "村干部乙")) == []
    order.refresh_from_db()
    assert (order.state, order.witnesses, order.refusal) == ("refused", "村干部甲、村干部乙", "负责人拒绝签字")


def test_service_and_voiding_end_a_document(world: World) -> None:
    scope, at = world.scope["town"], NOW + timedelta(days=4)
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    common = {"scope": scope, "document_id": order.pk, "now": at}
    with pytest.raises(RuleViolation, match="platform.document.serve.refused") as refused:
        services.document_serve(**common, way="pigeon", receiver="", base=1)
    codes = [v.code for v in refused.value.violations]
    assert codes == ["platform.document.name_missing", "platform.document.way_unknown"]
    services.document_serve(**common, way="lien", receiver="门卫", base=1, once="s")
    services.document_serve(**common, way="lien", receiver="门卫", base=1, once="s")
    with pytest.raises(Conflict, match="journal.once_reused"):
        services.document_void(**common, reason="晚了", base=2, once="s")
    with pytest.raises(Conflict, match="platform.document.stale"):
        services.document_void(**common, reason="晚了", base=1)
    with pytest.raises(RuleViolation, match="platform.document.void.refused") as late:
        services.document_void(**common, reason="晚了", base=2)
    assert [v.code for v in late.value.violations] == ["kernel.loop.not_from_here"]
    order.refresh_from_db()
    assert (order.state, order.way, order.receiver) == ("served", "lien", "门卫")
    assert version_of(f"platform.document/{order.pk}") == 2


def test_a_drill_has_numbers_of_its_own(world: World) -> None:
    from anlan.platform.documents.numbers import next_document_number, place_of

    assert next_document_number("责改", 2026, True) == "（黄岩）应急责改演练〔2026〕1号"
    assert next_document_number("责改", 2026, False) == "（黄岩）应急责改〔2026〕1号"
    assert [place_of(n) for n in ("黄岩区", "东城街道", "院桥镇", "县县")] == ["黄岩", "东城", "院桥", "县县"]


def test_each_body_issues_under_its_own_word(world: World) -> None:
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.accounts.services.organisations import organisation_change
    from anlan.inspection.queries.papers import numbered_as
    from anlan.platform.documents.numbers import next_document_number

    def number(role: str) -> str:
        if role == "department":  # no firm of this county is its
            return next_document_number("责改", 2026, False, numbered_as(world.scope[role]))
        return issue(world, "order", f"{HAZARD}/{world.ordered()}", role=role).number

    assert [number(role) for role in ("town", "supervision", "town", "department")] == [
        "（东城）应急责改〔2026〕1号",
        "（黄岩）应急责改〔2026〕1号",
        "（东城）应急责改〔2026〕2号",
        "（黄岩）住房和城乡建设局责改〔2026〕1号",
    ]
    county = world.county
    for body, word in ((county.town_office, "东街应急"), (county.department, "黄建")):
        organisation_change(scope=SETUP, id=body, values={"number_word": word}, base=None, now=NOW)
    with pytest.raises(BadInput, match="accounts.organisation.refused") as taken:
        values = {"number_word": "黄建"}
        organisation_change(scope=SETUP, id=county.other_town_office, values=values, base=None, now=NOW)
    assert [(v.code, v.field) for v in taken.value.violations] == [
        ("accounts.organisation.number_word_taken", "number_word")
    ]
    with pytest.raises(BadInput) as long:
        values = {"number_word": "长" * 21}
        organisation_change(scope=SETUP, id=county.other_town_office, values=values, base=None, now=NOW)
    assert [v.code for v in long.value.violations] == ["accounts.organisation.number_word_long"]
    assert [number(role) for role in ("town", "department", "supervision")] == [
        "东街应急责改〔2026〕1号",
        "黄建责改〔2026〕1号",
        "（黄岩）应急责改〔2026〕2号",
    ]


def test_after_a_restore_numbers_name_the_new_incarnation(world: World) -> None:
    from anlan.platform.documents.numbers import next_document_number
    from anlan.platform.journal import node

    node.start("331003000000")
    number = next_document_number("责改", 2026, False)
    assert re.fullmatch(r"（黄岩）应急责改b[2-9a-z]{6}〔2026〕1号", number)
    node.forget()


def test_the_office_may_lay_its_own_template_over_ours(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    template = CATALOGUE.documents["inspection.order"]
    document = Docx(io.BytesIO(our_bytes(template)))
    document.add_paragraph("本单位附注：{{ party }}")
    out = io.BytesIO()
    document.save(out)
    own_file(template).parent.mkdir(parents=True)
    own_file(template).write_bytes(out.getvalue())
    subject = f"{HAZARD}/{world.ordered()}"
    assert "本单位附注：测试甲机械有限公司" in text_of(document_bytes(issue(world, "order", subject)))
    own_file(template).write_bytes(b"PK no template")
    with pytest.raises(Unavailable, match="platform.document.template_broken"):
        issue(world, "order", f"{HAZARD}/{world.ordered()}")


def test_an_office_template_can_not_reach_into_the_program(world: World, settings: Any, tmp_path: Any) -> None:
    settings.DATA_DIR = tmp_path
    template = CATALOGUE.documents["inspection.order"]
    document = Docx(io.BytesIO(our_bytes(template)))
    document.add_paragraph("{{ party.__class__.__mro__ }}")
    out = io.BytesIO()
    document.save(out)
    own_file(template).parent.mkdir(parents=True)
    own_file(template).write_bytes(out.getvalue())
    with pytest.raises(Unavailable, match="platform.document.template_broken"):
        issue(world, "order", f"{HAZARD}/{world.ordered()}")


def test_a_file_that_is_no_template_is_named_so() -> None:
    from anlan.platform.documents.render import unknown_fields

    template = CATALOGUE.documents["inspection.order"]
    document = Docx()
    document.add_paragraph("{{ party }}{{ boss }}{% for h in hazards %}{{ h.number }}{{ h.colour }}{% endfor %}")
    out = io.BytesIO()
    document.save(out)
    assert unknown_fields(template, out.getvalue()) == ["boss", "colour"]
    with pytest.raises(BadInput, match="platform.document.file_unreadable"):
        unknown_fields(template, b"PK")


def test_several_documents_come_in_one_archive_in_the_order_asked(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    held = [issue(world, "order", subject), issue(world, "receipt", subject)]
    with zipfile.ZipFile(io.BytesIO(bundle(held))) as archive:
        assert archive.namelist() == [
            "01 责令限期整改指令书 （东城）应急责改〔2026〕1号.docx",
            "02 送达回证 （东城）应急送达〔2026〕1号.docx",
        ]
        assert archive.read(archive.namelist()[0]) == document_bytes(held[0])
    with pytest.raises(BadInput, match="platform.document.too_many"):
        queries.documents_get(world.scope["town"], [str(n) for n in range(101)])
    with pytest.raises(NotFound, match="platform.document.not_found"):
        queries.documents_get(world.scope["town"], [])


def test_wrong_kinds_and_subjects_are_refused(world: World) -> None:
    subject = f"{HAZARD}/{world.ordered()}"
    with pytest.raises(BadInput, match="platform.document.template_unknown"):
        issue(world, "poem", subject)
    with pytest.raises(BadInput, match="platform.document.not_about"):
        issue(world, "record", subject)
    with pytest.raises(NotFound, match="platform.document.subject_missing"):
        issue(world, "order", f"{HAZARD}/nothing")


def test_documents_fold_again_to_what_they_are(world: World) -> None:
    order = issue(world, "order", f"{HAZARD}/{world.ordered()}")
    sign(world, order)
    services.document_serve(
        scope=world.scope["town"],
        document_id=order.pk,
        way="direct",
        receiver="王厂长",
        base=2,
        now=NOW + timedelta(days=4),
    )
    assert rebuild(check=True).different == []


def test_every_template_asks_only_for_fields_that_exist() -> None:
    from anlan.platform.documents.render import unknown_fields

    found = {t.id: unknown_fields(t, our_bytes(t)) for t in CATALOGUE.documents.values()}
    assert len(found) == 8
    assert {key: fields for key, fields in found.items() if fields} == {}
    assert len({t.word for t in CATALOGUE.documents.values()}) == 8
