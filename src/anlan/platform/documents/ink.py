"""Whether anything is drawn on a signature."""

from __future__ import annotations

import io

from PIL import Image

_DARK = 128
_LEAST_PIXELS = 60


def inked(data: bytes) -> bool:
    """Whether a picture has at least a stroke's worth of dark points on light ground."""
    with Image.open(io.BytesIO(data)) as picture:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", layer.size, (255, 255, 255, 255))
        grey = Image.alpha_composite(ground, layer).convert("L")
    return sum(grey.histogram()[:_DARK]) >= _LEAST_PIXELS
