"""Workbooks of a ledger: template, export, reading what clerks hand in, importing it."""
