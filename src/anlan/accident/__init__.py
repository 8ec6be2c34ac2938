"""Accidents: reported, corrected, investigated, closed or revoked; what counts as 生产安全事故 and how grave it is.

Words: accident 事故, grade 事故等级, counted 纳入统计, correct 更正伤亡和损失, revoke 撤销, nature 事故性质.
Standards: 生产安全事故报告和调查处理条例 (2007, 国务院令第493号), GB 6441-1986 (categories).
"""
