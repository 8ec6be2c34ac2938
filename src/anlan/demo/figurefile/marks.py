"""Two entries of subjects without a table say that a county of figures was begun, and of which file it is complete."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.services.bootstrap import SETUP
from anlan.demo.figurefile.county import County
from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft
from anlan.kernel.errors import RuleViolation
from anlan.platform.journal import node
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["is_built", "mark_stage"]


def _subject(county: County, mark: str = "") -> str:
    return f"demo.county/{county.region}{'.' if mark else ''}{mark}"


def is_built(county: County, mark: str, asker: Scope) -> bool:
    """Whether the county of this file stands already.

    Raises:
        RuleViolation: "demo.other_county", "demo.county_in_use", "demo.unfinished", "demo.figures.other_file": a record that
            must not be mixed with inventions.
    """
    held = node.own().region
    if region_pad(county.region) != held:
        raise RuleViolation("demo.other_county", region=held, wanted=county.region)
    stage = version_of(_subject(county))
    if stage == 0 and registry.enterprise_list(asker, region=county.region).exists():
        raise RuleViolation("demo.county_in_use")
    if stage == 1:
        raise RuleViolation("demo.unfinished")
    if stage > 1 and version_of(_subject(county, mark)) == 0:
        raise RuleViolation("demo.figures.other_file")
    return stage > 1


def mark_stage(county: County, now: datetime, what: str, mark: str) -> None:
    """Entries of subjects without a table say that the county was begun and is complete."""
    subjects = [_subject(county)] if what == "begun" else [_subject(county), _subject(county, mark)]
    for n, subject in enumerate(subjects):
        draft = Draft(f"demo.county.{what}", subject, region_pad(county.region), {"scale": mark})
        record(draft, scope=SETUP, now=now, base=NEW if n or what == "begun" else 1)
