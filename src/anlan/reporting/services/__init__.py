"""Decisions of reporting."""
