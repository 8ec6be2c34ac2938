"""The doors of 全局搜索: its page and its route."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import Router, Schema

from anlan.config.everywhere import Group, find_everywhere
from anlan.platform.web import screen

router = Router()


@screen
def everywhere(request: HttpRequest) -> HttpResponse:
    """The page behind the search box of the header."""
    text = request.GET.get("q", "").strip()[:60]
    groups = find_everywhere(request.scope, text)  # type: ignore[attr-defined]
    return render(request, "anlan/everywhere.html", {"asked": text, "groups": groups})


class HitOut(Schema):
    """One record found."""

    id: str
    url: str
    title: str
    facts: list[tuple[str, str]]


class GroupOut(Schema):
    """What one ledger holds of it: the first records, and how many there are."""

    ledger: str
    label: str
    total: int
    hits: list[HitOut]
    url: str


@router.get("", response=list[GroupOut], summary="全局搜索")
def search_everywhere(request: HttpRequest, q: str) -> list[Group]:
    """Every ledger in one answer: name, number, credit code, or a whole phone number."""
    return find_everywhere(request.scope, q.strip()[:60])  # type: ignore[attr-defined]
