"""The answer page of a link, /c/<token>/: no login, no JavaScript. Looking changes nothing; a button answers, once.

The token in the address is the whole proof, so there is no session to protect and no CSRF token: whoever can forge the
form knows the address already.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from anlan.calling import queries
from anlan.calling.services.answers import link_answer
from anlan.kernel.errors import AnlanError
from anlan.platform import clock


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request: HttpRequest, token: str) -> HttpResponse:
    """The matter's title and place with three buttons; after the answer, the answer."""
    now = clock.now()
    try:
        if request.method == "POST":
            link_answer(token=token, word=request.POST.get("word", ""), now=now)
            return _private(redirect("calling-phone", token=token))
        view = queries.link_get(token, now)
    except AnlanError as error:
        return _private(render(request, "calling/phone_refused.html", {"error": error}, status=error.status))
    place = queries.place_name(view.call.region)
    return _private(render(request, "calling/phone.html", {"view": view, "place": place, "words": queries.WORDS}))


def _private(answer: HttpResponse) -> HttpResponse:
    """The address is a key: it is told to no other site and kept by no search engine."""
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer
