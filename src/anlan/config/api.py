"""The HTTP API at /api/v1: who may call it, how errors answer, and which routers it mounts.

Every route needs a session (with CSRF) or a bearer token unless it says otherwise. Contexts bring `api.router`; ledgers
get the rest of their routes from their declaration (platform/ledger/api.py).
"""

from __future__ import annotations

import functools
import itertools
import logging
import re
import secrets
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import orjson
from csp.decorators import csp
from django.conf import settings
from django.core.exceptions import BadRequest, DisallowedHost, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError, transaction
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.urls import URLPattern, URLResolver, include, re_path
from ninja import NinjaAPI, Router
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from ninja.security import HttpBearer, SessionAuth

from anlan.accounts.queries.people import person_names
from anlan.accounts.services.tokens import authenticate_token
from anlan.config.contexts import CONTEXTS
from anlan.kernel.errors import AnlanError, Conflict, Violation
from anlan.kernel.labels import field_label
from anlan.kernel.messages import catalogue, render
from anlan.platform import clock, idempotency
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.journal.api import regions_router
from anlan.platform.ledger.api import add_routes, json_default
from anlan.platform.ledger.history import NAMES

log = logging.getLogger(__name__)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{4,64}")
_EXTRA_ROUTERS = (
    ("/attachments", "anlan.platform.attachments.api"),
    ("/journal", "anlan.platform.journal.api"),
    ("/exchange", "anlan.platform.exchange.api"),
    ("/search", "anlan.config.everywhere_doors"),
    ("/documents", "anlan.platform.documents.api"),
    ("/map", "anlan.config.map_doors"),
)


class _Replayed(Exception):
    def __init__(self, answer: idempotency.ApiAnswer) -> None:
        super().__init__(answer.pk)
        self.answer = answer


class _Renderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=json_default)


class _Parser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        return orjson.loads(request.body)


def _admitted(request: HttpRequest, account: Any) -> Any:
    """The account, once `request.now` and `request.once` are set and a repeated request is answered from what is kept."""
    request.now = clock.now()  # type: ignore[attr-defined]
    # A phone's work says whose it is: it never goes in under the session of whoever logged in there meanwhile.
    if request.headers.get("Anlan-Account", str(account.pk)) != str(account.pk):
        raise Conflict("api.other_account")
    key = request.headers.get("Idempotency-Key")
    request.once = None  # type: ignore[attr-defined]
    if key is not None and request.method not in _SAFE:
        # Of an upload the parts count: a repeated one has another boundary, and its files may lie on disk.
        upload = (request.content_type or "") == "multipart/form-data"
        body = idempotency.parts_digest(request.POST, request.FILES) if upload else request.body
        asked = idempotency.keyed(str(account.pk), key, request.method or "", request.get_full_path(), body)
        request.once, request.keyed = f"api:{key}", asked  # type: ignore[attr-defined]
        held = idempotency.answer_of(asked)
        if held is not None:
            raise _Replayed(held)
    return account


class BearerAuth(HttpBearer):
    """`Authorization: Bearer <token>` of an account; the scope is that of the token's post."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """The account of a valid token; None refuses."""
        found = authenticate_token(token, clock.now())
        if found is None:
            return None
        account, scope = found
        request.user, request.scope = account, scope  # type: ignore[attr-defined, assignment]
        return _admitted(request, account)


class CookieAuth(SessionAuth):
    """The browser's session, with CSRF protection on every write."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """The logged-in account acting in a post; None refuses."""
        if not request.user.is_authenticated or not getattr(request, "scope", None):
            return None
        return _admitted(request, request.user)


