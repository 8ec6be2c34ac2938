"""Punctuation and digits made alike, character for character, so that every offset stays an offset of the original."""

from __future__ import annotations

import re

__all__ = ["normalise"]

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ALIKE = str.maketrans(
    {
        **_WIDE,
        "，": "，",
        "；": "；",
        "：": "：",
        "（": "（",
        "）": "）",
        "？": "？",
        "！": "！",
        "〜": "-",
        "～": "-",
        "~": "-",
        "－": "-",
        "–": "-",
        "—": "-",
        "‐": "-",
        "−": "-",
        "─": "-",
        "﹪": "%",
        "\u3000": " ",
        "\u00a0": " ",
        "\t": " ",
        "\r": " ",
        "\u2028": "\n",
        "\u2029": "\n",
        "\v": "\n",
        "\f": "\n",
        "[": "〔",
        "［": "〔",
        "【": "〔",
        "]": "〕",
        "］": "〕",
        "】": "〕",
        "〇": "零",
        '"': "”",
        "＂": "”",
    }
)
_NARROW = str.maketrans({";": "；", "(": "（", ")": "）", "?": "？", "!": "！"})
# A comma stands inside a number only between groups of three digits; a colon only between the hours and minutes of a clock.
_COMMA = re.compile(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!\d)|,")
_ENDS = frozenset("。；：！？…”）〕》.|")
_BEGINS = re.compile(
    r"\s*(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十\d]+）|\d{1,2}[.、]|第[一二三四五六七八九十]+|\s{2})"
)
_COLON = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)|:")


def normalise(text: str) -> str:
    """The text with one form of each digit, letter, bracket and mark; as long as before, offset by offset.

    Source: house rule.
    """
    alike = text.translate(_ALIKE).translate(_NARROW)
    alike = _COMMA.sub(lambda m: "，" if m[0] == "," else m[0], alike)
    alike = _COLON.sub(lambda m: "：" if m[0] == ":" else m[0], alike)
    return _unwrapped(alike)


def _unwrapped(text: str) -> str:
    """Line ends that a mail or a scan put inside sentences become spaces, where the text is plainly wrapped at a width."""
    lines = text.split("\n")
    broken = [
        len(line) >= 20 and line.rstrip()[-1:] not in _ENDS and bool(after.strip()) and not _BEGINS.match(after)
        for line, after in zip(lines, lines[1:], strict=False)
    ]
    if sum(broken) < 3 or sum(broken) * 3 < sum(bool(line.strip()) for line in lines):
        return text
    return "".join(
        line + (" " if n < len(broken) and broken[n] else "\n" if n < len(lines) - 1 else "")
        for n, line in enumerate(lines)
    )
