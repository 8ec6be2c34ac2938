"""Major hazards: the criteria that are ticked, what an order must settle (五落实), who may review. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank, shown_length

__all__ = [
    "check_lightening",
    "Criterion",
    "Five",
    "check_five",
    "check_major_review",
    "check_not_major",
    "check_ordered",
    "check_ticked",
    "cite",
    "cited",
    "criteria",
    "criteria_for",
    "criteria_of",
]

_GONGMAO = frozenset(
    {"metallurgy", "nonferrous", "building_materials", "machinery", "light_industry", "textile", "tobacco", "commerce"}
)
_HAZCHEM = frozenset(
    {"hazchem_production", "hazchem_trade", "hazchem_storage", "hazchem_use", "gas_station", "chemical", "pharmacy"}
)
_LONGEST_CITATION = 200
_SHORTEST_REASON = 5


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of a published standard for judging major hazards.

    Attributes:
        id: stable, `gm03-01`. sector: the class or risk tag of enterprises it is for.
        standard, decree, article: where it stands. text: what it says.
        verified: the wording was compared with a print of the decree; otherwise the page asks to look it up.
    """

    id: str
    sector: str
    standard: str
    decree: str
    article: str
    text: str
    verified: bool

    @property
    def citation(self) -> str:
        """How a document cites it: 《工贸企业重大事故隐患判定标准》第三条第（一）项."""
        return f"《{self.standard}》{self.article}"


@dataclass(frozen=True, slots=True)
class Five:
    """五落实 of an order on a major hazard; the deadline is the order's own. `funds_yuan`: whole yuan, None: not named."""

    measures: str = ""
    responsible: str = ""
    funds_yuan: int | None = None
    plan: str = ""


@cache
def criteria() -> tuple[Criterion, ...]:
    """Every criterion of the package, in the order of data/major_criteria.csv.

    Source: 应急管理部令第10号(2023) 第三条至第十三条; 安监总管三〔2017〕121号.
    """
    raw = resources.files("anlan.inspection").joinpath("data/major_criteria.csv").read_text(encoding="utf-8")
    return tuple(
        Criterion(r["id"], r["sector"], r["standard"], r["decree"], r["article"], r["text"], r["verified"] == "1")
        for r in csv.DictReader(io.StringIO(raw))
    )


def criteria_for(classes: Collection[str], tags: Collection[str]) -> tuple[Criterion, ...]:
    """The criteria that an enterprise of these classes and risk tags is judged by; empty where no standard fits.

    Source: 应急管理部令第10号(2023) 第二条 (工贸行业), 第十一条至第十三条 (by risk); 安监总管三〔2017〕121号.
    """
    sectors = {*classes, *tags}
    trade = bool(_GONGMAO & sectors)
    named = {s for s in sectors if trade or s not in {"dust", "ammonia", "confined_space"}}
    named |= ({"gongmao"} if trade else set()) | ({"hazchem"} if _HAZCHEM & sectors else set())
    return tuple(c for c in criteria() if c.sector in named)


def criteria_of(ids: Iterable[str]) -> tuple[Criterion, ...]:
    """The criteria with these ids, in the order of the standard; unknown ids are left out.

    Source: the judging standards themselves, which every criterion names with its article.
    """
    wanted = set(ids)
    return tuple(c for c in criteria() if c.id in wanted)


def cite(ids: Iterable[str]) -> str:
    """The ticked criteria as a document cites them, each standard named once; at most 200 characters, then 等.

    Source: house rule (what a document's field holds); standard and article as the criteria name them.
    """
    articles: dict[str, list[str]] = {}
    for criterion in criteria_of(ids):
        articles.setdefault(criterion.standard, []).append(criterion.article)
    text = "；".join(f"《{standard}》{'、'.join(named)}" for standard, named in articles.items())
    if len(text) <= _LONGEST_CITATION:
        return text
    return text[: _LONGEST_CITATION - 1].rpartition("、")[0] + "等"


def cited(basis: str) -> tuple[str, ...]:
    """The ids of the criteria that these words cite, where they are nothing but citations as `cite` writes them; else ().

    Naming a clause word for word is ticking it. Source: as `cite`.
    """
    known = {(c.standard, c.article): c.id for c in criteria()}
    ids = []
    for part in basis.strip().split("；"):
        standard, closed, articles = part.strip().removeprefix("《").partition("》")
        named = [known.get((standard, article)) for article in articles.split("、")]
        if not closed or None in named:
            return ()
        ids += [i for i in named if i is not None]
    return tuple(dict.fromkeys(ids))


