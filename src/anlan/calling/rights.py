"""The rights that calling asks for. An inbox needs none, nor does answering one's own call."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "calling.call.answer": "代为答复叫应",
    "calling.call.view": "查看叫应记录",
    "calling.chain.change": "维护叫应链和值班表",
    "calling.escalation.read": "接收逐级升级的提醒",
}
