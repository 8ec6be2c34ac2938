"""Shared Django plumbing: journal, scope, regions, vault, attachments, ledgers, jobs, clock.

Contexts above use it; it knows none of them.
"""
