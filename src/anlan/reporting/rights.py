"""The rights of reporting. The draft checker on the command line needs none: it runs without our records."""

from __future__ import annotations

RIGHTS: dict[str, str] = {
    "reporting.draft.check": "审稿",
    "reporting.value.view": "查看填报数据",
    "reporting.value.change": "登记和更正填报数据",
    "reporting.report.issue": "签发报告",
    "reporting.template.change": "上传和停用报告模板",
    "reporting.round.view": "查看报送",
    "reporting.round.manage": "组织报送",
    "reporting.round.submit": "填写和上报报送表",
}
