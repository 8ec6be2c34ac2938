"""Imports that people started in the browser: LOCAL, this server's working papers, forgotten after a month."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local

STATES = (
    ("checking", "正在检查"),
    ("checked", "检查完毕，待确认"),
    ("writing", "正在导入"),
    ("done", "导入完毕"),
    ("refused", "未导入"),
    ("failed", "导入出错"),
)


class ImportRun(Local):
    """One uploaded file on its way into a ledger.

    `scope` is the person's scope at the moment of the upload, as JSON: the work runs later, in another thread.
    `report` is the latest result (`Report.as_dict`), `error` the refusal of the file as a whole, already a sentence.
    """

    id = models.UUIDField(primary_key=True)
    ledger = models.CharField(max_length=80)
    name = models.CharField("文件", max_length=200)
    sha256 = models.CharField(max_length=64)
    person = models.CharField(max_length=36)
    scope = models.TextField()
    mode = models.CharField(max_length=10, default="dry_run")
    state = models.CharField("状态", max_length=10, choices=STATES, default="checking")
    report = models.TextField(default="{}")
    error = models.TextField(default="")
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_import"
        indexes = [models.Index(fields=["person", "-created_at"], name="ledger_import_person")]
