"""The Chinese catalogue of sentences, by stable code: one TOML file per context in this folder.

A line is `"inspection.hazard.close.review_photo_missing" = "…{number}…"`. Code never builds sentences.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["catalogue", "render"]


@cache
def catalogue() -> dict[str, str]:
    """Every sentence by code. A code that stands in two files is a defect of the build and raises ValueError."""
    merged: dict[str, str] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda f: f.name):
        if not file.name.endswith(".toml"):
            continue
        for code, text in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if code in merged:
                raise ValueError(f"message code defined twice: {code}")
            merged[code] = text
    return merged


class _Facts(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def render(code: str, facts: dict[str, Any]) -> str:
    """The sentence for `code` with its facts filled in; an unknown code shows itself, so it can be reported."""
    text = catalogue().get(code)
    return f"操作未能完成（{code}）。" if text is None else text.format_map(_Facts(facts))
