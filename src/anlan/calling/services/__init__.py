"""The only writers of calling. Notices are LOCAL: nothing here records an entry (ADR 0009)."""
