"""Tables of the attachments: LOCAL, because the bytes travel by their hash and not as entries."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class Attachment(Local):
    """One stored file. `erased` = 1: its bytes were blanked by a redaction, the hash stays.

    `looked`: by which version of the looks a picture is indexed (looks.VERSION), 0 for not yet.
    """

    sha256 = models.CharField(primary_key=True, max_length=64)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    name = models.CharField(max_length=120)
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    taken_at = models.DateTimeField(null=True)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)
    look = models.CharField(max_length=16, default="")
    stored_at = models.DateTimeField()
    erased = models.SmallIntegerField(default=0)
    looked = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "attachment"
        indexes = [
            models.Index(fields=["look"], name="attachment_look", condition=~models.Q(look="")),
            models.Index(fields=["looked", "stored_at"], name="attachment_looked"),
        ]

    def __str__(self) -> str:
        return self.name


class AttachmentLook(Local):
    """One look of a picture; `place` counts its looks from 0, -1: looked at, without any.

    Derived from the bytes (looks.looks_of) and read into memory to find a photo again (table.LookTable).
    """

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    place = models.SmallIntegerField()
    look = models.BigIntegerField()

    class Meta:
        db_table = "attachment_looks"
        constraints = [models.UniqueConstraint(fields=["sha256", "place"], name="attachment_looks_once")]


class AttachmentLink(Local):
    """Through what an attachment is seen: a journal subject, or `person/<id>` for whoever uploaded it."""

    id = models.BigAutoField(primary_key=True)
    sha256 = models.CharField(max_length=64)
    subject = models.CharField(max_length=90)

    class Meta:
        db_table = "attachment_link"
        constraints = [models.UniqueConstraint(fields=["sha256", "subject"], name="attachment_link_once")]
        indexes = [models.Index(fields=["subject"], name="attachment_link_subject")]
