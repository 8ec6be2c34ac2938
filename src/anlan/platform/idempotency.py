"""Idempotency keys of the API: the same key with the same request gets the same answer, and the work is done once.

The answer is stored in the transaction of the work itself: after a crash there is either both or neither. Of two
requests at the same moment one waits (SQLite: for the write lock; PostgreSQL: for the unique key) and gets the other's
answer. Only successes are kept: a refused request may be sent again with the same key when the reason is gone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.utils.datastructures import MultiValueDict

from anlan.kernel.errors import BadInput
from anlan.platform import instances
from anlan.platform.projection import Local

KEPT_FOR = timedelta(days=7)
MAX_KEY = 120


class ApiAnswer(Local):
    """The answer given to one key of one account. LOCAL; forgotten after a week."""

    id = models.CharField(primary_key=True, max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.SmallIntegerField()
    content_type = models.CharField(max_length=80)
    location = models.CharField(max_length=300, default="")
    body = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "api_answer"


@dataclass(frozen=True, slots=True)
class Keyed:
    """One request with a key: where its answer is kept and what was asked."""

    id: str
    fingerprint: str


def keyed(account: str, key: str, method: str, path: str, body: bytes) -> Keyed:
    """The place and fingerprint of a request.

    Args:
        account: id of the account; keys of two accounts never meet.
        path: with the query string.
    Raises:
        BadInput: "api.idempotency_key" for a key that is empty, longer than 120 characters or not printable ASCII.
    """
    if not 0 < len(key) <= MAX_KEY or not key.isascii() or not key.isprintable():
        raise BadInput("api.idempotency_key", limit=MAX_KEY)
    asked = hashlib.sha256(f"{method} {path}\0".encode() + body).hexdigest()
    return Keyed(hashlib.sha256(f"{account}\0{key}".encode()).hexdigest(), asked)


def parts_digest(fields: MultiValueDict[str, str], files: MultiValueDict[str, UploadedFile[Any]]) -> bytes:
    """32 bytes over every part of a multipart body: names, values, file names and the files' bytes; files are rewound."""
    parts = []
    for name, values in fields.lists():
        parts += [("field", name, "", hashlib.sha256(value.encode("utf-8", "surrogatepass"))) for value in values]
    for name, held in files.lists():
        for file in held:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            parts.append(("file", name, file.name or "", digest))
    whole = hashlib.sha256()
    for kind, name, label, digest in parts:
        whole.update(f"{kind}\0{name}\0{label}\0{digest.hexdigest()}\n".encode("utf-8", "surrogatepass"))
    return whole.digest()


def answer_of(request: Keyed) -> ApiAnswer | None:
    """The answer kept for this request; None where it is new.

    Raises:
        BadInput: "api.idempotency_reused" when the key came with another request before.
    """
    held = next(iter(instances.instances_in(ApiAnswer, "id", [request.id])), None)
    if held is not None and held.fingerprint != request.fingerprint:
        raise BadInput("api.idempotency_reused")
    return held


def keep(request: Keyed, *, status: int, content_type: str, location: str, body: bytes, now: datetime) -> None:
    """Keep an answer, in the transaction of the work it answers.

    Raises:
        IntegrityError: another request with the key was faster (PostgreSQL); the caller's transaction must not commit.
    """
    ApiAnswer(
        id=request.id,
        fingerprint=request.fingerprint,
        status=status,
        content_type=content_type,
        location=location[:300],
        body=body,
        created_at=now,
    ).save(force_insert=True)


def forget_old(now: datetime) -> int:
    """Delete answers older than a week; returns how many. A daily job."""
    return ApiAnswer.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]
