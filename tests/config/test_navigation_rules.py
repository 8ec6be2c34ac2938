import re
from pathlib import Path

import anlan
from anlan.config import navigation
from anlan.platform.scope import Scope

ICONS = Path(anlan.__file__).parent / "static" / "anlan" / "icons.svg"
LINKS = [link for section in navigation.SECTIONS for link in section.links] + list(navigation.QUICK)


def _scope(*rights, subjects=None):
    return Scope("p", "q", "林", frozenset(rights), "331003", None, subjects)


def _labels(sections):
    return [link["label"] for section in sections for link in section["links"]]


def test_stranger_has_no_menu():
    assert navigation.menu(None, "/") == []


def test_link_needs_any_one_of_its_rights():
    assert _labels(navigation.menu(_scope(), "/")) == ["工作台", "我的待办", "收件箱", "我的叫应"]
    assert _labels(navigation.menu(_scope("accounts.manage"), "/")) == ["工作台", "我的待办", "收件箱", "我的叫应", "组织人员"]
    assert _labels(navigation.menu(_scope("accounts.view"), "/")) == ["工作台", "我的待办", "收件箱", "我的叫应", "组织人员"]


def test_enterprise_has_its_own_short_menu():
    own = navigation.menu(_scope("registry.view", "inspection.view", subjects=frozenset({"e"})), "/")
    assert _labels(own) == ["工作台", "我的待办", "收件箱", "我的叫应", "企业台账", "检查", "隐患", "企业自查", "挂牌督办"]


def test_one_entry_is_current_and_home_only_at_home():
    def current(path):
        sections = navigation.menu(_scope("registry.view", "inspection.view", "journal.read"), path)
        return [link["label"] for section in sections for link in section["links"] if link["current"]]

    assert current("/") == ["工作台"]
    assert current("/figures") == ["统计"]
    assert current("/desk/inspection/hazard/") == ["隐患"]
    assert current("/inspection/hazards/0190-7") == ["隐患"]
    assert current("/registry/enterprises/new") == ["企业台账"]
    assert current("/password") == []


def test_every_icon_exists():
    symbols = set(re.findall(r'id="(\w+)"', ICONS.read_text(encoding="utf-8")))
    templates = Path(anlan.__file__).parent.rglob("templates/**/*.html")
    used = {
        name for file in templates for name in re.findall(r'\{% icon "(\w+)" %\}', file.read_text(encoding="utf-8"))
    }
    assert (used | {link.icon for link in LINKS}) - symbols == set()


def test_every_right_is_declared():
    from anlan.platform.catalogue import CATALOGUE

    assert {right for link in LINKS for right in link.rights + link.needs} - CATALOGUE.rights.keys() == set()
