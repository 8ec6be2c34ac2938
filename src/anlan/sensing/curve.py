"""The picture of a curve as a PNG: what stands in a hazard's file when an alarm becomes one. Thresholds and gaps included."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from anlan.kernel.deadlines import SHANGHAI
from anlan.sensing.services.drafting import number_text

__all__ = ["curve_png"]

_SIZE = (1200, 520)
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 1170, 60, 460
_INK, _PALE, _LINE, _LIMIT, _GAP, _MARK = "#223", "#dde3ea", "#1f5fa8", "#c62828", "#f1f3f5", "#e07b00"
# Where a system with Chinese keeps a font that has it; without one the labels are the factor's code and numbers.
_FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
    "/System/Library/Fonts/PingFang.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)


def _font(size: int) -> tuple[ImageFont.FreeTypeFont | ImageFont.ImageFont, bool]:
    """A font and whether it has Chinese."""
    for path in _FONTS:
        if Path(path).is_file():
            return ImageFont.truetype(path, size), True
    return ImageFont.load_default(size), False


def curve_png(
    *,
    title: str,
    plain_title: str,
    unit: str,
    points: Sequence[Sequence[float]],
    gaps: Sequence[tuple[int, int]],
    limits: Sequence[float],
    marked_at: int,
    start: int,
    end: int,
) -> bytes:
    """A PNG of 1200 by 520 points.

    Args:
        title: heading; plain_title: the same in ASCII, for a machine without Chinese letters.
        points: [at epoch ms, value] or [at, least, greatest]. gaps: (from, to) epoch ms. limits: in `unit`.
        marked_at: the moment of the alarm, epoch ms. start, end: the span drawn, epoch ms.
    """
    picture = Image.new("RGB", _SIZE, "white")
    pen = ImageDraw.Draw(picture)
    (big, chinese), (small, _) = _font(24), _font(17)
    values = [v for p in points for v in p[1:]] + list(limits)
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    pad = (high - low) * 0.08 or max(abs(high) * 0.1, 1.0)
    low, high = low - pad, high + pad

    def x(at: float) -> float:
        return _LEFT + (_RIGHT - _LEFT) * (min(max(at, start), end) - start) / max(end - start, 1)

    def y(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (value - low) / (high - low)

    for begin, stop in gaps:
        pen.rectangle((x(begin), _TOP, x(stop), _BOTTOM), fill=_GAP)
    for i in range(6):
        value = low + (high - low) * i / 5
        pen.line((_LEFT, y(value), _RIGHT, y(value)), fill=_PALE)
        pen.text((_LEFT - 8, y(value)), number_text(value, 2), fill=_INK, font=small, anchor="rm")
        at = start + (end - start) * i // 5
        shown = datetime.fromtimestamp(at / 1000, UTC).astimezone(SHANGHAI)
        anchor = "lt" if i == 0 else "rt" if i == 5 else "mt"
        pen.text((x(at), _BOTTOM + 10), shown.strftime("%m-%d %H:%M"), fill=_INK, font=small, anchor=anchor)
    for limit in limits:
        pen.line((_LEFT, y(limit), _RIGHT, y(limit)), fill=_LIMIT, width=2)
        pen.text((_RIGHT - 4, y(limit) - 4), number_text(limit), fill=_LIMIT, font=small, anchor="rb")
    pen.line((x(marked_at), _TOP, x(marked_at), _BOTTOM), fill=_MARK, width=2)
    _draw(pen, [(x(p[0]), y(p[1]), y(p[-1]), int(p[0])) for p in points], gaps)
    pen.rectangle((_LEFT, _TOP, _RIGHT, _BOTTOM), outline=_INK)
    heading = title if chinese else plain_title
    pen.text((_LEFT, 18), heading, fill=_INK, font=big)
    if chinese or unit.isascii():
        pen.text((_RIGHT, 24), unit, fill=_INK, font=small, anchor="rt")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _draw(
    pen: ImageDraw.ImageDraw, spots: Sequence[tuple[float, float, float, int]], gaps: Sequence[tuple[int, int]]
) -> None:
    """The line, broken at every gap; a bucket is drawn from its least to its greatest value."""
    ends = {begin for begin, _ in gaps}
    before: tuple[float, float] | None = None
    broken = False
    for left, lower, upper, at in spots:
        broken = broken or any(begin < at <= stop for begin, stop in gaps)
        if before is not None and not broken:
            pen.line((*before, left, lower), fill=_LINE, width=2)
        pen.line((left, lower, left, upper), fill=_LINE, width=2)
        if before is None or broken:
            pen.ellipse((left - 1, lower - 1, left + 1, lower + 1), fill=_LINE)
        before, broken = (left, upper), at in ends
