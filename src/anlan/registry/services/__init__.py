"""Decisions of the registry."""