def check_ticked(
    grade: str, ticked: Sequence[str], ids: Sequence[str], offered: Collection[str], *, also: Collection[str] = (),
    judged_before: bool = False,
) -> list[Violation]:
    """Why these ticks can't stand; empty when they can. A major hazard stands on a clause of the criteria, by every door.

    Args:
        grade: as named by the person. ticked: ids of the criteria ticked. ids: these, or those that the words cite.
        offered: ids of the criteria for this enterprise. also: of the checklist's item, or ticked before.
        judged_before: the hazard it comes from was major; that judgement stands until it is judged anew.
    Source: 安全生产法(2021) 第一百一十八条第二款; free words only where no published standard fits (house rule).
    """
    named = ids if offered else ticked
    unknown = sorted(set(named) - set(offered) - set(also))
    found = [Violation("inspection.hazard.major.criterion_unknown", {"id": unknown[0]}, "criteria")] if unknown else []
    if grade == "major" and offered and not ids and not judged_before:
        found.append(Violation("inspection.hazard.major.criteria_missing", {"count": len(offered)}, "criteria"))
    return found


def check_not_major(grade: str, criterion: str, reason: str, item: str) -> list[Violation]:
    """Why what fails an item that is a criterion of major hazards can't be filed as a general one; empty when it can.

    Args:
        criterion: of major hazards that the checklist's item names, "" for none. item: its key.
    Source: 安全生产法(2021) 第一百一十八条第二款; house rule (who departs from the criterion says why, on the record).
    """
    if grade == "major" or blank(criterion):
        return []
    if shown_length(reason) < _SHORTEST_REASON:
        return [Violation("inspection.item.general_reason_missing", {"item": item, "least": _SHORTEST_REASON}, item)]
    return [Violation(v.code, v.facts, item) for v in check_words({"general_reason": reason})]


def check_ordered(grade: str, ids: Sequence[str], offered: Collection[str]) -> list[Violation]:
    """Whether a hazard is ordered as major without a clause where criteria fit; it is judged (判定级别) before.

    Older records and firms' own reports may hold one in words alone. Source: as `check_ticked`.
    """
    missing = grade == "major" and bool(offered) and not ids
    return [Violation("inspection.hazard.order.criteria_missing", {"count": len(offered)}, "criteria")] if missing else []


def check_five(grade: str, five: Five) -> list[Violation]:
    """What a major hazard's order has not settled: measures, person, funds, plan (the deadline is check_due's).

    Source: 安全生产事故隐患排查治理暂行规定(安监总局令第16号) 第十五条 (重大事故隐患治理方案).
    """
    if grade != "major":
        return []
    found = []
    if blank(five.measures):
        found.append(Violation("inspection.hazard.order.measures_missing", {}, "measures"))
    if blank(five.responsible):
        found.append(Violation("inspection.hazard.order.responsible_missing", {}, "responsible"))
    if five.funds_yuan is None or five.funds_yuan < 0:
        found.append(Violation("inspection.hazard.order.funds_missing", {}, "funds_yuan"))
    if blank(five.plan):
        found.append(Violation("inspection.hazard.order.plan_missing", {}, "plan"))
    texts = {"measures": five.measures, "responsible": five.responsible, "plan": five.plan}
    return found + check_words(texts)


def check_major_review(grade: str, officers: Collection[str], finders: Collection[str]) -> list[Violation]:
    """Why these officers can't close a major hazard: one of them must not have found it.

    Args:
        officers: person ids of the reviewers. finders: of whoever filed it and of the inspection's officers.
    Source: house rule (查处分离: whoever found a major hazard does not alone declare it mended).
    """
    named = set(officers) - {""}
    if grade == "major" and len(named) > 1 and named <= set(finders):
        return [Violation("inspection.hazard.close.major_finders", {}, "co_reviewer")]
    return []


def check_lightening(held: str, grade: str, person: str, found_by: str, note: str) -> list[Violation]:
    """Why a major hazard can't be judged general: its finder alone can't, and the reason must be said.

    Source: house rule (two persons stand behind it, as behind a dismissal).
    """
    if held != "major" or grade == "major":
        return []
    found = [Violation("inspection.hazard.judge.finder_alone", {})] if person == found_by else []
    if shown_length(note) < 5:
        found.append(Violation("inspection.hazard.reason_short", {"least": 5}, "note"))
    return found
