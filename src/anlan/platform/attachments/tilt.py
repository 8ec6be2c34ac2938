"""Pictures turned by a few degrees, as a phone's editor straightens them: found by look, then turned back and compared. Pure.

What lies outside the turned picture is cut away, so a tilted copy is also a cropped one. Turned back it shows again what the
original shows, only less of it. The angle is known roughly by which look was near, and fitted by how well both agree.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from anlan.platform.attachments.framing import ALIKE, unrest
from anlan.platform.attachments.likeness import Laid, laid, relaid
from anlan.platform.attachments.looks import Grey, look_of, views

__all__ = ["Tilt", "pressed_askew", "pressed_tilted", "tilted_looks"]

Tilt = tuple[int, float]
"""Which view of a picture (looks.views), and by how many degrees it is turned to the left."""
_HOPE = 0.85
"""Pictures that agree less at an angle are not fitted: a copy turned by up to a degree beside it agrees by 0.88 and more."""
_STEADY = 0.038
"""As framing.STEADY, for pictures whose angle was fitted: nine of ten copies stay below; of those taken again by hand the
nearest came to 0.04 (bench/photos.py, tilted and retake_near)."""
_TILTS = (-4.0, -2.0, 2.0, 4.0)
_STEPS = (1.0, 0.5, 0.25, 0.125)


def _straightened(grey: Grey, degrees: float) -> Grey:
    """The picture turned to the left by `degrees` (-45..45), cut to the largest part of its own shape that is all picture."""
    if not degrees:
        return grey
    high, wide = grey.shape
    angle = math.radians(abs(degrees))
    part = 1 / (math.cos(angle) + max(wide / high, high / wide) * math.sin(angle))
    left, top = int(wide * (1 - part) / 2) + 1, int(high * (1 - part) / 2) + 1
    picture = Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).rotate(degrees, Image.Resampling.BICUBIC)
    return np.asarray(picture.crop((left, top, wide - left, high - top)), np.float64)


def tilted_looks(grey: Grey) -> dict[Tilt, int]:
    """Looks of the picture turned by a few degrees each way; where it has bars, without them and with them."""
    shown = views(grey)
    return {(view, d): look_of(_straightened(shown[view], d)) for view in range(len(shown)) for d in _TILTS}


def pressed_tilted(original: Grey, copy: Grey, tilt: Tilt) -> float:
    """How well the pictures agree where the copy is the original turned by about that angle, 0..1; 0 where it is not.

    Args:
        original, copy: from looks.grey_of. tilt: of which view of the copy, and the angle that brings it back; within some
            two degrees.
    """
    inner, degrees = views(copy)[tilt[0]], tilt[1]
    return _fitted(laid(original, _straightened(inner, degrees)), inner, degrees)


def pressed_askew(found: Laid) -> float:
    """As `pressed_tilted`, of two pictures that have been laid over each other as they are."""
    return _fitted(found, found.copy, 0.0)


def _fitted(best: Laid, inner: Grey, degrees: float) -> float:
    """The agreement at the best angle near this one, 0 where that is no copy's."""
    if best.agreement < _HOPE:
        return 0.0
    for step in _STEPS:
        for way in (step, -step):
            tried = relaid(best, _straightened(inner, degrees + way))
            if tried.agreement > best.agreement:
                best, degrees = tried, degrees + way
                break
    return best.agreement if best.agreement >= ALIKE and unrest(best, askew=True) <= _STEADY else 0.0
