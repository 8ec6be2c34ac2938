"""Keeping, linking, seeing and erasing attachments."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from anlan.kernel.errors import BadInput, NotFound
from anlan.platform.attachments import files, index
from anlan.platform.attachments.facts import IMAGES, AttachmentFacts, examine
from anlan.platform.attachments.looks import VERSION
from anlan.platform.attachments.models import Attachment, AttachmentLink
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.exchange.models import FileWanted
from anlan.platform.scope import Scope, limit

_SHA256 = re.compile(r"[0-9a-f]{64}")
_CHUNK = 500


def store(data: bytes, filename: str, *, scope: Scope, now: datetime) -> AttachmentFacts:
    """Check and keep one file; the same bytes twice are one file. Until a service links it, only the uploader sees it.

    Raises:
        BadInput: as `facts.examine`;
            "platform.attachment.erased" for a file that was blanked by a redaction: it is not kept again.
        Unavailable: "platform.attachment.disk_full", "platform.attachment.not_written".
    """
    return _keep(data, filename, [f"person/{scope.person}"], now)


def take_over(data: bytes, filename: str, subjects: Sequence[str], *, now: datetime) -> AttachmentFacts:
    """Keep a file that another node sent for entries held here; whoever may see these subjects sees it. Raises as `store`."""
    return _keep(data, filename, subjects, now)


def expect(named: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Show files (hash, subject) that received entries name; those that are not held, nor erased for good, come back."""
    rows = dict(Attachment.objects.filter(pk__in={sha256 for sha256, _ in named}).values_list("sha256", "erased"))
    links = [AttachmentLink(sha256=s, subject=subject) for s, subject in sorted(named) if rows.get(s) == 0]
    AttachmentLink.objects.bulk_create(links, ignore_conflicts=True)
    return {(sha256, subject) for sha256, subject in named if sha256 not in rows}


def _keep(data: bytes, filename: str, subjects: Sequence[str], now: datetime) -> AttachmentFacts:
    facts = examine(data, filename, settings.UPLOAD_MAX_BYTES)
    if Attachment.objects.filter(pk=facts.sha256, erased=1).exists():
        raise BadInput("platform.attachment.erased", name=facts.name)
    path = files.path_of(facts.sha256)
    if not path.is_file():
        files.write(path, data)
    with writing():
        Attachment.objects.bulk_create(
            [
                Attachment(
                    sha256=facts.sha256,
                    media_type=facts.media_type,
                    size=facts.size,
                    name=facts.name,
                    width=facts.width,
                    height=facts.height,
                    taken_at=facts.taken_at,
                    lon=facts.lon,
                    lat=facts.lat,
                    look=facts.look,
                    stored_at=now,
                    looked=VERSION,
                )
            ],
            ignore_conflicts=True,
        )
        AttachmentLink.objects.bulk_create(
            [AttachmentLink(sha256=facts.sha256, subject=subject) for subject in subjects], ignore_conflicts=True
        )
        if facts.media_type in IMAGES:
            index.put([(facts.sha256, facts.looks)])
    return facts


def link(sha256s: Iterable[str], subject: str, *, scope: Scope) -> None:
    """Make attachments visible to whoever may see `subject`. Call it in the transaction that records them.

    Args:
        sha256s: hashes a client sent; each must be one that this person uploaded or may see, so that knowing a hash
            never opens somebody else's file.
    Raises:
        BadInput: "platform.attachment.unknown" for a hash that is not held or not visible to this person.
    """
    wanted = list(dict.fromkeys(sha256s))
    seen = _visible_among(wanted, scope)
    for sha256 in wanted:
        if sha256 not in seen:
            raise BadInput("platform.attachment.unknown", sha256=str(sha256)[:12])
    AttachmentLink.objects.bulk_create(
        [AttachmentLink(sha256=sha256, subject=subject) for sha256 in wanted], ignore_conflicts=True
    )


def visible(sha256: str, scope: Scope) -> bool:
    """Whether the person uploaded the attachment or may see a subject that it is linked to."""
    return bool(_visible_among([sha256], scope))


def _visible_among(sha256s: Sequence[str], scope: Scope) -> set[str]:
    """Those that the person uploaded (one query), and those of subjects in scope (one query for each kind of subject)."""
    asked = {s for s in sha256s if isinstance(s, str) and _SHA256.fullmatch(s)}
    links = AttachmentLink.objects.filter(sha256__in=asked)
    seen = set(links.filter(subject__in=[f"person/{one}" for one in scope.ids]).values_list("sha256", flat=True))
    if seen == asked:
        return seen
    by_kind: dict[str, dict[str, set[str]]] = {}
    for sha256, subject in links.exclude(sha256__in=seen).values_list("sha256", "subject"):
        kind, _, key = subject.partition("/")
        by_kind.setdefault(kind, {}).setdefault(key, set()).add(sha256)
    for kind, keys in by_kind.items():
        for key in in_scope(kind, list(keys), scope):
            seen |= keys[key]
    return seen