def _once(run: Callable[..., Any]) -> Callable[..., Any]:
    """Work and kept answer in one transaction, for writes that carry a key."""

    def wrapped(request: HttpRequest, **values: Any) -> Any:
        if request.method in _SAFE or "Idempotency-Key" not in request.headers:
            return run(request, **values)
        try:
            with writing():
                response = run(request, **values)
                asked = getattr(request, "keyed", None)
                if asked is not None and 200 <= response.status_code < 300 and not response.streaming:
                    idempotency.keep(
                        asked,
                        status=response.status_code,
                        content_type=response.headers["Content-Type"],
                        location=response.headers.get("Location", ""),
                        body=response.content,
                        now=request.now,  # type: ignore[attr-defined]
                    )
                    del request.keyed  # type: ignore[attr-defined]
                elif response.status_code >= 400:
                    transaction.set_rollback(True)
            return response
        except IntegrityError:
            held = idempotency.answer_of(request.keyed)  # type: ignore[attr-defined]
            if held is None:
                raise
            return _replay(request, _Replayed(held))

    return wrapped


class AnlanAPI(NinjaAPI):
    """Ninja with our errors for addresses and methods that do not exist."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        urls = super()._get_urls()
        for url in urls:
            if isinstance(url, URLPattern):
                url.callback = _told_methods(url.callback)
        return [*_by_segment(urls), re_path(r"^.+$", _no_such_route)]


def _by_segment(urls: list[URLResolver | URLPattern], depth: int = 1) -> list[URLResolver | URLPattern]:
    """The addresses in groups that a request is led to by its first segment, then its second: else each tries all."""
    groups: dict[str, list[URLResolver | URLPattern]] = {}
    for url in urls:
        static = itertools.takewhile(lambda part: "<" not in part, str(url.pattern).split("/")[:depth])
        groups.setdefault("/".join(static), []).append(url)
    # What is named stands before what a parameter would take for a name.
    named_first = sorted(groups.items(), key=lambda item: -item[0].count("/"))
    return [
        re_path(rf"^(?={re.escape(head)}(?:/|\.|$))", include(_by_segment(group, 2) if depth == 1 else group))
        for head, group in named_first
    ]


def _told_methods(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if response.status_code != 405:
            return response
        facts = {"method": request.method, "allowed": response.headers.get("Allow", "")}
        refused = _refusal(request, 405, "api.method", facts)
        refused["Allow"] = facts["allowed"]
        return refused

    return wrapped


def _no_such_route(request: HttpRequest) -> HttpResponse:
    return _refusal(request, 404, "api.no_such_route", {"path": request.path[:200]})


_DOCS_POLICY = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] | {"style-src": ["'self'", "'unsafe-inline'"]}

api = AnlanAPI(
    title="安澜 API",
    version="v1",
    description="县级应急管理局业务平台接口。登录会话（写操作须带 CSRF 令牌）或 Authorization: Bearer 令牌；"
    "写操作可带 Idempotency-Key；列表用 cursor 翻页；错误以稳定代码返回。",
    urls_namespace="api",
    auth=[BearerAuth(), CookieAuth()],
    renderer=_Renderer(),
    parser=_Parser(),
    docs_decorator=csp(_DOCS_POLICY),
)
api.add_decorator(_once, mode="view")


def _refusal(
    request: HttpRequest,
    status: int,
    code: str,
    facts: dict[str, Any],
    violations: tuple[Violation, ...] = (),
    message: str = "",
) -> HttpResponse:
    """The one shape of every error: code, message, facts, violations, request_id."""
    given = request.headers.get("X-Request-ID", "")
    request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    body = {
        "code": code,
        "message": message or render(code, facts),
        "facts": facts,
        "violations": [v.as_dict() for v in violations],
        "request_id": request_id,
    }
    response = HttpResponse(orjson.dumps(body, default=json_default), status=status, content_type="application/json")
    response["X-Request-ID"] = request_id
    return response


@api.exception_handler(AnlanError)
def _refused(request: HttpRequest, error: AnlanError) -> HttpResponse:
    return _refusal(request, error.status, error.code, error.facts, error.violations, error.message)


@api.exception_handler(_Replayed)
def _replay(request: HttpRequest, replayed: _Replayed) -> HttpResponse:
    held = replayed.answer
    response = HttpResponse(bytes(held.body), status=held.status, content_type=held.content_type)
    response["Idempotent-Replayed"] = "true"
    if held.location:
        response["Location"] = held.location
    if hasattr(request, "keyed"):
        del request.keyed  # the kept answer is not kept a second time
    return response


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    return _refusal(request, 422, "api.invalid", {}, tuple(violation_of(e) for e in error.errors))


def violation_of(error: dict[str, Any]) -> Violation:
    """One of pydantic's complaints as a reason in Chinese, with the path of the field."""
    path = [str(part) for part in error["loc"]]
    field = ".".join(path[2:] or path[-1:]) if path[0] in {"body", "form"} else ".".join(path[1:])
    code = f"api.invalid.{error['type']}"
    told = {k: v for k, v in (error.get("ctx") or {}).items() if isinstance(v, (str, int, float))}
    facts = {"field": field_label(field, unknown=field), **told}
    return Violation(code if code in catalogue() else "api.invalid.other", facts, field)


