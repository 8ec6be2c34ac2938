"""Issuing documents and recording what became of them. One door each; everything is an entry of the journal."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from anlan.kernel.deadlines import local_date, local_time
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, RuleViolation, Violation
from anlan.kernel.messages import render
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.database import hold_keys, writing
from anlan.platform.documents import queries
from anlan.platform.documents.declare import Issuer, Template
from anlan.platform.documents.ink import drawn
from anlan.platform.documents.matter import matter_of
from anlan.platform.documents.models import Document
from anlan.platform.documents.numbers import next_document_number
from anlan.platform.documents.render import fill
from anlan.platform.documents.voiding import leads, void_reasons
from anlan.platform.journal import heads
from anlan.platform.journal.held import recorded
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.rules.document import (
    DOCUMENT_LOOP,
    SUBJECT,
    DocumentFacts,
    PaperFacts,
    check_issue,
    check_refuse,
    check_serve,
    check_sign,
    check_void,
)
from anlan.platform.scope import Scope

_ONCE = uuid.UUID("5a8f3b0e-3c52-5a7d-8c7e-2a1f6de07c44")


def document_key(scope: Scope, template: str, subject: str, once: str) -> str:
    """The id that a document issued by this person under `once` has, whether it was issued or not."""
    return str(uuid.uuid5(_ONCE, "\0".join((scope.person, template, subject, once))))


def document_issue(
    *,
    scope: Scope,
    template: str,
    subject: str,
    facts: Any = None,
    now: datetime,
    once: str | None = None,
) -> str:
    """Number, fill in and keep one document about `subject`; its id. A repeated `once` gives the first one's id.

    Args:
        template: id of a declared kind. subject: `inspection.hazard/<id>`.
        facts: what the kind's builder needs besides the records (see its context); None for most.
    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "platform.document.subject_missing".
        BadInput: "platform.document.template_unknown", "platform.document.not_about". RuleViolation: of the builder;
            "platform.document.issue.refused" while another one that settles the same is in force.
        Unavailable: "platform.document.template_broken", "platform.attachment.disk_full".
    """
    kind = queries.template_get(template)
    scope.require(kind.right)
    if subject.partition("/")[0] not in kind.subjects:
        raise BadInput("platform.document.not_about", label=kind.label)
    row = queries.subject_row(scope, subject)
    key = document_key(scope, kind.id, subject, once) if once else new_id(now)
    if once and version_of(f"{SUBJECT}/{key}"):
        return key
    page = kind.context(scope, subject, facts, now)
    with writing():
        hold_keys(SUBJECT, [f"{kind.id}\0{subject}"])
        if once and version_of(f"{SUBJECT}/{key}"):
            return key
        if problems := check_issue(queries.document_in_force(kind.id, subject, matter_of(kind, page)), kind.label):
            raise RuleViolation("platform.document.issue.refused", problems, label=kind.label)
        named = sorted(set(kind.names(scope, subject, facts)) - {subject}) if kind.names else []
        draft = _keep(kind, key, subject, row, page, scope, now)
        data = {**draft.data, "named": named} if named else draft.data
        record(replace(draft, data=data, once=once), scope=scope, now=now, base=NEW)
        for other in named:  # whoever sees one of them sees the file
            attachments.link([data["sha256"]], other, scope=scope)
    return key


def _keep(kind: Template, key: str, subject: str, row: Any, page: Any, scope: Scope, now: datetime) -> Draft:
    """The file, numbered, filled in and stored, and the entry that issues it."""
    today, drill = local_date(now), bool(row.drill)
    number = next_document_number(kind.word, today.year, drill, kind.issuer(scope) if kind.issuer else Issuer())
    values = {name: getattr(page, name) for name in page.__dataclass_fields__}
    data = fill(kind, values | {"number": number, "issued_on": today, "drill": drill}, stamp=_chain_line())
    stored = attachments.store(data, f"{kind.label} {number}.docx", scope=scope, now=now)
    attachments.link([stored.sha256], subject, scope=scope)
    by = type(row).SCOPED_BY
    owners = {"office_id": by.office, "party_id": by.subject}
    action = DOCUMENT_LOOP.action("issue")
    return Draft(
        kind=action.kind,
        subject=f"{SUBJECT}/{key}",
        region=row.region,
        data={
            "number": number, "template": kind.id, "label": kind.label, "about": subject, "sha256": stored.sha256,
            "matter": matter_of(kind, page),
            **{name: str(owner) for name, column in owners.items() if column and (owner := getattr(row, column))},
        },
        text={"title": str(values.get("party", ""))[:160]},
        step=Step("", action.to),
        drill=drill,
    )  # fmt: skip


def _chain_line() -> str:
    """Where this server's chain stands, printed on every document: whoever holds the paper can check the journal by it."""
    head = heads.own_head()
    if head is None:
        return ""
    at = f"{local_time(head.at):%Y-%m-%d %H:%M}" if head.at else ""
    return render("platform.document.chain_line", {"head": head.short, "at": at})


