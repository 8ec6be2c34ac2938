"""Calling: what the system says to people, and whether it reached them. Now: the inbox and reminders of deadlines.

Words: notice 通知 (one thing said to one post), digest 每日提醒 (the day's reminders of a post in one notice), reminder 提醒,
escalation 升级 (the later it gets, the higher the level that hears of it).
Notices are deliveries, so they are LOCAL and no entries of the journal (ADR 0009). Sources: house rules named at the tables.
"""
