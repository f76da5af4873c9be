"""Lines that a scanner draws: dirt on its glass becomes a line as long as the page. Pure."""

from typing import Final

import cv2
import numpy as np

from feedback_app.paper.reading.arrays import Floats, Grey, shrunk

_LOOKED_AT: Final = 1100
# How much darker than its neighbours such a line is, of 255, over nearly all of the page.
_DARKER: Final = 9
_PARTS: Final = 12
_LEAST_PARTS: Final = 9


def find_streaks(grey: Grey) -> tuple[tuple[Floats, Floats], ...]:
    """Both ends of each line in pixels of `grey`; scanners move straight, so lines are upright or level."""
    small, times = shrunk(grey, _LOOKED_AT)
    height, width = grey.shape
    found = [
        (np.array(((x + 0.5) * times, 0.0)), np.array(((x + 0.5) * times, float(height)))) for x in _columns(small)
    ]
    found += [
        (np.array((0.0, (y + 0.5) * times)), np.array((float(width), (y + 0.5) * times))) for y in _columns(small.T)
    ]
    return tuple(found)


def _columns(small: Grey) -> list[int]:
    """Columns darker than what is beside them in nearly every part of their length."""
    rows = small.shape[0] // _PARTS
    if rows == 0 or small.shape[1] < 40:
        return []
    parts = small[: rows * _PARTS].reshape(_PARTS, rows, -1)
    # The light part of each column: letters do not make a line, a line leaves nothing light.
    light = np.percentile(parts[:, ::6], 70, axis=1).astype(np.float32)
    beside = np.maximum(cv2.blur(light, (13, 1)), cv2.dilate(light, np.ones((1, 9), np.uint8)) - 6)
    darker = (beside - light) > _DARKER
    # At the edges of the paper everything is a line.
    darker[:, :6] = darker[:, -6:] = False
    return np.flatnonzero(darker.sum(axis=0) >= _LEAST_PARTS).tolist()
