"""The lock-out after wrong passwords, wherever a password is asked for: login, change of password, second factor off."""

from __future__ import annotations

from typing import Any

from axes.attempts import get_cool_off_threshold
from axes.handlers.database import AxesDatabaseHandler
from axes.handlers.proxy import AxesProxyHandler
from axes.helpers import get_client_username
from django.conf import settings
from django.http import HttpRequest

from anlan.accounts.models import Account
from anlan.accounts.queries.lockout import shut_everywhere, wrong_by_address


class LockOut(AxesDatabaseHandler):
    """Counts as queries/lockout.py says."""

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        """Wrong passwords of this name from this address; at least the limit where the name is shut everywhere."""
        name = get_client_username(request, credentials)
        if not name:
            return int(super().get_failures(request, credentials))
        wrong = wrong_by_address(name, get_cool_off_threshold(request))
        here = wrong.get(request.axes_ip_address, 0)  # type: ignore[attr-defined]
        return max(here, settings.AXES_FAILURE_LIMIT) if shut_everywhere(wrong) else here


def is_shut(request: HttpRequest, account: Account) -> bool:
    """Whether wrong passwords keep this account shut for this address, so that none is looked at."""
    return not AxesProxyHandler.is_allowed(request, {"username": account.username})


def count_wrong(request: HttpRequest, account: Account) -> bool:
    """Count a wrong password or code of somebody logged in; whether the account is shut for this address now.

    The middleware of axes then shows the page of the lock-out instead of the answer.
    """
    AxesProxyHandler.user_login_failed(type(account), {"username": account.username}, request)
    return bool(request.axes_locked_out)  # type: ignore[attr-defined]
