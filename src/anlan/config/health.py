"""Addresses for those who watch the server: alive, ready, counted. No personal data, no scope, no session."""

from __future__ import annotations

import hmac
import ipaddress
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric

from anlan import __version__
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.models import Head, Node, Unsequenced
from anlan.platform.ledger.totals import change_number

TOKEN_FILE = "metrics.token"


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; touches nothing else."""
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers, is migrated and has its node, and the data folder can be written; else 503."""
    checks = {"database": _database_ready(), "data": os.access(settings.DATA_DIR, os.W_OK)}
    good = all(checks.values())
    return JsonResponse({"status": "ok" if good else "unavailable", "checks": checks}, status=200 if good else 503)


def _database_ready() -> bool:
    try:
        return Node.objects.filter(own=1).exists()
    except DatabaseError:
        return False


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for the machine itself or with the token in `keys/metrics.token`; nobody else learns it exists."""
    if not (_from_loopback(request) or _has_token(request)):
        return HttpResponse(status=404)
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    registry.register(_Counts())  # type: ignore[arg-type]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _from_loopback(request: HttpRequest) -> bool:
    # A proxy on this machine makes everybody look local, so a forwarded request is never taken as one.
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _has_token(request: HttpRequest) -> bool:
    file = settings.DATA_DIR / "keys" / TOKEN_FILE
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not given or not file.is_file():
        return False
    held = file.read_text(encoding="ascii").strip()
    return len(held) >= 16 and hmac.compare_digest(given.encode(), held.encode())


class _Counts:
    """What only the database knows: entries, subjects by kind of trouble, waiting work. Totals, never rows."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("anlan_info", "Version and database", 1, {"version": __version__, "database": connection.vendor})
        yield _gauge("anlan_journal_sequenced_entries", "Entries in the chains held here", change_number())
        yield _gauge(
            "anlan_journal_unsequenced_entries", "Entries waiting for the sequencer", Unsequenced.objects.count()
        )
        yield _gauge(
            "anlan_journal_open_subjects",
            "Subjects with an open contest",
            Head.objects.filter(open__isnull=False).count(),
        )
        yield _gauge(
            "anlan_journal_stalled_subjects", "Subjects waiting for an upgrade", Head.objects.filter(stalled=1).count()
        )
        yield _gauge("anlan_tasks_ready", "Background tasks waiting", DBTaskResult.objects.ready().count())
        yield _gauge("anlan_ledgers", "Declared ledgers", len(CATALOGUE.ledgers))


def _gauge(name: str, help_text: str, value: float, labels: dict[str, str] | None = None) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=list(labels or {}))
    family.add_metric(list((labels or {}).values()), value)
    return family


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
