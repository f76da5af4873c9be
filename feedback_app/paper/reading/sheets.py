"""Two forms of A5 on one sheet that nobody cut: two images. Pure."""

from typing import Final

import numpy as np

from feedback_app.paper.reading.arrays import Floats, Grey
from feedback_app.paper.reading.codes import Seen, find_codes

# Codes of one form are on opposite corners of it; those of two forms are this much farther apart along the sheet.
_LONGER: Final = 1.15
_SHORTEST: Final = 300


def split_sheets(grey: Grey) -> list[Grey]:
    """The image itself, or its two halves where it holds codes of two forms, in the order they stand in."""
    if min(grey.shape) < _SHORTEST:
        return [grey]
    seen = find_codes(grey)
    texts = sorted({each.text for each in seen})
    height, width = grey.shape
    if len(texts) != 2 or max(width, height) < _LONGER * min(width, height):
        return [grey]
    along = 0 if width > height else 1
    spans = [_span(seen, text, along) for text in texts]
    spans.sort()
    cut = (spans[0][1] + spans[1][0]) / 2
    if spans[0][1] >= spans[1][0]:
        return [grey]
    # With one code alone of a form, its far end is not known; the middle is the better guess.
    middle = (width if along == 0 else height) / 2
    at = round(middle if abs(cut - middle) > 0.2 * middle else (cut + middle) / 2)
    halves = (grey[:, :at], grey[:, at:]) if along == 0 else (grey[:at], grey[at:])
    return [np.ascontiguousarray(half) for half in halves]


def _span(seen: tuple[Seen, ...], text: str, along: int) -> tuple[float, float]:
    points: Floats = np.concatenate([each.corners for each in seen if each.text == text])[:, along]
    return float(points.min()), float(points.max())
