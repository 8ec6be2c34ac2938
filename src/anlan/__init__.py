"""Anlan (安澜): the open-source platform a county emergency-management bureau runs on."""

__version__ = "0.1.0"
