"""One list of sections and links for both chromes: our own pages and the desk. Each link names the right it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from anlan.accounts.middleware import MANY
from anlan.accounts.queries import acting_posts
from anlan.calling.queries import unread_counts
from anlan.data import region_name
from anlan.platform import clock
from anlan.platform.health import room_missing
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the menu.

    Attributes:
        label: Chinese name.
        url: address.
        icon: symbol in static/anlan/icons.svg.
        rights: any one of these is enough; empty: everybody who is logged in. needs: all of these, too.
        under: address prefixes on which the entry is marked as current, besides `url`.
        phone: its shorter name in the phone's bottom bar; empty: not there.
        own: also for people limited to own subjects (an enterprise's officer).
    """

    label: str
    url: str
    icon: str
    rights: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    phone: str = ""
    own: bool = True
    needs: tuple[str, ...] = ()

    def seen_by(self, scope: Scope) -> bool:
        """Whether the menu of this person has the entry."""
        if (scope.subjects is not None and not self.own) or not all(scope.may(right) for right in self.needs):
            return False
        return not self.rights or any(scope.may(right) for right in self.rights)

    def current(self, path: str) -> bool:
        """Whether `path` belongs to this entry."""
        if self.url == "/":
            return path == "/"
        return path == self.url or any(path.startswith(prefix) for prefix in (self.url, *self.under))


@dataclass(frozen=True, slots=True)
class Section:
    """A headed group of links."""

    label: str
    links: tuple[Link, ...]


SECTIONS: tuple[Section, ...] = (
    Section(
        "工作",
        (
            Link("工作台", "/", "home", phone="工作台"),
            Link("我的待办", "/todos", "todo", phone="待办"),
            Link("收件箱", "/inbox", "inbox", under=("/inbox/",)),
            # What a duty officer needs stands where it is seen without scrolling, at any height of the window.
            Link("监测中心", "/sensing/board", "map", ("sensing.view",), ("/sensing/map", "/sensing/fleet")),
            Link(
                "值班台叫应",
                "/calls/board",
                "alert",
                ("calling.call.view",),
                ("/calls/", "/desk/calling/", "/records/calling/"),
                own=False,
            ),
            Link("我的叫应", "/my-calls", "phone"),
            Link("手机端", "/pocket/", "mobile", ("inspection.inspect", "inspection.hazard.review")),
        ),
    ),
    Section(
        "检查与隐患",
        (
            Link(
                "企业台账", "/desk/registry/enterprise/", "factory", ("registry.view",), ("/registry/",), phone="企业"
            ),
            Link(
                "检查",
                "/desk/inspection/inspection/",
                "clipboard",
                ("inspection.view",),
                ("/inspection/inspections",),
            ),
            Link(
                "隐患",
                "/desk/inspection/hazard/",
                "alert",
                ("inspection.view",),
                ("/inspection/hazards",),
                phone="隐患",
            ),
            Link("企业自查", "/inspection/self-checks", "checklist", ("inspection.view",), phone="自查"),
            Link(
                "挂牌督办",
                "/desk/inspection/listing/",
                "pin",
                ("inspection.view",),
                ("/inspection/listings",),
            ),
            Link(
                "专项行动",
                "/desk/inspection/campaign/",
                "flag",
                ("inspection.view",),
                ("/inspection/campaigns",),
                own=False,
            ),
            Link(
                "检查计划", "/desk/inspection/plan/", "file", ("inspection.plan.view",), ("/inspection/plans",), own=False
            ),
            Link(
                "检查任务", "/desk/inspection/task/", "todo", ("inspection.plan.view",), ("/inspection/tasks",), own=False
            ),
            Link(
                "检查组", "/desk/inspection/team/", "people", ("inspection.plan.view",),
                ("/records/inspection/teams",), own=False,
            ),
            Link(
                "检查表",
                "/desk/inspection/checklist/",
                "checklist",
                ("inspection.view",),
                ("/inspection/checklists",),
                own=False,
            ),
            Link("事故", "/desk/accident/accident/", "flag", ("accident.view",), ("/accident/accidents",), own=False),
            Link("文书", "/desk/platform/document/", "clipboard", ("platform.document.view",), ("/documents/",)),
            Link("审稿", "/reporting/drafts", "edit", ("reporting.draft.check",), own=False),
            Link(
                "指标", "/reporting/indicators", "chart",
                ("inspection.view", "registry.view", "sensing.view", "accident.view"),
                ("/reporting/indicators",), own=False,
            ),
            Link(
                "报送", "/reporting/rounds", "clipboard", ("reporting.round.view",), ("/reporting/filings",), own=False,
            ),
            Link("填报数据", "/desk/reporting/reportedvalue/", "file", ("reporting.value.view",), own=False),
            Link("报告起草", "/reporting/report", "file", ("reporting.value.view",), own=False),
            Link(
                "已签发报告", "/desk/reporting/issuedreport/", "clipboard", ("reporting.value.view",),
                ("/reporting/issued/",), own=False,
            ),
            Link("领导看板", "/inspection/leaders", "clock", ("inspection.leading.view",), own=False),
            Link("统计", "/figures", "chart", ("inspection.view",), ("/inspection/indicators",), own=False),
        ),
    ),
    Section(
        "监测预警",
        (
            Link("报警", "/desk/sensing/alarm/", "alert", ("sensing.view",), ("/sensing/alarms",)),
            Link("监测设备", "/desk/sensing/device/", "pin", ("sensing.view",), ("/sensing/devices",)),
            Link("设备型号", "/desk/sensing/devicemodel/", "file", ("sensing.view",), ("/sensing/models",), own=False),
            Link("报警规则", "/desk/sensing/alarmrule/", "checklist", ("sensing.view",), own=False),
            Link("未认领设备", "/sensing/strangers", "search", ("sensing.device.change",), own=False),
        ),
    ),
    Section(
        "管理",
        (
            Link("组织人员", "/people", "people", ("accounts.view", "accounts.manage"), ("/accounts/",)),
            Link("履历审计", "/history", "history", ("journal.read",)),
            Link("合并裁定", "/contests", "merge", ("journal.decide",), own=False),
            Link("上下级互联", "/exchange", "tree", ("platform.peers",), own=False),
            Link("系统", "/system", "gear", ("platform.operate",)),
        ),
    ),
)


