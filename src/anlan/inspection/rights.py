"""The rights that inspection asks for; roles hold them (accounts)."""

from __future__ import annotations

from anlan.inspection.rules.hazard import SOURCES

RIGHTS: dict[str, str] = {
    "inspection.view": "查看检查和隐患",
    "inspection.leading.view": "查看领导看板和约谈建议",
    "inspection.inspect": "开展检查、登记隐患",
    "inspection.hazard.order": "责令限期整改",
    "inspection.hazard.submit": "提交整改情况",
    "inspection.hazard.review": "复查（退回、销号）",
    "inspection.hazard.extend": "批准整改延期",
    "inspection.hazard.dismiss": "认定误报、重复",
    "inspection.hazard.transfer": "移送执法",
    "inspection.listing.propose": "提出挂牌督办、复查摘牌",
    "inspection.listing.sign": "签发、撤销挂牌督办",
    "inspection.listing.follow": "跟踪督办",
    "inspection.listing.apply": "申请摘牌",
    "inspection.checklist.change": "维护检查表",
    "inspection.campaign.change": "维护专项行动",
    "inspection.self_check.report": "企业自查上报",
    "inspection.self_check.rule": "维护企业自查周期",
    "inspection.plan.view": "查看年度检查计划、检查组和检查任务",
    "inspection.plan.change": "编制年度检查计划",
    "inspection.plan.approve": "批准年度检查计划",
    "inspection.team.change": "组建检查组",
    "inspection.task.assign": "派发检查任务",
    # Which sources a role may name for an inspection or a hazard, beside the one of its own level (services.hazards).
    **{f"inspection.source.{word}": f"登记来源：{label}" for word, label in SOURCES},
}
