"""Makes the templates of inspection's documents: python docs/build/document_templates.py [FOLDER].

The wording is ours; what must stand in each document follows 安全生产法(2021) and 行政处罚法(2021), the layout GB/T 9704-2012.
A field that is empty leaves a blank to be filled in by hand.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

from sheet import ALIGN, SIHAO, Sheet, blank

TARGET = Path(__file__).resolve().parents[2] / "src" / "anlan" / "inspection" / "templates_docx"
_REMEDY = (
    "如不服本{word}，可以自收到之日起60日内向{{{{ government }}}}申请行政复议，或者在6个月内依法向{{{{ court }}}}"
    "提起行政诉讼。复议、诉讼期间不停止执行，法律另有规定的除外。"
)
_COPIES = "本文书一式两份，一份由制作单位存档，一份交{whom}。"
_EACH = "for hazard in hazards"


def _party(sheet: Sheet) -> None:
    sheet.line("{{ party }}：", align=ALIGN.LEFT, keep=True)


def _hazards(sheet: Sheet, widths: tuple[int, ...], heads: tuple[str, ...], cells: tuple[str, ...]) -> None:
    table = sheet.table(widths)
    sheet.head_row(table, heads)
    sheet.mark_row(table, _EACH)
    sheet.row(table, cells)
    sheet.mark_row(table, "endfor")


_PLACED = "{{ hazard.description }}{% if hazard.place %}（部位：{{ hazard.place }}）{% endif %}"
_WHAT = _PLACED + "{% if hazard.major %}【重大事故隐患】{% endif %}"


def record() -> Sheet:
    """现场检查记录."""
    sheet = Sheet("现场检查记录")
    sheet.enforcement_head("现场检查记录")
    facts = sheet.table((150, 430, 150, 270))
    sheet.facts(
        facts,
        ("被检查单位", "{{ party }}"),
        ("统一社会信用代码", blank("uscc", 4), "检查编号", "{{ visit }}"),
        ("单位地址", blank("address", 4)),
        ("负责人", "", "职务、电话", ""),
        ("检查场所", ""),
        ("检查时间", "{{ started_at|moment }}至{{ finished_at|moment }}"),
        ("检查类型", "{{ kind }}", "检查表", blank("checklist", 4)),
        ("检查人员", "{% for officer in officers %}{% if not loop.first %}；{% endif %}"
                     + blank("officer.name", 3) + "（证号：" + blank("officer.certificate", 5) + "）{% endfor %}"),
    )  # fmt: skip
    sheet.body("检查人员已向被检查单位出示执法证件，告知检查事由以及陈述、申辩和申请回避的权利。")
    sheet.heading("一、检查情况")
    sheet.body(
        "本次检查共核对{{ total }}项，其中符合{{ passed }}项，不涉及{{ absent }}项，发现事故隐患{{ hazards|length }}处。"
    )
    sheet.heading("二、发现的事故隐患")
    sheet.mark("if hazards")
    _hazards(
        sheet, (75, 225, 450, 250), ("序号", "隐患编号", "隐患情况", "依据"),
        ("{{ hazard.position }}", "{{ hazard.number }}", _WHAT, "{{ hazard.basis }}"),
    )  # fmt: skip
    sheet.mark("else")
    sheet.body("未发现事故隐患。")
    sheet.mark("endif")
    sheet.heading("三、检查结论")
    sheet.body("{{ conclusion or '（无）' }}")
    sheet.heading("四、被检查单位意见")
    sheet.rule_for_hand(2)
    sheet.sign_line("被检查单位现场负责人")
    sheet.officers("检查人员")
    sheet.sign_line("记录人", keep=True)
    sheet.line(_COPIES.format(whom="被检查单位"), size=SIHAO, indent=True)
    return sheet


def order() -> Sheet:
    """责令限期整改指令书."""
    sheet = Sheet("责令限期整改指令书")
    sheet.enforcement_head("责令限期整改指令书")
    _party(sheet)
    sheet.body("经{{ inspected_on|day }}检查，你单位存在下列事故隐患（共{{ hazards|length }}处）：", keep=True)
    _hazards(
        sheet, (75, 375, 175, 175, 200), ("序号", "隐患情况", "依据", "整改要求", "整改期限"),
        ("{{ hazard.position }}", _WHAT, "{{ hazard.basis }}", "{{ hazard.requirement }}", "{{ hazard.due_on|day }}"),
    )  # fmt: skip
    sheet.body(
        "根据《中华人民共和国安全生产法》第六十五条第一款的规定，现责令你单位在上表所列日期前完成整改，达到有关法律、法规、"
        "规章和标准的要求，整改完成后将整改情况报我单位复查。"
    )
    sheet.body(
        "整改期间，你单位应当采取有效的安全防范措施；隐患排除前或者排除过程中无法保证安全的，应当从危险区域内撤出作业人员，"
        "停止作业或者停止使用。逾期未整改或者整改不符合要求的，将依法处理。"
    )
    sheet.body(_REMEDY.format(word="指令"), keep=True)
    sheet.line(keep=True)
    sheet.officers("执法人员")
    sheet.sign_line("被检查单位负责人")
    sheet.signed_off(note=_COPIES.format(whom="被检查单位"))
    return sheet


def review() -> Sheet:
    """整改复查意见书."""
    sheet = Sheet("整改复查意见书")
    sheet.enforcement_head("整改复查意见书")
    _party(sheet)
    sheet.body(
        "我单位{% if ordered_on %}于{{ ordered_on|day }}{% endif %}"
        "{% if order_number %}以{{ order_number }}文书{% endif %}责令你单位限期整改，"
        "现对整改情况进行了复查，意见如下：", keep=True,
    )  # fmt: skip
    _hazards(
        sheet, (75, 325, 190, 245, 165), ("序号", "隐患情况", "复查日期", "复查情况", "复查结论"),
        ("{{ hazard.position }}", _WHAT, "{{ hazard.reviewed_on|day }}", "{{ hazard.note }}",
         "{% if hazard.passed %}已整改到位{% else %}未整改到位{% endif %}"),
    )  # fmt: skip
    sheet.mark("if all_passed")
    sheet.body("上述隐患均已整改到位，同意销号。请你单位举一反三，落实日常排查治理，防止同类隐患再次发生。", keep=True)
    sheet.mark("else")
    sheet.body("对未整改到位的隐患，你单位应当继续整改；逾期仍未整改到位的，将依法处理。", keep=True)
    sheet.mark("endif")
    sheet.line(keep=True)
    sheet.officers("复查人员")
    sheet.sign_line("被复查单位负责人")
    sheet.signed_off(note=_COPIES.format(whom="被复查单位"))
    return sheet


def _about(sheet: Sheet) -> None:
    """What the hazard is, as one table."""
    table = sheet.table((170, 830))
    sheet.facts(
        table,
        ("单位名称", "{{ party }}"),
        ("单位地址", blank("address", 4)),
        ("隐患编号", "{{ hazard.number }}（{{ hazard.grade }}）"),
        ("隐患情况", _PLACED),
        ("判定依据", blank("hazard.basis", 4)),
    )


def listing() -> Sheet:
    """重大事故隐患挂牌督办通知书."""
    sheet = Sheet("重大事故隐患挂牌督办通知书")
    sheet.letter_head("重大事故隐患挂牌督办通知书")
    _party(sheet)
    sheet.body("你单位下列重大事故隐患，经研究决定，列为{{ facts.level }}挂牌督办：", keep=True)
    _about(sheet)
    sheet.heading("一、挂牌督办理由")
    sheet.body("{{ facts.reason }}")
    sheet.heading("二、治理要求和期限")
    sheet.body("{{ facts.requirement }}")
    sheet.body("治理工作应当于{{ facts.due_on|day }}前完成，做到措施、责任人、资金、时限、预案“五落实”。")
    sheet.heading("三、督办和核销")
    sheet.body(
        "督办单位为" + blank("facts.follower", 10) + "。治理期间你单位应当按要求报告进展；"
        "治理完成后提出书面核销申请，经复查合格的，予以摘牌。",
        keep=True,
    )
    sheet.signed_off()
    return sheet


def unlisting() -> Sheet:
    """重大事故隐患摘牌通知书."""
    sheet = Sheet("重大事故隐患摘牌通知书")
    sheet.letter_head("重大事故隐患摘牌通知书")
    _party(sheet)
    sheet.body(
        "{{ facts.listed_on|day }}"
        "{% if facts.listing_number %}以{{ facts.listing_number }}文书{% endif %}列为{{ facts.level }}挂牌督办的重大事故隐患，"
        "经{{ facts.reviewed_on|day }}复查，已治理完成，决定予以摘牌。", keep=True,
    )  # fmt: skip
    _about(sheet)
    sheet.heading("复查情况")
    sheet.body("{{ facts.review }}")
    sheet.body("请你单位巩固治理成果，健全隐患排查治理长效机制，防止反弹。", keep=True)
    sheet.signed_off()
    return sheet


def extension() -> Sheet:
    """隐患整改延期批复."""
    sheet = Sheet("隐患整改延期批复")
    sheet.letter_head("关于同意事故隐患整改延期的批复")
    _party(sheet)
    sheet.body(
        "你单位{{ facts.applied_on|day }}提出的整改延期申请收悉。隐患整改期限原为{{ facts.old_due_on|day }}，"
        "经审核，同意延期至{{ facts.new_due_on|day }}。现批复如下：", keep=True,
    )  # fmt: skip
    _about(sheet)
    sheet.heading("一、延期理由")
    sheet.body("{{ facts.reason }}")
    sheet.heading("二、延期期间的要求")
    sheet.body(
        "{{ facts.condition or '延期期间应当采取监控和防范措施，确保安全；无法保证安全的，停止作业或者停止使用。' }}"
    )
    sheet.body("延期期满前应当完成整改并申请复查；逾期未完成的，将依法处理。", keep=True)
    sheet.signed_off()
    return sheet


def transfer() -> Sheet:
    """案件线索移送函."""
    sheet = Sheet("案件线索移送函")
    sheet.letter_head("案件线索移送函", kind="")
    sheet.line("{{ facts.receiver }}：", align=ALIGN.LEFT, keep=True)
    sheet.body("我单位在工作中发现下列情况，依照{{ facts.clause }}，现移送你单位依法处理：", keep=True)
    _about(sheet)
    sheet.heading("一、移送理由")
    sheet.body("{{ facts.reason }}")
    sheet.heading("二、移送材料")
    sheet.mark("if facts.papers")
    sheet.mark("for paper in facts.papers")
    sheet.body("{{ loop.index }}. {{ paper }}")
    sheet.mark("endfor")
    sheet.mark("else")
    sheet.body("（无）")
    sheet.mark("endif")
    sheet.body("请将受理和处理结果函告我单位。", keep=True)
    sheet.signed_off()
    return sheet


def receipt() -> Sheet:
    """送达回证."""
    sheet = Sheet("送达回证")
    sheet.enforcement_head("送达回证")
    head = sheet.table((220, 780))
    sheet.facts(head, ("受送达人", "{{ party }}"), ("受送达人地址", blank("address", 4)))
    sheet.gap()
    papers = sheet.table((90, 340, 450, 120))
    sheet.head_row(papers, ("序号", "送达文书名称", "文书编号", "份数"))
    sheet.mark_row(papers, "for paper in papers")
    sheet.row(papers, ("{{ paper.position }}", "{{ paper.label }}", "{{ paper.number }}", "1"))
    sheet.mark_row(papers, "endfor")
    sheet.gap()
    blanks = sheet.table((220, 780))
    sheet.facts(
        blanks,
        ("送达方式", "□直接送达　　□留置送达　　□委托送达\n□邮寄送达　　□电子送达　　□公告送达"),
        ("送达地点", ""),
        ("受送达人签名或盖章", "\n　　　　　　　　　　　　　　年　　月　　日　　时　　分"),
        ("代收人及其与受送达人的关系", ""),
        ("拒收事由", "\n"),
        ("见证人签名", "\n　　　　　　　　　　　　　　年　　月　　日"),
        ("送达人签名", "{% for officer in officers %}" + "\u3000" * 8 + "（" + blank("officer.name", 3) + "，证号："
                       + blank("officer.certificate", 6) + "）{% if not loop.last %}\n{% endif %}{% endfor %}"),
        ("备注", ""),
    )  # fmt: skip
    return sheet


TEMPLATES: tuple[Callable[[], Sheet], ...] = (record, order, review, listing, unlisting, extension, transfer, receipt)


def _settled(data: bytes) -> bytes:
    """The same parts in the same order without the moment of making, so that an unchanged script makes unchanged files."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as held, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), held.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def main() -> None:
    """Write every template."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    folder.mkdir(parents=True, exist_ok=True)
    for make in TEMPLATES:
        out = io.BytesIO()
        make().doc.save(out)
        (folder / f"{make.__name__}.docx").write_bytes(_settled(out.getvalue()))


if __name__ == "__main__":
    main()
