"""Issued documents with their signatures and scanned pages."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from anlan.platform.projection import Projection, ProjectionChild
from anlan.platform.rules.document import DOCUMENT_LOOP, PAPER_KINDS, SIGNERS, SUBJECT, WAYS
from anlan.platform.scope import ScopedBy


class Document(Projection):
    """One document as it was issued. `office` and `party` (an enterprise's id) are those of its subject at the issue."""

    SUBJECT: ClassVar[str] = SUBJECT
    CHILDREN: ClassVar[dict[str, str]] = {"papers": "platform.DocumentPaper", "naming": "platform.DocumentNaming"}
    SCOPED_BY: ClassVar[ScopedBy] = ScopedBy(office="office_id", subject="party_id")

    number = models.CharField("文书编号", max_length=60)
    template = models.CharField("文书种类代码", max_length=60)
    label = models.CharField("文书名称", max_length=60)
    about = models.CharField("所涉对象", max_length=90)
    title = models.CharField("当事人", max_length=160, default="")
    office_id = models.UUIDField("监管科室", null=True)
    party_id = models.UUIDField("当事企业", null=True)
    state = models.CharField("状态", max_length=10, choices=DOCUMENT_LOOP.choices)
    sha256 = models.CharField("文件摘要", max_length=64)
    matter = models.CharField("事项摘要", max_length=24, default="")
    issued_at = models.DateTimeField("出具时间")
    issued_by = models.CharField("出具人", max_length=36, default="")
    refused_at = models.DateTimeField("拒签时间", null=True)
    refusal = models.TextField("拒签情况", default="")
    witnesses = models.CharField("见证人", max_length=100, default="")
    served_at = models.DateTimeField("送达时间", null=True)
    served_by = models.CharField("送达人", max_length=36, default="")
    way = models.CharField("送达方式", max_length=12, choices=WAYS, default="")
    receiver = models.CharField("受送达人", max_length=60, default="")
    voided_at = models.DateTimeField("作废时间", null=True)
    void_reason = models.TextField("作废原因", default="")

    class Meta:
        db_table = "document"
        verbose_name = verbose_name_plural = "文书"
        indexes = [
            models.Index(fields=["region6", "-issued_at"], name="document_county"),
            models.Index(fields=["region9", "-issued_at"], name="document_town"),
            models.Index(fields=["about"], name="document_about"),
            models.Index(fields=["party_id", "-issued_at"], name="document_party"),
            models.Index(fields=["number"], name="document_number"),
        ]

    def __str__(self) -> str:
        return self.number


class DocumentPaper(ProjectionChild):
    """A signature drawn on the screen, or a scanned page; `key` is the file's hash."""

    parent = models.ForeignKey(Document, models.CASCADE, db_constraint=False, related_name="papers")
    kind = models.CharField("形式", max_length=10, choices=PAPER_KINDS)
    signer = models.CharField("签字人身份", max_length=10, choices=SIGNERS)
    name = models.CharField("签字人", max_length=60, default="")
    signed_at = models.DateTimeField("签字时间")

    class Meta:
        db_table = "document_paper"
        verbose_name = verbose_name_plural = "文书签字页"
        ordering = ["signed_at", "key"]

    def __str__(self) -> str:
        return self.name


class DocumentNaming(ProjectionChild):
    """A further subject that the document deals with, `key`, beside the one that it is about."""

    parent = models.ForeignKey(Document, models.CASCADE, db_constraint=False, related_name="naming")

    class Meta:
        db_table = "document_naming"
        verbose_name = verbose_name_plural = "文书另涉事项"
        ordering = ["key"]
        indexes = [models.Index(fields=["key"], name="document_naming_key")]

    def __str__(self) -> str:
        return self.key