def menu(scope: Scope | None, path: str) -> list[dict[str, Any]]:
    """The sections one person sees: `[{"label", "links": [{"label", "url", "icon", "phone", "current"}]}]`."""
    if not scope:
        return []
    sections = []
    for section in SECTIONS:
        links = [
            {
                "label": link.label,
                "url": link.url,
                "icon": link.icon,
                "phone": link.phone,
                "current": link.current(path),
            }
            for link in section.links
            if link.seen_by(scope)
        ]
        if links:
            sections.append({"label": section.label, "links": links})
    return sections


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `menu`, `place` (name of the person's region), `inbox_unread` (of every post they may act in) and
    `no_room` (what to say while the disk is nearly full; not to enterprises), computed only when a template shows them."""
    scope = getattr(request, "scope", None)
    return {
        "menu": SimpleLazyObject(lambda: menu(scope, request.path)),
        "place": SimpleLazyObject(lambda: (region_name(scope.region) or "") if scope and scope.region else ""),
        "inbox_unread": SimpleLazyObject(lambda: _unread(request) if scope else 0),
        "no_room": SimpleLazyObject(
            lambda: room_missing(settings.DATA_DIR) if scope and scope.subjects is None and scope.person else ""
        ),
    }


def _unread(request: HttpRequest) -> int:
    """Unread notices of all posts: a deputy sees that something waits in the post of whoever is on leave."""
    posts = {request.scope.post}  # type: ignore[attr-defined]
    if request.session.get(MANY, False):
        posts |= {acting.post_id for acting in acting_posts(request.user, clock.now())}  # type: ignore[arg-type]
    return sum(unread_counts(posts).values())


QUICK: tuple[Link, ...] = (
    Link("开始检查", "/inspection/inspections/new", "clipboard", ("inspection.inspect",), own=False),
    Link("登记隐患", "/inspection/hazards/new", "plus", ("inspection.inspect",), own=False),
    Link("新增企业", "/registry/enterprises/new", "factory", ("registry.change",), own=False),
    Link(
        "导入企业",
        "/records/registry/enterprises/import",
        "upload",
        own=False,
        needs=("registry.change", "registry.import"),
    ),
)
