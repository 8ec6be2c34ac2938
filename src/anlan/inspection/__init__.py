"""Inspection: checklists, campaigns, inspections and the hazard loop (found, ordered, submitted, doubted, closed).

Words: hazard 事故隐患, order 责令限期整改, submit 提交整改, return 复查不合格退回, close 复查销号, campaign 专项行动.
Standards: 安全生产法 (2021), 消防法 (2021), 危险化学品安全管理条例 (2013), 行政处罚法 (2021) 第四十二条.
"""
