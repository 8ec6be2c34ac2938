"""The columns of a checklist's workbook, as the ledgers' workbook engine reads and writes them. Not a ledger of its own."""

from __future__ import annotations

from typing import Any

from anlan.inspection import queries
from anlan.platform.ledger.declare import Column, Ledger


def _laws(scope: Any) -> list[tuple[str, str]]:
    return [(law, law) for law in queries.law_names()]


CHECKLIST_ITEMS = Ledger(
    id="inspection.checklist_item",
    model="inspection.ChecklistItem",
    label="检查项",
    plural="checklist-items",
    columns=(
        Column("item_key", width=16, help="小写字母、数字和连接号；新增的检查项可以不填，由系统编号"),
        Column("category", width=16, help="同一类别的检查项排在一起"),
        Column("text", required=True, width=60, help="写明应当怎样"),
        Column("law", required=True, choices=_laws, width=32, help="从列表中选择"),
        Column("article", required=True, width=20, help="如“第三十六条第二款”"),
        Column("major", width=40, help="不符合时可能构成重大隐患的，填判定标准的条款"),
    ),
    view="inspection.view",
    change="inspection.checklist.change",
)
