"""The rights that the registry asks for; roles hold them (accounts)."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "registry.view": "查看企业档案",
    "registry.change": "登记和修改企业档案",
    "registry.add": "现场补登企业",
    "registry.import": "批量导入企业档案",
}
