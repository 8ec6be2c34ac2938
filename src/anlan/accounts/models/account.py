"""Account (账号) and API token: LOCAL, credentials never leave this server."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.projection import Local
from anlan.platform.scope import ScopedBy

if TYPE_CHECKING:
    from anlan.platform.scope import Scope


class Account(AbstractBaseUser, Local):
    """What a person logs in with on this server. Rights come from posts (`acting`), never from the account."""

    SCOPED_BY = ScopedBy(region="person__region")
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    is_superuser = False

    id = models.UUIDField("内部编号", primary_key=True, editable=False)
    username = models.CharField("用户名", max_length=60, unique=True)
    person = models.ForeignKey(
        "accounts.Person",
        verbose_name="人员",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="accounts",
    )
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True)
    totp = models.BooleanField("动态口令", default=False)
    last_seen_at = models.DateTimeField("最近使用", null=True)
    created_at = models.DateTimeField("开通时间")

    objects = BaseUserManager()

    acting: Scope | None = None
    """The scope this request acts with; put here by the door, never stored."""

    class Meta:
        verbose_name = "账号"
        verbose_name_plural = "账号"

    def __str__(self) -> str:
        return self.username

    @property
    def is_staff(self) -> bool:
        """Whether the desk opens: the acting post may see at least one ledger."""
        return self.is_active and bool(self._viewable())

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Only `<app>.view_<model>` of ledgers whose `view` right the acting post holds; writing is never one."""
        return self.is_active and perm in self._viewable()

    def has_perms(self, perm_list: list[str], obj: models.Model | None = None) -> bool:
        """Whether `has_perm` holds for each."""
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        """Whether a ledger of this app may be seen."""
        return self.is_active and any(perm.startswith(f"{app_label}.") for perm in self._viewable())

    def _viewable(self) -> frozenset[str]:
        scope = self.acting
        if scope is None:
            return frozenset()
        seen = (
            ledger.model.lower().split(".")
            for ledger in CATALOGUE.ledgers.values()
            if not ledger.view or scope.may(ledger.view)
        )
        return frozenset(f"{app}.view_{model}" for app, model in seen)


class ApiToken(Local):
    """A key for programs. Only its SHA-256 is kept; it acts in one post of one account, until a stated moment."""

    SCOPED_BY = ScopedBy(region="account__person__region")

    id = models.UUIDField("内部编号", primary_key=True, editable=False)
    account = models.ForeignKey(Account, verbose_name="账号", on_delete=models.CASCADE, related_name="tokens")
    post_id = models.UUIDField("任职")
    name = models.CharField("用途", max_length=60)
    start = models.CharField("开头", max_length=12)
    digest = models.CharField("杂凑值", max_length=64, unique=True)
    created_at = models.DateTimeField("签发时间")
    expires_at = models.DateTimeField("到期时间")
    last_used_at = models.DateTimeField("最近使用", null=True)
    revoked_at = models.DateTimeField("吊销时间", null=True)

    class Meta:
        verbose_name = "接口令牌"
        verbose_name_plural = "接口令牌"

    def __str__(self) -> str:
        return self.name
