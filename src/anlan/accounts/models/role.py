"""Role (角色): rights are data."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy


class Role(Projection):
    """A named set of rights. `word` is set for built-in roles only; `edited` once a person changed its rights.

    `words` repeats the child rows as one text: the scope of a request is then read in one query.
    """

    SUBJECT = "accounts.role"
    CHILDREN = {"rights": "accounts.RoleRight"}
    SCOPED_BY = ScopedBy(public=True)

    word = models.CharField("内置代号", max_length=40, blank=True, default="")
    label = models.CharField("角色名称", max_length=40)
    by_office = models.SmallIntegerField("按责任科室限定", default=0)
    by_enterprise = models.SmallIntegerField("按企业限定", default=0)
    edited = models.SmallIntegerField("已调整权限", default=0)
    words = models.TextField("权限代号", blank=True, default="")

    class Meta:
        verbose_name = "角色"
        verbose_name_plural = "角色"
        indexes = [models.Index(fields=["word"], name="accounts_role_word")]

    def __str__(self) -> str:
        return self.label


class RoleRight(ProjectionChild):
    """One right of a role; `key` is the right's word."""

    parent = models.ForeignKey(Role, on_delete=models.CASCADE, db_constraint=False, related_name="rights")

    class Meta:
        verbose_name = "角色权限"
        verbose_name_plural = "角色权限"

    def __str__(self) -> str:
        return self.key
