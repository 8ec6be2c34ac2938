"""Documents of every kind in every shape: one hazard, ten, none, long names, facts that are missing. All names are invented."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from anlan.inspection.rules import document as rules
from anlan.platform.catalogue import CATALOGUE

LONG_NAME = ("测试县第一精细化工新材料科技股份有限公司第二分公司危险化学品储存经营部" * 2)[:60]
WORDS = "车间安全出口堆放杂物，疏散通道宽度不足，应急照明缺失"
SHAPES = ("one", "ten", "none", "long", "missing")
_ONLY_ONE_HAZARD = {"listing", "unlisting", "extension", "transfer", "receipt"}


def samples() -> Iterator[tuple[str, str, Any]]:
    """(kind without context, shape, page) of every combination that can occur."""
    for template in CATALOGUE.documents.values():
        kind = template.id.partition(".")[2]
        for shape in SHAPES:
            if (shape == "none" and kind != "record") or (shape == "ten" and kind in _ONLY_ONE_HAZARD):
                continue
            yield kind, shape, page(kind, shape)


def values_of(kind: str, shape: str, sample: Any) -> dict[str, Any]:
    """A page's fields with number, day, and the mark of a drill where facts are missing."""
    word = CATALOGUE.documents[f"inspection.{kind}"].word
    fields = {name: getattr(sample, name) for name in sample.__dataclass_fields__}
    return fields | {
        "number": f"（测试）应急{word}〔2026〕12号",
        "issued_on": date(2026, 3, 14),
        "drill": shape == "missing",
    }


def _line(n: int, long: bool) -> rules.HazardLine:
    return rules.HazardLine(
        position=n, number=f"YH-331003a-2026-{n:06d}", description=WORDS * (3 if long else 1), place="一号车间东侧",
        basis="《中华人民共和国消防法》第二十八条", grade="一般隐患", major=n == 2, requirement="立即清理，恢复畅通",
        found_on=date(2026, 3, 2), due_on=date(2026, 3, 12), reviewed_on=date(2026, 3, 13), passed=n != 3,
        note="现场复查，杂物已清理" if n != 3 else "照明仍未恢复",
    )  # fmt: skip


def _bare() -> rules.HazardLine:
    return rules.HazardLine(
        position=1, number="YH-331003a-2026-000001", description="通道堵塞", place="", basis="", grade="一般隐患",
        major=False, requirement="",
    )  # fmt: skip


def hazards(shape: str) -> tuple[rules.HazardLine, ...]:
    """The hazards of a shape."""
    if shape == "missing":
        return (_bare(),)
    count = {"one": 1, "ten": 10, "none": 0, "long": 3}[shape]
    return tuple(_line(n, shape != "one") for n in range(1, count + 1))


def _base(shape: str) -> dict[str, Any]:
    missing, long = shape == "missing", shape in {"long", "ten"}
    officers = (
        (rules.Officer(), rules.Officer())
        if missing
        else (rules.Officer(name="王测试", certificate="浙331003001"), rules.Officer(name="孔测试"))
    )
    return {
        "issuer": "测试市测试县应急管理局安全生产综合行政执法大队" if shape == "long" else "测试县应急管理局",
        "party": LONG_NAME if long else "测试甲机械有限公司",
        "uscc": "" if missing else "91331003MA2ABCDE1X",
        "address": "" if missing else "测试县东城街道测试北路100号" * (3 if long else 1),
        "officers": officers,
        "government": "测试县人民政府",
        "court": "测试县人民法院",
    }


def _record(base: dict[str, Any], shape: str) -> Any:
    missing = shape == "missing"
    return rules.RecordPage(
        **base, visit="JC-331003a-2026-000001", kind="日常检查", checklist="" if missing else "工贸企业通用检查表",
        started_at=datetime(2026, 3, 2, 2, 0, tzinfo=UTC),
        finished_at=None if missing else datetime(2026, 3, 2, 4, 30, tzinfo=UTC),
        total=20, passed=18, absent=1, hazards=hazards(shape),
        conclusion="" if missing else "总体情况较好，个别问题需要整改。" * (6 if shape in {"ten", "long"} else 1),
    )  # fmt: skip


def _review(base: dict[str, Any], shape: str) -> Any:
    missing, lines = shape == "missing", hazards(shape)
    return rules.ReviewPage(
        **base, ordered_on=None if missing else date(2026, 3, 2),
        order_number="" if missing else "（测试）应急责改〔2026〕12号", hazards=lines, all_passed=all(h.passed for h in lines),
    )  # fmt: skip


def _of_steps(kind: str, base: dict[str, Any], shape: str) -> Any:
    missing, often = shape == "missing", 6 if shape == "long" else 1
    hazard = hazards(shape)[0]
    if kind == "listing":
        facts: Any = rules.ListingFacts(
            level="县级", reason="危险程度高，整改难度大。" * often, requirement="停用危险区域，限期治理。" * often,
            due_on=date(2026, 6, 1), follower="" if missing else "测试县安全生产委员会办公室",
        )  # fmt: skip
        return rules.ListingPage(**base, hazard=hazard, facts=facts)
    if kind == "unlisting":
        facts = rules.UnlistingFacts(
            level="县级", listing_number="" if missing else "（测试）应急督办〔2026〕1号", listed_on=date(2026, 3, 5),
            review="治理到位。" * often, reviewed_on=date(2026, 5, 20),
        )  # fmt: skip
        return rules.UnlistingPage(**base, hazard=hazard, facts=facts)
    if kind == "extension":
        facts = rules.ExtensionFacts(
            applied_on=date(2026, 3, 10), reason="设备订货周期长。" * often, old_due_on=date(2026, 3, 12),
            new_due_on=date(2026, 4, 12), condition="" if missing else "停用三号罐，加强巡查。" * often,
        )  # fmt: skip
        return rules.ExtensionPage(**base, hazard=hazard, facts=facts)
    facts = rules.TransferFacts(
        receiver="测试县消防救援大队", reason="涉嫌占用消防通道。" * often, clause="《中华人民共和国消防法》第六十条",
        papers=() if missing else ("现场检查记录1份", "现场照片4张"),
    )  # fmt: skip
    return rules.TransferPage(**base, hazard=hazard, facts=facts)


def page(kind: str, shape: str) -> Any:
    """The page of one kind in one shape."""
    base = _base(shape)
    labels = ("责令限期整改指令书", "现场检查记录", "整改复查意见书")[: 1 if shape == "missing" else 3]
    papers = (
        rules.ServedLine(position=n, label=label, number=f"（测试）应急责改〔2026〕{n}号")
        for n, label in enumerate(labels, 1)
    )
    makers: dict[str, Callable[[], Any]] = {
        "record": lambda: _record(base, shape),
        "order": lambda: rules.OrderPage(**base, inspected_on=date(2026, 3, 2), hazards=hazards(shape)),
        "review": lambda: _review(base, shape),
        "receipt": lambda: rules.ReceiptPage(**base, papers=tuple(papers)),
    }
    return makers[kind]() if kind in makers else _of_steps(kind, base, shape)
