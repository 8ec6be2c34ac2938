"""The rights that sensing asks for; roles hold them (accounts)."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "sensing.view": "查看监测设备和报警",
    "sensing.device.change": "登记、认领和修改监测设备",
    "sensing.rule.change": "制定和修改报警规则",
    "sensing.alarm.answer": "叫应报警",
    "sensing.alarm.handle": "处置报警",
    "sensing.alarm.end": "报警恢复、误报认定、转隐患和归档",
}
