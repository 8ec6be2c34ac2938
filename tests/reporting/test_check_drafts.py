"""The checker as a whole: reasons with their sums, both places, whole reports, and properties of any text."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planted import drafts, reports

from anlan.kernel.messages import catalogue
from anlan.reporting.drafts.check import RULES, check
from anlan.reporting.drafts.finding import SEVERITIES

REASONS = [
    ("共发生事故12起，其中道路交通8起、工矿商贸3起、火灾2起。", "分项之和大于总数：8+3+2=13＞12。"),
    ("全镇共有企业41家，其中规上企业43家。", "分项“43家”大于总数“41家”：43＞41。"),
    ("检查危化企业12家、工贸企业35家、矿山8家，合计56家。", "分项之和与总数不一致：12+35+8=55≠56。"),
    ("发现隐患128处，已整改132处。", "整改数大于发现数：132＞128；如含以往遗留隐患，应在文中写明。"),
    ("共排查隐患320条，整改完成312条，剩余18条正在整改。", "剩余数与前文不符：320-312=8，文中为18。"),
    ("投入资金1.2亿元，其中县级财政8000万元，乡镇配套4500万元。", "分项之和大于总数：8000万+4500万=12500万＞12000万。"),
    ("应签订责任书156份，已签订150份，签订率99.2%。", "比率与前文数字不符：150÷156=96.15%，文中为99.2%。"),
    ("整改率达到102%。", "比率“102%”超过100%。"),
    ("全年发生事故8起，同比下降45%。", "没有任何整数基数能算出“8起、变化45%”：上期为14时是42.86%，上期为15时是46.67%。"),
    ("发生火灾37起，比去年同期减少8起，下降21.6%。", "增减数与百分比不符：上期为37+8=45，8÷45=17.78%，文中为21.6%。"),
    ("事故由上年的15起下降到8起，下降56.7%。", "两期数字与百分比不符：(15-8)÷15=46.67%，文中为56.7%。"),
    ("合格率由91.5%提高到92.9%，提高2.4个百分点。", "百分点与前后两个比率不符：92.9-91.5=1.4，文中为2.4个百分点。"),
    ("死亡人数下降120%。", "下降120%不成立：降到零也只是下降100%。"),
    ("发生事故0起，同比下降80%。", "本期为“0起”时应是下降100%，文中为80%。"),
    ("事故由12起上升到9起。", "由“12起”到“9起”，与文中“上升”方向相反。"),
    ("发生事故5起，与去年同期6起持平。", "“5起”与“6起”不相等，不是持平。"),
    ("其中热线48件占31.2%、网络37件占24.0%、来信33件占51.4%、其他36件占23.4%。",
     "按其余各项占比推算总数约为154，33÷154=21.43%，文中为51.4%。"),
    ("电气火灾占45%、用火不慎占30%、其他占35%。", "各项占比之和超过100%：45+30+35=110%＞100%。"),
    ("全区事故8起，同比下降46.7%，其中道路7起，同比下降46.2%，工矿1起，同比下降66.7%。",
     "由同比反推，分项的上期之和与总数的上期不符：13+3=16≠15。"),
    ("立案查处12起，罚款186元。", "平均每起罚款186元÷12=15.5元，数量级异常，请核对“186元”的单位。"),
    ("采购灭火器500具，价值2500万元。", "平均单价25000000元÷500=50000元，超出常见范围，请核对“2500万元”的单位和数量。"),
    ("为120户受灾群众发放补助36亿元。", "“36亿元”合36亿元，数量级异常，疑为“36万元”之误。"),
    ("为12户受灾群众发放补助3600万元。", "平均每户（人）36000000元÷12=3000000元，数量级异常，请核对“3600万元”的单位。"),
    ("今年共理赔9起，赔付金额283万元，平均每起3.14万元。",
     "平均数与总数不符：2830000元÷9=314444.44元，文中为“3.14万元”，请核对单位。"),
    ("县财政投入经费120元。", "金额只有“120元”，疑漏写“万”。"),
    ("最大雨量达3127毫米。", "“3127毫米”超出可能的范围（2500毫米以内），请核对。"),
    ("紧急转移群众1260万人。", "“1260万人”超过一个县的人口规模，请核对单位。"),
    ("上半年罚款166.7万元。下半年共收缴罚款166.7元。", "同一数额两处单位不同：“166.7万元”与“166.7元”。"),
    ("投入18万万元。", "数量单位“万万元”重复。"),
    ("发生事故×起。", "留有空白或占位符“×”，应填写后再报。"),
    ("省、市、区两级隐患全部整改。", "写明两级，实际列出3项：“省、市、区”。"),
    ("采取以下四项措施：一是加强领导；二是强化排查；三是严格执法。", "写明四项，其后实际列到第3项。"),
    ("在省市10个安置点建设任务基础上，自我加压30个，30个已全部竣工。",
     "在“10个”基础上再加“30个”，应为10+30=40，文中完成数为“30个”，总数不明。"),
    ("年度计划建设避灾点20个，实际建成18个，全部完成年度任务。", "任务“20个”，完成“18个”，未全部完成：18＜20。"),
    ("目标培训5000人，实际培训4800人，超额完成任务。", "任务“5000人”，完成“4800人”，未超额：4800≤5000。"),
    ("控制指标10起，全年实际发生12起，未突破控制指标。", "指标“10起”，实际“12起”，已突破：12＞10。"),
    ("检查企业85加，发现隐患12处。", "量词“加”疑为“家”之误。"),
    ("排查工地31个个。", "“个个”重复。"),
    ("死亡7起。", "“死亡”通常不以“起”计，疑为“人”或对象有误。"),
    ("截至13月底。", "“13月”：没有13月。"),
    ("2023年2月29日。", "“2023年2月29日”：2月没有这一天。"),
    ("9月15日至9月3日。", "期间“9月15日至9月3日”止于起始之前。"),
    ("青安委〔20243〕18号。", "文号“〔20243〕18号”的年份不成立，应为四位年份。"),
    ("上午9时75分。", "“9时75分”不是有效的时刻。"),
    ("第五季度。", "“第五季度”：一年只有四个季度。"),
    ("一是甲。二是乙。四是丙。", "序号不连续：“二是”之后是“四是”，应为“三是”。"),
    ("一、甲\n二、乙\n二、丙", "序号重复：“二、”之后仍是“二、”，应为“三、”。"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "why"), REASONS, ids=[t[:20] for t, _ in REASONS])
def test_the_reason_shows_the_calculation(text: str, why: str) -> None:
    assert any(f.why.startswith(why) for f in check(text)), [f.why for f in check(text)]


def test_every_reason_of_the_catalogue_is_given_by_some_draft() -> None:
    given_ = {f.code for text, _ in REASONS for f in check(text)}
    given_ |= {f.code for d in drafts("tuning.txt") for f in check(d.text)}
    given_ |= {f.code for f in check(ROWS) + check(SECTIONS)}
    known = {c.removeprefix("reporting.draft.") for c in catalogue() if c.startswith("reporting.draft.")}
    assert {c for c in known if not c.startswith("file.")} - given_ == set()


ROWS = (
    "三年行动以来，全区共发现隐患23701宗，整改19951宗，罚款633.7万元。"
    "对建筑施工领域开展检查，共发现隐患23701宗，整改19951宗，罚款633.7万元。"
)
SECTIONS = (
    "一、总体情况\n全区共罚款100万元。\n二、具体情况\n（一）消防安全整治。罚款60万元。"
    "\n（二）道路交通整治。罚款55万元。\n"
)


def test_both_places_of_a_contradiction_between_sentences_are_named() -> None:
    (row,) = [f for f in check(ROWS) if f.rule == 4]
    assert [o.quote[-30:] in ROWS[:60] for o in row.others] == [True]
    (total,) = check(SECTIONS)
    assert (total.place.quote, [o.quote for o in total.others]) == ("全区共罚款100万元", ["罚款60万元", "罚款55万元"])
    assert total.why == "各行业部分之和大于全域总数：60+55=115＞100；如口径或期间不同，应在文中写明。"


@pytest.mark.parametrize("name", list(reports("tuning.txt")))
def test_nothing_is_said_of_a_clean_report(name: str) -> None:
    (clean,) = [d for d in drafts("tuning.txt") if d.name == name]
    assert [(f.rule, f.why) for f in check(clean.text)] == []


def test_json_has_the_keys_of_the_contract() -> None:
    (finding,) = check("整改率达到102%。")
    assert finding.as_dict() == {
        "rule": 2,
        "quote": "整改率达到102%",
        "start": 0,
        "end": 9,
        "why": "比率“102%”超过100%。",
        "severity": "error",
        "code": "over_hundred",
        "others": [],
    }


def test_rules_one_to_eleven_are_there() -> None:
    assert {number for number, _ in RULES} == set(range(1, 12))


PARTS = st.lists(st.integers(1, 4000), min_size=2, max_size=6)
FORMS = (
    "全县共检查企业{total}家，其中{parts}。",
    "全县共检查企业{total}家：{parts}。",
    "{parts}，合计{total}家。",
    "全县共有企业{total}家（{parts}）。",
    "全县共检查企业{total}家。其中，{parts}。",
)
NAMES = ("危化企业", "工贸企业", "矿山", "商贸企业", "建筑企业", "渔业企业")


@settings(max_examples=300, deadline=None)
@given(PARTS, st.sampled_from(FORMS), st.sampled_from("、，；"))
def test_changing_a_total_and_its_parts_together_raises_nothing(parts: list[int], form: str, mark: str) -> None:
    listed = mark.join(f"{name}{n}家" for name, n in zip(NAMES, parts, strict=False))
    assert [(f.rule, f.why) for f in check(form.format(total=sum(parts), parts=listed))] == []


@settings(max_examples=300, deadline=None)
@given(PARTS, st.integers(1, 500), st.sampled_from(FORMS[:4]))
def test_a_total_below_its_parts_is_found(parts: list[int], less: int, form: str) -> None:
    listed = "、".join(f"{name}{n}家" for name, n in zip(NAMES, parts, strict=False))
    total = max(sum(parts) - less, max(parts))
    found = check(form.format(total=total, parts=listed))
    assert (1 in {f.rule for f in found}) is (total < sum(parts))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 300), st.integers(1, 300))
def test_a_comparison_with_a_true_base_raises_nothing(now: int, base: int) -> None:
    way = "增长" if now > base else "下降"
    if now == base:
        return
    rate = round(abs(now - base) * 100 / base, 1)
    texts = (
        f"发生事故{now}起，同比{way}{rate}%。",
        f"发生事故{now}起，比上年{'增加' if now > base else '减少'}{abs(now - base)}起，{way}{rate}%。",
        f"事故由上年的{base}起{'上升' if now > base else '下降'}到{now}起，{way}{rate}%。",
    )
    assert [f.why for text in texts for f in check(text)] == []


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 3000), st.data())
def test_a_rate_that_follows_from_its_numbers_raises_nothing(found: int, data: st.DataObject) -> None:
    mended = data.draw(st.integers(0, found))
    places = data.draw(st.sampled_from([0, 1, 2]))
    rate = f"{mended * 100 / found:.{places}f}"
    assert check(f"发现隐患{found}处，已整改{mended}处，整改率{rate}%。") == []


PIECES = st.sampled_from(
    [
        "其中", "合计", "共", "12家", "3.5万元", "×", "同比下降", "46.7%",
        "，", "。", "；", "、", "（", "）", "\n", "一是", "二是", "两级",
        "省、市", "发现隐患", "整改", "罚款", "〔2020〕", "号", "13月", "占",
        "率", "一、", "(一)", "“", "”", "1,234", "余", "万", "加", "在",
        "基础上", "全部完成", "分别", "\r\n", "\t", "９", "％", "0", "由",
        "到", "至", "-", "千", "亿", "元", "去年同期", "持平",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=80).map("".join)))
def test_any_text_gives_findings_with_valid_offsets(text: str) -> None:
    for f in check(text):
        for place in (f.place, *f.others):
            assert 0 <= place.start < place.end <= len(text)
            assert text[place.start : place.end] == place.quote
        assert f.why
        assert f.severity in SEVERITIES


def test_a_text_wrapped_at_a_width_is_read_across_its_lines() -> None:
    text = (
        "今年以来，全县各级各部门认真落实安全生产责任制，共发现隐患\n128处，已整改132处，整改工作取得阶段性成效，下一步将持续\n"
        "加强监督检查，督促企业落实主体责任，坚决防范各类事故发生，\n确保全县安全生产形势稳定。"
    )
    assert [f.rule for f in check(text)] == [1]


def test_time_grows_with_the_length_of_the_text() -> None:
    """Not in seconds: the findings of a text said twice are at most those of both and a bounded rest."""
    one = "\n".join(d.text for d in drafts("tuning.txt"))
    assert len(check(one * 2)) <= 2 * len(check(one)) + 40
