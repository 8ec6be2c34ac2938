"""Keys of gateways as their operator sees them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from anlan.sensing.models import GatewayToken

__all__ = ["gateway_tokens"]


def gateway_tokens(now: datetime) -> QuerySet[GatewayToken]:
    """The keys that hold at `now`, the newest first. LOCAL and without a scope: for the command line."""
    rows = GatewayToken.objects.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now), revoked_at__isnull=True)
    return rows.order_by("-created_at", "-id")
