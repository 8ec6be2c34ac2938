"""The rights that calling asks for. An inbox needs none: everybody reads the notices of the post they act in."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "calling.escalation.read": "接收逐级升级的提醒",
}
