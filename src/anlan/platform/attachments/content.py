"""Whether a picture shows anything at all: none does that is black, white or of one colour, covered, or an empty screen.

Pure. Noise of a sensor is no content, a dark room in which a torch lights something is.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from anlan.platform.attachments.looks import Grey, framed

__all__ = ["is_empty"]

_FIELDS = 32
_GROUND_LEVELS = 3
_GROUND_SHARE = 0.92
_EDGES, _LEAST_EDGES = 98.0, 5.5
_FEW_EDGES, _LEAST_FEW = 99.5, 14.0


def is_empty(grey: Grey) -> bool:
    """Whether nothing can be made out in a picture (looks.grey_of).

    It is empty when nearly all of it has one grey level (a blank screen with some marks), or when neighbours among its
    32 x 32 fields differ nowhere by more than noise and a slow change of light do: neither in many fields a little nor in
    a few of them much (a small thing on a wall). Source: bench/photos.py (thresholds chosen on its set of empty pictures).
    """
    shown = framed(grey)
    levels = np.bincount(np.clip(shown, 0, 255).astype(np.uint8).ravel(), minlength=256)
    ground = int(levels.argmax())
    near = levels[max(0, ground - _GROUND_LEVELS) : ground + _GROUND_LEVELS + 1]
    if float(near.sum()) >= _GROUND_SHARE * shown.size:
        return True
    steps = _steps(shown)
    return bool(np.percentile(steps, _EDGES) < _LEAST_EDGES and np.percentile(steps, _FEW_EDGES) < _LEAST_FEW)


def _steps(grey: Grey) -> Grey:
    """By how many grey levels each field differs from the next one to the right or below."""
    picture = Image.fromarray(grey.astype(np.float32))
    fields = np.asarray(picture.resize((_FIELDS, _FIELDS), Image.Resampling.BOX), np.float64)
    across, down = np.abs(np.diff(fields, axis=1))[:-1], np.abs(np.diff(fields, axis=0))[:, :-1]
    return np.maximum(across, down)
