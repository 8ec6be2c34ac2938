"""Template filters of the registry's pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def get_item(mapping: Mapping[str, Any], key: str) -> Any:
    """The member of a mapping, None where there is none."""
    return mapping.get(key)


@register.filter
def unlocalized(value: float) -> str:
    """A number as SVG wants it, whatever the page's language."""
    return f"{value:g}"
