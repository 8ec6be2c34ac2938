"""Whether a picture is a signature drawn on the pad: strokes on an empty sheet, and neither nothing nor a photo."""

from __future__ import annotations

import io

from PIL import Image

_DARK = 128
_LIGHT = 224
_LEAST_POINTS = 60
_LEAST_EMPTY = 0.7


def drawn(data: bytes) -> bool:
    """Whether a picture has at least a stroke's worth of dark points on ground that is empty (white, or nothing) otherwise.

    Source: house rule (a photo, a stamp or a scanned page is handed in as a scan, not as a signature).
    """
    with Image.open(io.BytesIO(data)) as picture:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        levels = Image.alpha_composite(ground, layer).convert("L").histogram()
    empty = sum(levels[_LIGHT:]) / sum(levels)
    return sum(levels[:_DARK]) >= _LEAST_POINTS and empty >= _LEAST_EMPTY
