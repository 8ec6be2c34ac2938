"""Tags and filters that every page may use: icons, moments in Asia/Shanghai, sentences by code."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anlan.config.tones import TONES
from anlan.kernel.deadlines import local_time
from anlan.kernel.messages import render

register = template.Library()


@cache
def _icon(name: str) -> SafeString:
    href = f"{static('anlan/icons.svg')}#{name}"
    # The name comes from templates and from navigation.py, never from a user.
    return mark_safe(
        f'<svg class="al-icon" aria-hidden="true" focusable="false" width="18" height="18"><use href="{href}"></use></svg>'
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """The symbol `name` of static/anlan/icons.svg, in the colour of its text."""
    return _icon(name)


@register.filter
def moment(value: Any) -> str:
    """An aware datetime as `2026-11-22 08:50` in Asia/Shanghai; a date as `2026-11-22`; nothing as a dash."""
    if isinstance(value, datetime):
        return local_time(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else "—"


@register.filter
def day(value: Any) -> str:
    """The date of an aware datetime in Asia/Shanghai, or a date: `2026-11-22`."""
    if isinstance(value, datetime):
        value = local_time(value).date()
    return value.isoformat() if isinstance(value, date) else "—"


@register.filter
def percent(value: Any) -> str:
    """A ratio 0..1 with one decimal, `84.2%`; None (nothing to divide by) as a dash."""
    return "—" if value is None else f"{100 * float(value):.1f}%"


@register.filter
def measured(value: Any) -> str:
    """A measured number without needless zeros, `125.89`, at most six digits; nothing as a dash."""
    return "—" if value is None else f"{float(value):.6g}"


@register.filter
def toned(value: Any) -> Any:
    """The word of a state as a coloured tag (config/tones.py); any other text unchanged, escaped by the template."""
    css = TONES.get(value) if isinstance(value, str) else None
    return format_html('<span class="{}">{}</span>', css, value) if css else value


@register.simple_tag
def say(code: str, **facts: Any) -> str:
    """The Chinese sentence of a message code (escaped by the template)."""
    return render(code, facts)


@register.simple_tag
def screen_bundle(entry: str) -> SafeString:
    """Script and style of one entry of web/screen (`board`), built by `make web`; nothing where it was never built."""
    script = Path(settings.PACKAGE_DIR) / "static" / "screen" / f"{entry}.js"
    if not script.is_file():
        return mark_safe("")
    # The name carries no hash, so the address does: an upgrade is seen at once.
    version = f"{script.stat().st_mtime_ns:x}"
    return format_html('<script type="module" src="{}?v={}"></script>', static(f"screen/{entry}.js"), version)
