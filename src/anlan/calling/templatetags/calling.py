"""Filters of the inbox."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def named(names: Mapping[str, str], person_id: str) -> str:
    """The name of a person id; nothing for an id that is not known here."""
    return names.get(person_id, "")
