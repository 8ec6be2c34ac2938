"""What is held of subjects: how many entries, and whether a person's key was used before and for what."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.kernel.errors import Conflict
from anlan.platform import reading
from anlan.platform.journal import forks
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq
from anlan.platform.journal.record import once_of
from anlan.platform.scope import Scope

_CHUNK = 200


def versions_of(subjects: Iterable[str]) -> dict[str, int]:
    """Number of entries held by subject; subjects without any are absent."""
    wanted = list(subjects)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        found.update(reading.select_in(Head, ("subject", "version"), "subject", wanted[start : start + _CHUNK]))
    return found


def ends_of(subjects: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """Where each subject stands: entries held, id of the last one, and its hash in the chain ("" while it has none).

    Subjects without entries are absent.
    """
    wanted, found = list(subjects), {}
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        heads = list(Head.objects.filter(subject__in=part).values_list("subject", "version", "last_id"))
        ids = [last for _, _, last in heads if last]
        hashes = dict(JournalSeq.objects.filter(entry__in=ids).values_list("entry", "body_hash"))
        for subject, version, last in heads:
            found[subject] = (version, str(last or ""), bytes(hashes.get(last, b"")).hex())
    return found


def once_recorded(scope: Scope, pairs: Iterable[tuple[str, str | None]], *kinds: str) -> set[str]:
    """The subjects among (subject, once) of which this person's entry of one of `kinds` with that `once` is held.

    Raises:
        Conflict: "journal.once_reused" when the key was used for another act on the subject.
    """
    wanted = {subject: once_of(scope.person, once) for subject, once in pairs if once}
    if not wanted:
        return set()
    sids = dict(Head.objects.filter(subject__in=wanted).values_list("sid", "subject"))
    entries = JournalEntry.objects.filter(sid__in=sids, once__in=set(wanted.values()))
    found = list(entries.values_list("id", "sid", "once", "kind"))
    off = forks.fenced_off([str(i) for i, *_ in found]) if found else set()
    held = [(sids[sid], k) for i, sid, once, k in found if wanted[sids[sid]] == once and str(i) not in off]
    done = {subject for subject, k in held if k in kinds}
    for subject, _ in held:
        if subject not in done:
            raise Conflict("journal.once_reused", subject=subject)
    return done


def recorded(scope: Scope, subject: str, once: str | None, kind: str) -> bool:
    """As `once_recorded` for one subject and one kind."""
    return subject in once_recorded(scope, [(subject, once)], kind)
