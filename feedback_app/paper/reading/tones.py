"""Paper is white and toner black, whatever light, lamp or lens made of them. Pure."""

from typing import Final

import cv2
import numpy as np

from feedback_app.paper.layout import Page
from feedback_app.paper.reading.arrays import SCALE, Grey

# What paper becomes, so that noise has room on both sides.
PAPER: Final = 235
_COARSE: Final = 8
_LEAST_DEPTH: Final = 140.0
# Dark areas up to this wide, in millimetres, stand on paper and do not darken it.
_WIDEST: Final = 13


def flatten(grey: Grey) -> Grey:
    """`grey` (a straightened page) with its shadows taken out: paper is PAPER everywhere."""
    height, width = grey.shape
    small = cv2.resize(grey, (width // _COARSE, height // _COARSE), interpolation=cv2.INTER_AREA)
    size = _WIDEST * SCALE // _COARSE | 1
    lit = cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    # Between the lightest nearby and what is there: a blur over twice as much as was closed.
    paper = cv2.resize(cv2.blur(lit, (5, 5)), (width, height), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, np.maximum(paper, 40), scale=PAPER)


def depth(flat: Grey, page: Page) -> float:
    """How much darker than paper toner is on this page: what darkness 1 is.

    Measured on the borders of its markers, which are a sixth of them wide. Pens do not fade with the toner, so pale
    print counts as no paler than that of most.
    """
    values = []
    for marker in page.markers:
        x, y, w = (round(each * SCALE) for each in (marker.rect.x, marker.rect.y, marker.rect.w))
        module = w // 6
        for strip in (flat[y + 4 : y + module - 3, x + 4 : x + w - 4], flat[y + 4 : y + w - 4, x + 4 : x + module - 3]):
            if strip.size:
                values.append(float(np.median(strip)))
    # One marker may be torn off or covered.
    darkest = sorted(values)[: max(2, len(values) // 2 + 1)]
    return max(_LEAST_DEPTH, PAPER - float(np.median(darkest))) if darkest else PAPER - 60.0
