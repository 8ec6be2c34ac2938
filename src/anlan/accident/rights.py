"""The rights that accident asks for; roles hold them (accounts)."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "accident.view": "查看事故",
    "accident.report": "登记、补报和上报事故",
    "accident.investigate": "事故调查、结案和撤销",
}
