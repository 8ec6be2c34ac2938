"""Kinds of fields that several schemas share. Photos are named by the SHA-256 that POST /attachments answered."""

from __future__ import annotations

from typing import Annotated

from ninja import Field

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(pattern="^[0-9a-fA-F-]{32,36}$")]
Photos = Annotated[list[Sha256], Field(default_factory=list, max_length=30)]
