"""Filters of calling's pages."""