def in_scope(kind: str, keys: list[str], scope: Scope) -> Iterator[str]:
    """The subjects among `keys` that the person may see, by their projection's own policy."""
    model = CATALOGUE.projections.get(kind)
    ledger = CATALOGUE.ledgers.get(kind)
    if model is None or (ledger is not None and ledger.view and not scope.may(ledger.view)):
        return
    for start in range(0, len(keys), _CHUNK):
        found = limit(model.objects.filter(pk__in=keys[start : start + _CHUNK]), scope)
        yield from map(str, found.values_list("pk", flat=True))


def read(sha256: str, scope: Scope) -> Attachment:
    """The attachment's row, for a person who may see it.

    Raises:
        NotFound: "platform.attachment.not_found" if it is not held, erased, or not this person's to see.
    """
    row = Attachment.objects.filter(pk=sha256, erased=0).first() if visible(sha256, scope) else None
    if row is None:
        raise NotFound("platform.attachment.not_found")
    return row


def awaited(sha256: str, scope: Scope) -> bool:
    """Whether a file is on its way from another node for a subject that the person may see."""
    subjects = FileWanted.objects.filter(sha256=sha256).values_list("subject", flat=True)
    parted = [subject.partition("/")[::2] for subject in subjects]
    return any(True for kind, key in parted for _ in in_scope(kind, [key], scope))


def facts_of(sha256s: Sequence[str]) -> dict[str, AttachmentFacts]:
    """Facts by hash of those that are held; the caller has shown already that the person may see them."""
    return {
        row.sha256: AttachmentFacts(
            row.sha256,
            row.media_type,
            row.size,
            row.name,
            row.width,
            row.height,
            row.taken_at,
            row.lon,
            row.lat,
            row.look,
        )
        for row in Attachment.objects.filter(pk__in=list(sha256s), erased=0)
    }


def files_of(subject: str) -> list[AttachmentFacts]:
    """Facts of what is linked to a subject; the caller has shown already that the person may see it."""
    return list(facts_of(list(AttachmentLink.objects.filter(subject=subject).values_list("sha256", flat=True))).values())


def release(
    gone: Mapping[str, Collection[str]], held: Iterable[str]
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Let subjects go of files that only redacted entries of theirs held; what no subject holds any more is blanked.

    Args:
        gone: subject -> hashes it holds no longer. held: every hash that the redacted entries held.
    Returns:
        The hashes blanked, and of the others by which subjects they are held still.
    """
    for subject, sha256s in gone.items():
        AttachmentLink.objects.filter(subject=subject, sha256__in=list(sha256s)).delete()
        _await_no_more(subject, sha256s)
    erased, kept = [], {}
    for sha256 in sorted(set(Attachment.objects.filter(pk__in=set(held), erased=0).values_list("pk", flat=True))):
        links = AttachmentLink.objects.filter(sha256=sha256).order_by("subject")
        if holders := tuple(s for s in links.values_list("subject", flat=True) if not s.startswith("person/")):
            kept[sha256] = holders
        else:
            erase(sha256)
            erased.append(sha256)
    return tuple(erased), kept


def _await_no_more(subject: str, sha256s: Collection[str]) -> None:
    """What is blanked is not fetched from another node afterwards, nor shown small."""
    FileWanted.objects.filter(subject=subject, sha256__in=list(sha256s)).delete()
    still = set(FileWanted.objects.filter(sha256__in=list(sha256s)).values_list("sha256", flat=True))
    held = set(Attachment.objects.filter(pk__in=list(sha256s)).values_list("pk", flat=True))
    for sha256 in set(sha256s) - still - held:
        files.remove(sha256)


def erase(sha256: str) -> None:
    """Blank an attachment for good (redaction): bytes and thumbnails go with the commit, and links; hash and size stay."""
    with writing():
        Attachment.objects.filter(pk=sha256).update(
            erased=1, name="", look="", taken_at=None, lon=None, lat=None, width=None, height=None
        )
        AttachmentLink.objects.filter(sha256=sha256).delete()
        index.remove(sha256)
        transaction.on_commit(lambda: files.remove(sha256), robust=True)


def sweep() -> int:
    """Remove the bytes of blanked attachments that a crash left after the commit; returns how many there were."""
    left = [
        key for key in Attachment.objects.filter(erased=1).values_list("pk", flat=True) if files.path_of(key).exists()
    ]
    for sha256 in left:
        files.remove(sha256)
    return len(left)
