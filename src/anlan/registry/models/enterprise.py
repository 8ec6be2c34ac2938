"""The enterprise and its child tables. PROJECTION: only the journal writes them, by the folds of apply.py."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.scope import ScopedBy
from anlan.registry.rules.codes import (
    CLASSES,
    CONTACT_POSTS,
    COORDS,
    FORMER_KINDS,
    GRADES,
    LEVELS,
    PREMISES_USES,
    SCALES,
    STANDARDISATIONS,
    STATUSES,
    TAGS,
)


class Enterprise(Projection):
    """One enterprise, one file. A merged one stays as it was and names what it was merged into.

    `lon` and `lat` are WGS-84 always; `coords` is what a form or workbook may state of them, here it never differs.
    """

    SUBJECT: ClassVar[str] = "registry.enterprise"
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy(office="office_id", subject="id")
    CHILDREN: ClassVar[dict[str, str]] = {
        "classes": "registry.EnterpriseClass",
        "tags": "registry.EnterpriseTag",
        "premises": "registry.Premises",
        "names": "registry.EnterpriseName",
        "contacts": "registry.EnterpriseContact",
    }

    name = models.CharField("企业名称", max_length=120)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)
    coords = models.CharField("坐标系", max_length=6, default="wgs84", choices=COORDS.choices, editable=False)
    industry = models.CharField("行业代码", max_length=4, blank=True)
    scale = models.CharField("企业规模", max_length=10, blank=True, choices=SCALES.choices)
    level = models.CharField("监管层级", max_length=10, blank=True, choices=LEVELS.choices)
    office = models.ForeignKey(
        "accounts.Organisation",
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="责任科室",
    )
    status = models.CharField("生产经营状态", max_length=10, default="operating", choices=STATUSES.choices)
    status_on = models.DateField("状态变更日期", null=True, blank=True)
    standardisation = models.CharField(
        "安全生产标准化", max_length=10, default="none", choices=STANDARDISATIONS.choices
    )
    grade = models.CharField("安全风险等级", max_length=10, blank=True, choices=GRADES.choices)
    graded_on = models.DateField("风险评定日期", null=True, blank=True)
    origin = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="offspring",
        verbose_name="分立自",
    )
    merged_into = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name="已并入",
    )
    former = models.TextField("曾用名称和代码", blank=True, editable=False)
    retired_at = models.DateTimeField("移出台账时间", null=True, blank=True)

    class Meta:
        db_table = "registry_enterprise"
        verbose_name = verbose_name_plural = "企业档案"
        indexes = [
            models.Index(fields=["region6", "-created_at"], name="registry_ent_r6"),
            models.Index(fields=["region9", "-created_at"], name="registry_ent_r9"),
            models.Index(fields=["region", "-created_at"], name="registry_ent_r12"),
            models.Index(fields=["office", "-created_at"], name="registry_ent_office"),
            models.Index(fields=["uscc"], name="registry_ent_uscc"),
            models.Index(fields=["name"], name="registry_ent_name"),
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseClass(ProjectionChild):
    """A supervision class of an enterprise; its key is the code of rules.codes.CLASSES."""

    parent = models.ForeignKey(
        Enterprise, models.CASCADE, db_constraint=False, related_name="classes", verbose_name="企业"
    )

    class Meta:
        db_table = "registry_enterprise_class"
        verbose_name = verbose_name_plural = "监管类别"
        indexes = [models.Index(fields=["key", "parent"], name="registry_ent_class_key")]

    def __str__(self) -> str:
        return CLASSES.label_of(self.key)


class EnterpriseTag(ProjectionChild):
    """A risk tag of an enterprise; its key is the code of rules.codes.TAGS."""

    parent = models.ForeignKey(
        Enterprise, models.CASCADE, db_constraint=False, related_name="tags", verbose_name="企业"
    )

    class Meta:
        db_table = "registry_enterprise_tag"
        verbose_name = verbose_name_plural = "风险标签"
        indexes = [models.Index(fields=["key", "parent"], name="registry_ent_tag_key")]

    def __str__(self) -> str:
        return TAGS.label_of(self.key)


class Premises(ProjectionChild):
    """A place where the enterprise works besides its main address, or that address in detail."""

    parent = models.ForeignKey(
        Enterprise, models.CASCADE, db_constraint=False, related_name="premises", verbose_name="企业"
    )
    name = models.CharField("场所名称", max_length=80)
    use = models.CharField("用途", max_length=12, choices=PREMISES_USES.choices, default="production")
    address = models.CharField("地址", max_length=200, blank=True)
    lon = models.FloatField("经度", null=True, blank=True)
    lat = models.FloatField("纬度", null=True, blank=True)

    class Meta:
        db_table = "registry_premises"
        verbose_name = verbose_name_plural = "生产经营场所"

    def __str__(self) -> str:
        return self.name


class EnterpriseName(ProjectionChild):
    """A name or code the enterprise had before, or that an enterprise merged into it had; found by search for ever."""

    parent = models.ForeignKey(
        Enterprise, models.CASCADE, db_constraint=False, related_name="names", verbose_name="企业"
    )
    kind = models.CharField("类别", max_length=12, choices=FORMER_KINDS.choices)
    value = models.CharField("名称或代码", max_length=120)
    from_at = models.DateTimeField("起", null=True)
    until_at = models.DateTimeField("止", null=True)

    class Meta:
        db_table = "registry_enterprise_name"
        verbose_name = verbose_name_plural = "曾用名称和代码"
        indexes = [models.Index(fields=["value"], name="registry_ent_name_value")]

    def __str__(self) -> str:
        return self.value


class EnterpriseContact(ProjectionChild):
    """A contact of an enterprise. Name and phone are personal data and live in the vault under the enterprise's ref."""

    parent = models.ForeignKey(
        Enterprise, models.CASCADE, db_constraint=False, related_name="contacts", verbose_name="企业"
    )
    post = models.CharField("职务", max_length=12, choices=CONTACT_POSTS.choices)

    class Meta:
        db_table = "registry_enterprise_contact"
        verbose_name = verbose_name_plural = "联系人"

    def __str__(self) -> str:
        return CONTACT_POSTS.label_of(self.post)
