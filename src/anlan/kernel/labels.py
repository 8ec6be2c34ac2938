"""What people call a field that is named by its path in a request or an entry. Pure."""

from __future__ import annotations

from anlan.kernel.messages import catalogue, render

__all__ = ["field_label"]

_FAMILY = "kernel.field."


def field_label(path: str, unknown: str = "") -> str:
    """The Chinese name of a field; of one in a list with its place: `items.0.photos` is “第1条的照片”.

    Args:
        path: names and places from 0, parted by dots; the last name counts. unknown: what is said where it has no name
            ("": “该项”).
    """
    parts = path.split(".")
    names = [part for part in parts if not part.isdigit()]
    code = f"{_FAMILY}{names[-1] if names else ''}"
    label = render(code, {}) if code in catalogue() else unknown or render(f"{_FAMILY}other", {})
    places = [int(part) + 1 for part in parts[:-1] if part.isascii() and part.isdigit()]
    return render(f"{_FAMILY}numbered", {"position": places[0], "label": label}) if places else label
