"""领导看板: major hazards by town, the worst enterprises, look-backs, and whom to interview; each number leads to its rows."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from anlan.inspection.queries import co_reviews, leading, lists, lookbacks, standings
from anlan.kernel.deadlines import local_date
from anlan.platform.web import screen

RIGHT = "inspection.leading.view"
_MOST_MAJORS, _MOST_ENTERPRISES, _MOST_INTERVIEWS = 8, 15, 20
_DAYS = 365


@never_cache
@require_GET
@screen
def leaders(request: HttpRequest) -> HttpResponse:
    """What this person's region has to answer for today."""
    scope, now = request.scope, request.now
    scope.require(RIGHT)
    today = local_date(now)
    since = today - timedelta(days=_DAYS)
    towns, enterprises = standings.town_standings(scope, now), standings.enterprise_standings(scope, now)
    majors = leading.majors_by_town(scope, now, _MOST_MAJORS)
    rates, whole = lookbacks.look_back_rates(scope, "", since, today)
    asked = leading.interviews(now, towns, enterprises)
    unconfirmed, unconfirmed_url = co_reviews.co_reviews_unconfirmed(scope, since)
    context = {
        "majors": majors,
        "major_count": sum(town.count for town in majors),
        "major_overdue": sum(town.overdue for town in majors),
        "majors_url": lists.hazards_url(grade="major", state=lists.OPEN_STATES),
        "majors_overdue_url": lists.hazards_url(grade="major", state="ordered", due_at_to=lists.overdue_until(today)),
        "worst": standings.worst_enterprises(enterprises, _MOST_ENTERPRISES),
        "looks": [(row, lists.looked_back_urls(row.key, since, today)) for row in rates],
        "whole": (whole, lists.looked_back_urls("", since, today)),
        "interviews": asked[:_MOST_INTERVIEWS],
        "interview_count": len(asked),
        "limits": leading.limits_by_kind(now),
        "unconfirmed": unconfirmed,
        "unconfirmed_url": unconfirmed_url,
        "since": since,
        "today": today,
    }
    return render(request, "inspection/leaders.html", context)
