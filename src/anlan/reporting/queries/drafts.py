"""Checking one draft for one officer: the findings, and what the office has judged of them. Nothing of the draft is kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.core import signing

from anlan.kernel.errors import BadInput
from anlan.platform.attachments.facts import safe_name
from anlan.platform.scope import Scope
from anlan.platform.vault.seal import blind
from anlan.reporting.drafts.annotate import annotated, notes_of
from anlan.reporting.drafts.check import RULES, findings_of
from anlan.reporting.drafts.claims import claims_of
from anlan.reporting.drafts.files import Document, document_of
from anlan.reporting.drafts.finding import Finding, sentence
from anlan.reporting.drafts.reading import read
from anlan.reporting.errors import DraftTooLong, MarkUnknown
from anlan.reporting.queries.dismissals import Judged, dismissals_of, office_of

CHECK = "reporting.draft.check"
# Bytes of a file, and characters of its text: some sixty thousand are checked in a second, and others wait meanwhile.
LARGEST = 5 * 1024 * 1024
LONGEST = 200_000
_SALT = "anlan.reporting.mark"


@dataclass(frozen=True, slots=True)
class Mark:
    """A finding as a judgement names it: of which text, where, and what it says (drafts.claims)."""

    text_hash: str
    rule: int
    code: str
    start: int
    end: int
    claim: str


@dataclass(frozen=True, slots=True)
class Checked:
    """One draft checked: `id` is the hash of its text; to each finding its mark and, where there is one, the judgement."""

    id: str
    document: Document
    numbers: int
    found: tuple[tuple[Finding, Mark, Judged | None], ...]

    def as_dict(self, with_text: bool) -> dict[str, Any]:
        """The JSON of `anlan check-draft --json` with the id of the text, and of each finding `mark` and `dismissed`."""
        findings = [
            {
                **finding.as_dict(),
                "paragraph": self.document.paragraph_at(finding.place.start),
                "mark": _signed(mark),
                "dismissed": judged,
            }
            for finding, mark, judged in self.found
        ]
        text = self.document.text
        return {
            "id": self.id,
            "findings": findings,
            "form": self.document.form,
            "characters": len(text),
            "paragraphs": len(self.document.paragraphs),
            "numbers": self.numbers,
            "text": text if with_text else None,
        }


def draft_check(scope: Scope, data: bytes, name: str) -> Checked:
    """Read and check one draft.

    Args:
        data: the file or the text pasted, at most `LARGEST` bytes. name: the file's, for refusals only.
    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "reporting.drafts.text_long" beyond `LONGEST` characters, and what
            `drafts.files.document_of` refuses; "reporting.draft.file.large" beyond `LARGEST`.
    """
    scope.require(CHECK)
    shown = safe_name(name)
    if len(data) > LARGEST:
        raise BadInput("reporting.draft.file.large", name=shown, most=LARGEST // 1024 // 1024)
    document = document_of(data, shown)
    if len(document.text) > LONGEST:
        raise DraftTooLong(len(document.text), LONGEST)
    reading = read(document.text)
    found = findings_of(reading)
    claims = [blind("reporting.claim", c) if c else "" for c in claims_of(reading, found)]
    text_hash = hashlib.sha256(document.text.encode("utf-8", "surrogatepass")).hexdigest()
    here, elsewhere = dismissals_of(office_of(scope), text_hash, claims)
    rows = []
    for finding, claim in zip(found, claims, strict=True):
        mark = Mark(text_hash, finding.rule, finding.code, finding.place.start, finding.place.end, claim)
        judged = here.get((mark.rule, mark.code, mark.start, mark.end)) or elsewhere.get(claim)
        rows.append((finding, mark, judged))
    return Checked(text_hash, document, len(reading.quantities), tuple(rows))


def draft_annotated(scope: Scope, data: bytes, name: str) -> bytes:
    """The draft as a .docx with a comment for each finding that the office follows.

    Raises:
        As `draft_check`; BadInput: "reporting.draft.file.bomb", "reporting.draft.file.damaged".
    """
    checked = draft_check(scope, data, name)
    followed = [finding for finding, _, judged in checked.found if judged is None]
    return annotated(data, checked.document, notes_of(checked.document, followed))


def rules_named() -> list[tuple[int, str]]:
    """Number and name of every rule that is checked."""
    return [(n, sentence(f"drafts.rule.{n}", {})) for n in sorted({number for number, _ in RULES})]


def _signed(mark: Mark) -> str:
    words = (mark.text_hash, str(mark.rule), mark.code, str(mark.start), str(mark.end), mark.claim)
    return signing.Signer(salt=_SALT).sign(" ".join(words))


def mark_read(given: str) -> Mark:
    """The finding that a mark of ours names.

    Raises:
        MarkUnknown: "reporting.dismissal.mark_unknown".
    """
    try:
        text_hash, rule, code, start, end, claim = signing.Signer(salt=_SALT).unsign(given).split(" ")
    except (signing.BadSignature, ValueError):
        raise MarkUnknown from None
    return Mark(text_hash, int(rule), code, int(start), int(end), claim)
