"""The optional second factor: time-based one-time passwords (动态口令). Devices are LOCAL.

Source: RFC 6238, by django-otp.
"""

from __future__ import annotations

from datetime import datetime

from django_otp.plugins.otp_totp.models import TOTPDevice

from anlan.accounts.models import Account
from anlan.accounts.services.accounts import managed_account, note
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.kernel.text import shown_length
from anlan.platform.database import writing
from anlan.platform.scope import Scope


def totp_pending(account: Account) -> TOTPDevice | None:
    """The device being enrolled, if enrolment has begun."""
    return TOTPDevice.objects.filter(user=account, confirmed=False).first()


def totp_begin(account: Account) -> TOTPDevice:
    """The device being enrolled: one unconfirmed device with a fresh key, the same until it is confirmed or renewed."""
    with writing():
        return totp_pending(account) or TOTPDevice.objects.create(user=account, name=account.username, confirmed=False)


def totp_confirm(*, account: Account, scope: Scope, code: str, now: datetime) -> TOTPDevice:
    """Finish enrolment with a first code; from now on every login asks for one.

    Raises:
        BadInput: "accounts.totp.code_wrong". RuleViolation: "accounts.totp.enrolled_already".
    """
    if account.totp:
        raise RuleViolation("accounts.totp.enrolled_already")
    device = totp_begin(account)
    if not device.verify_token(_digits(code)):
        raise BadInput("accounts.totp.code_wrong")
    with writing():
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        Account.objects.filter(pk=account.pk).update(totp=True)
        note(account.person, "totp_enrolled", scope=scope, now=now, data={"username": account.username})
    device.confirmed = True
    return device


def totp_verify(account: Account, code: str) -> TOTPDevice | None:
    """The device that accepts `code` now; None for a wrong or used code, or while too many tries were made."""
    for device in TOTPDevice.objects.filter(user=account, confirmed=True):
        if device.verify_is_allowed()[0] and device.verify_token(_digits(code)):
            return device
    return None


def totp_disable(*, account: Account, scope: Scope, password: str, now: datetime) -> None:
    """Switch one's own second factor off, with the password.

    Raises:
        BadInput: "accounts.password.old_wrong". RuleViolation: "accounts.totp.not_enrolled".
    """
    if not account.totp:
        raise RuleViolation("accounts.totp.not_enrolled")
    if not account.check_password(password):
        raise BadInput("accounts.password.old_wrong")
    _remove(account, scope, now, "")


def totp_remove(*, scope: Scope, id: str, reason: str, now: datetime) -> None:
    """Recovery by an administrator: somebody lost the phone. The next login asks for the password only.

    Raises:
        BadInput: "accounts.totp.reason_missing". RuleViolation: "accounts.totp.not_enrolled". NotFound, NotAllowed.
    """
    account = managed_account(scope, id, now)
    if shown_length(reason) < 2:
        raise BadInput("accounts.totp.reason_missing")
    if not account.totp:
        raise RuleViolation("accounts.totp.not_enrolled")
    _remove(account, scope, now, reason)


def _remove(account: Account, scope: Scope, now: datetime, reason: str) -> None:
    with writing():
        TOTPDevice.objects.filter(user=account).delete()
        Account.objects.filter(pk=account.pk).update(totp=False)
        data = {"username": account.username}
        note(account.person, "totp_removed", scope=scope, now=now, data=data, reason=reason)


def _digits(code: str) -> str:
    return "".join(c for c in code if c.isdigit())
