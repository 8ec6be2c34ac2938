"""The vault's table: LOCAL, never part of the journal."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class VaultValue(Local):
    """One value of personal data as it stood from `hlc` on. `sealed` is null for a tombstone (erased)."""

    id = models.BigAutoField(primary_key=True)
    ref = models.CharField(max_length=90)
    field = models.CharField(max_length=60)
    hlc = models.BigIntegerField()
    sealed = models.BinaryField(null=True)
    mask = models.CharField(max_length=60, default="")
    blind = models.CharField(max_length=64, default="")

    class Meta:
        db_table = "vault_value"
        indexes = [
            models.Index(fields=["ref", "field", "-hlc"], name="vault_ref_field"),
            models.Index(fields=["blind"], name="vault_blind"),
        ]