def document_sign(
    *,
    scope: Scope,
    document_id: Any,
    name: str,
    signer: str,
    file: str,
    form: str = "signature",
    at: datetime | None = None,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Add a signature drawn on the screen (`form` "signature") or a scanned page ("scan").

    Args:
        name: who signed. signer: one of rules.document.SIGNERS. file: hash of the stored attachment.
    Raises:
        NotFound, NotAllowed, Conflict as every step; RuleViolation: "platform.document.sign.refused".
        BadInput: "platform.attachment.unknown".
    """
    document = queries.document_get(scope, document_id)
    known = attachments.facts_of([file]).get(file) if file else None
    if file and (known is None or not attachments.visible(file, scope)):
        raise BadInput("platform.attachment.unknown", sha256=file[:12])
    media_type = known.media_type if known else ""
    paper = PaperFacts(
        form, media_type, file in {p.key for p in queries.document_papers(document)},
        drawn(files.path_of(file).read_bytes()) if form == "signature" and media_type == "image/png" else False,
    )  # fmt: skip
    name = name.strip()
    text = {"name": name} | ({"photos": [file]} if media_type.startswith("image/") else {})
    data = {"form": form, "signer": signer, "sha256": file}

    def check(facts: DocumentFacts) -> list[Violation]:
        return check_sign(facts, name, signer, paper)

    _step(scope, document, "sign", check, data, text, at=at, base=base, now=now, once=once, file=file)


def document_refuse(
    *,
    scope: Scope,
    document_id: Any,
    reason: str,
    witnesses: tuple[str, str],
    at: datetime | None = None,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Record that the party would not sign, before two witnesses who are neither officers of the matter nor signed it.

    Raises:
        NotFound, NotAllowed, Conflict as every step; RuleViolation: "platform.document.refuse.refused".
    Source: 民事诉讼法(2023) 第八十九条, to which 行政处罚法(2021) 第六十一条 refers.
    """
    document = queries.document_get(scope, document_id)
    reason, (first, second) = reason.strip(), (witnesses[0].strip(), witnesses[1].strip())
    text = {"reason": reason, "witnesses": "、".join((first, second))}

    def check(facts: DocumentFacts) -> list[Violation]:
        return check_refuse(facts, reason, (first, second), queries.document_acting(scope, document))

    _step(scope, document, "refuse", check, {}, text, at=at, base=base, now=now, once=once)


def document_serve(
    *,
    scope: Scope,
    document_id: Any,
    way: str,
    receiver: str,
    at: datetime | None = None,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Record the service: how (`way`, one of rules.document.WAYS), to whom, when.

    Raises:
        NotFound, NotAllowed, Conflict as every step; RuleViolation: "platform.document.serve.refused".
    """
    document = queries.document_get(scope, document_id)
    receiver = receiver.strip()

    def check(facts: DocumentFacts) -> list[Violation]:
        return check_serve(facts, way, receiver)

    _step(
        scope, document, "serve", check, {"way": way}, {"receiver": receiver}, at=at, base=base, now=now, once=once
    )  # fmt: skip


def document_void(
    *, scope: Scope, document_id: Any, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Declare a document void; its number is never given again.

    Only the body that issued it does so, or a leader of the county.

    Raises:
        NotFound, NotAllowed, Conflict as every step; RuleViolation: "platform.document.void.refused".
    """
    document = queries.document_get(scope, document_id)
    reason = reason.strip()

    def check(facts: DocumentFacts) -> list[Violation]:
        return void_reasons(scope, document) + check_void(facts, reason)

    _step(scope, document, "void", check, {}, {"reason": reason}, at=None, base=base, now=now, once=once)


def _step(
    scope: Scope,
    document: Document,
    action_id: str,
    check: Any,
    data: dict[str, Any],
    text: dict[str, Any],
    *,
    at: datetime | None,
    base: int | None,
    now: datetime,
    once: str | None,
    file: str = "",
) -> None:
    action = DOCUMENT_LOOP.action(action_id)
    subject = f"{SUBJECT}/{document.pk}"
    try:
        right = queries.template_get(document.template).right
        if not (action_id == "void" and leads(scope, document)):
            scope.require(right)
    except BadInput as error:  # a kind that this version no longer declares: to be read, not to be stepped
        raise NotAllowed("platform.document.template_unknown", **error.facts) from error
    if recorded(scope, subject, once, action.kind):
        return
    version = version_of(subject)
    if base is not None and base != version:
        raise Conflict("platform.document.stale", number=document.number)
    document.refresh_from_db()  # after the version: a step in between must show as a stale version
    if problems := check(queries.facts_for(document, at, now)):
        raise RuleViolation(f"platform.document.{action_id}.refused", problems, number=document.number)
    draft = Draft(
        kind=action.kind, subject=subject, region=document.region, data=data,
        text={n: v for n, v in text.items() if v}, at=at, step=Step(document.state, action.to), once=once,
        drill=bool(document.drill),
    )  # fmt: skip
    with writing():
        if file:
            attachments.link([file], document.about, scope=scope)
        record(draft, scope=scope, now=now, base=version)