@api.exception_handler(AuthenticationError)
def _anonymous(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _refusal(request, 401, "api.unauthenticated", {})
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = {400: "api.malformed", 403: "api.csrf", 413: "api.too_large"}.get(error.status_code, "api.http")
    return _refusal(request, error.status_code, code, {"status": error.status_code})


@api.exception_handler(MultiPartParserError)
@api.exception_handler(UnreadablePostError)
@api.exception_handler(BadRequest)
@api.exception_handler(SuspiciousOperation)
def bad_request(request: HttpRequest, error: Exception) -> HttpResponse:
    """400 (413 for a body beyond every limit) of what Django can't read: a multipart body, a header, a host name."""
    if isinstance(error, RequestDataTooBig):
        return _refusal(request, 413, "api.too_large", {})
    code = {MultiPartParserError: "api.multipart", DisallowedHost: "api.host"}.get(type(error), "api.malformed")
    return _refusal(request, 400, code, {})


@api.exception_handler(OperationalError)
def _unavailable(request: HttpRequest, error: OperationalError) -> HttpResponse:
    """The database is locked, full or away: nothing was written, the request may be sent again."""
    log.error("database unavailable at %s: %s", request.path, error)
    response = _refusal(request, 503, "api.unavailable", {})
    response["Retry-After"] = "5"
    return response


@api.exception_handler(DataError)
def _unfit(request: HttpRequest, error: DataError) -> HttpResponse:
    """What PostgreSQL neither stores nor looks up (a NUL, a number beyond its column) and no check before it has named."""
    log.error("the database does not take a value at %s", request.path, exc_info=error)
    return _refusal(request, 422, "api.unfit", {})


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    """A defect: the trace goes to the log under the id that the caller gets, never to the caller."""
    response = _refusal(request, 500, "api.internal", {})
    log.error("request %s to %s failed", response["X-Request-ID"], request.path, exc_info=error)
    return response


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _refusal(request, 404, "api.not_found", {})


def _mount() -> None:
    """Every context's router, completed by the routes that its ledgers' declarations give."""
    ledgers = list(CATALOGUE.ledgers.values())
    for context in dict.fromkeys((*CONTEXTS, *(ledger.context for ledger in ledgers))):
        module = f"anlan.{context}.api"
        router = import_module(module).router if _exists(module) else Router()
        for ledger in ledgers:
            if ledger.context == context:
                add_routes(router, ledger)
        if router.path_operations:
            api.add_router(f"/{context}", router)
    for prefix, module in _EXTRA_ROUTERS:
        if _exists(module):
            api.add_router(prefix, import_module(module).router)
    api.add_router("/regions", regions_router)


def _exists(module: str) -> bool:
    package = module.rpartition(".")[0]
    return find_spec(package) is not None and find_spec(module) is not None


# Accounts lie above the platform, so the history asks for people's names through what is set here.
NAMES.resolve = person_names
_mount()
