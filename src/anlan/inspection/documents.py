"""Inspection's eight documents; their templates are made by docs/build/document_templates.py."""

from __future__ import annotations

from anlan.inspection.queries import papers
from anlan.inspection.rules import document as rules
from anlan.platform.documents.declare import Template

# Who issues it, to whom and where an appeal goes: not what the document settles.
_ASIDE = frozenset(rules.Page.__dataclass_fields__)
_BOTH = (papers.HAZARD, papers.VISIT)
_ONE = (papers.HAZARD,)
_INSPECT, _ORDER, _REVIEW = "inspection.inspect", "inspection.hazard.order", "inspection.hazard.review"


def _file(name: str) -> str:
    return f"inspection/templates_docx/{name}.docx"


DOCUMENTS = [
    Template(
        "inspection.record", "现场检查记录", "检记", _file("record"), (papers.VISIT,), _INSPECT,
        rules.RecordPage, papers.record_page, order=10, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names, names=papers.record_names,
    ),
    Template(
        papers.ORDER, "责令限期整改指令书", "责改", _file("order"), _BOTH, _ORDER,
        rules.OrderPage, papers.order_page, order=20, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names, names=papers.order_names,
    ),
    Template(
        "inspection.review", "整改复查意见书", "复查", _file("review"), _BOTH, _REVIEW,
        rules.ReviewPage, papers.review_page, order=30, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names, names=papers.review_names,
    ),
    Template(
        "inspection.listing", "重大事故隐患挂牌督办通知书", "督办", _file("listing"), _ONE, _ORDER,
        rules.ListingPage, papers.hazard_page(rules.ListingPage, rules.ListingFacts), by_hand=False, order=40,
        aside=_ASIDE, issuer=papers.numbered_as, acting=papers.acting_names,
    ),
    Template(
        "inspection.unlisting", "重大事故隐患摘牌通知书", "摘牌", _file("unlisting"), _ONE, _REVIEW,
        rules.UnlistingPage, papers.hazard_page(rules.UnlistingPage, rules.UnlistingFacts), by_hand=False, order=50,
        aside=_ASIDE, issuer=papers.numbered_as, acting=papers.acting_names,
    ),
    Template(
        "inspection.extension", "隐患整改延期批复", "延批", _file("extension"), _ONE, "inspection.hazard.extend",
        rules.ExtensionPage, papers.extension_page, order=60, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names,
    ),
    Template(
        "inspection.transfer", "案件线索移送函", "移送", _file("transfer"), _ONE, "inspection.hazard.transfer",
        rules.TransferPage, papers.transfer_page, order=70, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names,
    ),
    Template(
        papers.RECEIPT, "送达回证", "送达", _file("receipt"), _BOTH, _ORDER,
        rules.ReceiptPage, papers.receipt_page, order=80, aside=_ASIDE,
        issuer=papers.numbered_as, acting=papers.acting_names, names=papers.receipt_names,
    ),
]  # fmt: skip
