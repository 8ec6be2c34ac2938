"""The life of an official document: issued, signed or refused, served, or void. Pure.

Source: 行政处罚法(2021) 第六十一条, 民事诉讼法(2023) 第八十七条至第九十五条 (ways to serve, two witnesses of a refusal), and
house rule (a number is given once, a void document stays listed).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

SUBJECT = "platform.document"
SIGNERS = (("party", "被检查单位"), ("officer", "执法人员"), ("witness", "见证人"), ("receiver", "受送达人"))
PAPER_KINDS = (("signature", "手写签名"), ("scan", "签字扫描件"))
WAYS = (
    ("direct", "直接送达"),
    ("lien", "留置送达"),
    ("entrust", "委托送达"),
    ("post", "邮寄送达"),
    ("electronic", "电子送达"),
    ("notice", "公告送达"),
)
LONGEST_NAME = 40
LONGEST_TEXT = 500
_SLACK = timedelta(minutes=10)
_STANDING = ("issued", "signed", "refused")


def _action(word: str, label: str, past: str, from_: tuple[str, ...], to: str, help: str, *evidence: str) -> Action:
    # Who may act depends on the kind of document: its template names the right (documents.declare.Template).
    return Action(word, label, f"{SUBJECT}.{past}", from_, to, "", evidence, help)


DOCUMENT_LOOP = Loop(
    id="document",
    subject=SUBJECT,
    label="文书",
    states=(
        State("issued", "已出具"),
        State("signed", "已签字"),
        State("refused", "已拒签"),
        State("served", "已送达", terminal=True),
        State("void", "已作废", terminal=True),
    ),
    actions=(
        _action("issue", "出具", "issued", (), "issued", "编号并生成文书，出具后内容不再变动。"),
        _action("sign", "签字", "signed", _STANDING, "signed", "在屏幕上手写签名，或上传签字后的扫描件。", "name", "file"),
        _action(
            "refuse", "拒绝签字", "refused", ("issued",), "refused", "写明拒签情况，并记录两名见证人。", "reason", "witnesses"
        ),
        _action("serve", "送达", "served", _STANDING, "served", "记录送达方式、受送达人和时间。", "way", "receiver"),
        _action("void", "作废", "voided", _STANDING, "void", "编号保留，不再使用。须写明原因。", "reason"),
    ),
    initial_action="issue",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What the rules need to know of a document and of the step: its state, when it was issued, the stated moment."""

    state: str
    issued_at: datetime
    at: datetime
    now: datetime


def check_step(action: str, facts: DocumentFacts) -> list[Violation]:
    """Why this action can't follow now: the state, or a stated moment before the issue or in the future."""
    problems = DOCUMENT_LOOP.check_step(action, facts.state)
    if facts.at > facts.now + _SLACK:
        problems.append(Violation("platform.document.at_future", {}, "at"))
    elif facts.at < facts.issued_at.replace(second=0, microsecond=0):  # people state minutes
        problems.append(Violation("platform.document.at_before_issue", {}, "at"))
    return problems


def _name(text: str, field: str) -> list[Violation]:
    if blank(text):
        return [Violation("platform.document.name_missing", {}, field)]
    return [Violation("platform.document.name_long", {"most": LONGEST_NAME}, field)] if len(text) > LONGEST_NAME else []


def _plain(name: str) -> str:
    return "".join(name.split())


def _reason(text: str) -> list[Violation]:
    if blank(text):
        return [Violation("platform.document.reason_missing", {}, "reason")]
    too_long = len(text) > LONGEST_TEXT
    return [Violation("platform.document.text_long", {"most": LONGEST_TEXT}, "reason")] if too_long else []


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What is handed in at a signing.

    Attributes:
        form: a word of PAPER_KINDS. media_type: of the file; "" where none was handed in.
        held: the document has this very file already. drawn: strokes on an empty sheet (a signature only).
    """

    form: str
    media_type: str
    held: bool = False
    drawn: bool = False


def check_issue(in_force: str, label: str) -> list[Violation]:
    """Why a document can't be issued: `in_force`, the number of one that settles the same, "" for none.

    Source: house rule (two papers of one decision are two dates to be served and two to be challenged).
    """
    return [Violation("platform.document.in_force", {"label": label, "number": in_force})] if in_force else []


def check_sign(facts: DocumentFacts, name: str, signer: str, paper: PaperFacts) -> list[Violation]:
    """Every reason against a signature or scanned page. Source: house rule."""
    problems = check_step("sign", facts) + _name(name, "name")
    if signer not in dict(SIGNERS):
        problems.append(Violation("platform.document.signer_unknown", {}, "signer"))
    if paper.form not in dict(PAPER_KINDS):
        problems.append(Violation("platform.document.form_unknown", {}, "form"))
    return problems + _check_paper(paper)


def _check_paper(paper: PaperFacts) -> list[Violation]:
    if not paper.media_type:
        return [Violation("platform.document.file_missing", {}, "file")]
    if paper.held:
        return [Violation("platform.document.file_again", {}, "file")]
    if paper.form == "signature":
        return [] if paper.drawn else [Violation("platform.document.signature_blank", {}, "file")]
    page = paper.media_type.startswith("image/") or paper.media_type == "application/pdf"
    return [] if page else [Violation("platform.document.file_kind", {}, "file")]


def check_refuse(
    facts: DocumentFacts, reason: str, witnesses: Sequence[str], acting: Collection[str] = ()
) -> list[Violation]:
    """Every reason against recording a refusal: two different witnesses are named, neither of them a party to the paper.

    Args:
        acting: names of the officers of the matter and of whoever signed the paper.
    Source: 民事诉讼法(2023) 第八十九条 (representatives of a body of the grass roots or of the unit are invited as
    witnesses beside the person who serves).
    """
    problems = check_step("refuse", facts) + _reason(reason)
    for place, witness in enumerate(witnesses, 1):
        problems += _name(witness, f"witness{place}")
        if _plain(witness) in {_plain(name) for name in acting} - {""}:
            problems.append(Violation("platform.document.witness_acting", {"name": witness}, f"witness{place}"))
    if len({_plain(w) for w in witnesses if w}) < 2 and all(witnesses):
        problems.append(Violation("platform.document.witnesses_two", {}, "witness2"))
    return problems


def check_serve(facts: DocumentFacts, way: str, receiver: str) -> list[Violation]:
    """Every reason against recording the service.

    Source: 民事诉讼法(2023) 第八十八条 (served directly: the receiver signs), 第八十九条 (who refuses: 留置送达),
    第九十一条 and 第九十五条 (by post or entrusted, by public notice).
    """
    problems = check_step("serve", facts) + _name(receiver, "receiver")
    if way not in dict(WAYS):
        problems.append(Violation("platform.document.way_unknown", {}, "way"))
    elif way not in dict(ways_open(facts.state)):
        problems.append(Violation("platform.document.way_after_refusal", {"way": dict(WAYS)[way]}, "way"))
    return problems


def ways_open(state: str) -> tuple[tuple[str, str], ...]:
    """The ways in which a paper in this state can be served: what was refused is not handed over directly.

    Source: as `check_serve`.
    """
    return tuple((word, label) for word, label in WAYS if state != "refused" or word != "direct")


def check_void(facts: DocumentFacts, reason: str) -> list[Violation]:
    """Every reason against declaring the document void."""
    return check_step("void", facts) + _reason(reason)
