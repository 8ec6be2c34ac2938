"""The rights of reporting. The draft checker on the command line needs none: it runs without our records."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "reporting.draft.check": "审稿",
    "reporting.value.view": "查看填报数据",
    "reporting.value.change": "登记和更正填报数据",
    "reporting.report.issue": "签发报告",
}
