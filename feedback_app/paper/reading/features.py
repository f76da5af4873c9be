"""The numbers a mark is decided on. Pure.

Darkness is 0 on paper and 1 on toner. Lengths are millimetres and areas square millimetres. More ink makes no feature
but `outline` smaller.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import cv2
import numpy as np

from feedback_app.paper.layout import Rect
from feedback_app.paper.reading.arrays import SCALE, Floats, Grey
from feedback_app.paper.reading.templates import FAR, INSIDE, NEAR, SECTORS, Template
from feedback_app.paper.reading.tones import PAPER

Features = Mapping[str, float]

# From this darkness on, a spot is ink and no grain of the paper; outside of boxes where the page itself has less grain.
_INK: Final = 0.16
_INK_OUTSIDE: Final = (0.125, 0.2)
_MADS: Final = 9.0
# Connected ink with a diagonal below this is dust, or the edge of a printed letter.
_DUST: Final = 1.2
# A sector of the ring is inked from this area on.
_SECTOR: Final = 0.12
_PIXEL: Final = 1 / SCALE**2


def inside(flat: Grey, rect: Rect, offset: Floats, depth: float) -> dict[str, float]:
    """Of the inside of one box, whose outline was found `offset` from its place:

    `ink`: mean darkness; `peak`: darkness of its darkest twentieth; `span`: diagonal of the largest connected ink.
    """
    size = round((rect.w - 2 * INSIDE) * SCALE), round((rect.h - 2 * INSIDE) * SCALE)
    centre = ((rect.x + offset[0] + rect.w / 2) * SCALE - 0.5, (rect.y + offset[1] + rect.h / 2) * SCALE - 0.5)
    patch = cv2.getRectSubPix(flat, size, centre)
    darkness = (PAPER - cv2.blur(patch, (3, 3)).astype(np.float32)) / depth
    values = np.sort(darkness, axis=None)
    twentieth = max(1, values.size // 20)
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats((darkness > _INK).astype(np.uint8))
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    span = float(np.hypot(sides[:, 0], sides[:, 1]).max()) / SCALE if len(sides) else 0.0
    return {"ink": float(values.mean()), "peak": float(values[-twentieth:].mean()), "span": span}


def outside(flat: Grey, template: Template, depth: float) -> Sequence[dict[str, float]]:
    """Of the surroundings of each box, print and dust left out:

    `ring`: area of ink around it; `around`: the part of the directions from it that have some; `far`: area of ink in
    the rest of its question's row that is nearer to it than to any other; `level`: area to its left or right at its own
    height, whichever is less, as of a line drawn through it.
    """
    spots, count = template.spots, len(template.page.boxes)
    values = cv2.blur(flat, (3, 3)).ravel()[spots.places]
    inked = np.flatnonzero(values < PAPER - _limit(values[::16], depth) * depth)
    inked = inked[_is_a_stroke(spots.places[inked], template.shape)]
    boxes, parts, sectors = spots.boxes[inked], spots.parts[inked], spots.sectors[inked]
    near = parts == NEAR
    ring = np.bincount(boxes[near], minlength=count) * _PIXEL
    far = np.bincount(boxes[parts == FAR], minlength=count) * _PIXEL
    turns = np.bincount(boxes[near].astype(np.intp) * SECTORS + sectors[near], minlength=count * SECTORS)
    turns = turns.reshape(count, SECTORS)
    around = (turns * _PIXEL >= _SECTOR).mean(axis=1)
    half = SECTORS // 2
    level = np.minimum(turns[:, [SECTORS - 1, 0]].sum(axis=1), turns[:, [half - 1, half]].sum(axis=1)) * _PIXEL
    measured = {"ring": ring, "around": around, "far": far, "level": level}
    return [{name: float(numbers[place]) for name, numbers in measured.items()} for place in range(count)]


def _limit(values: Grey, depth: float) -> float:
    """The darkness of ink on this paper: well above its grain."""
    if not values.size:
        return _INK_OUTSIDE[1]
    middle = float(np.median(values))
    grain = float(np.median(np.abs(values - middle)))
    least, most = _INK_OUTSIDE
    return min(most, max(least, (PAPER - middle + _MADS * 1.4826 * grain) / depth))


def _is_a_stroke(
    places: np.ndarray[tuple[int], np.dtype[np.int32]], shape: tuple[int, int]
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    ink = np.zeros(shape[0] * shape[1], np.uint8)
    ink[places] = 1
    ink = ink.reshape(shape)
    # Where print was left out, strokes are in pieces: looked at coarsely they hang together.
    small = cv2.resize(ink, (shape[1] // 2, shape[0] // 2), interpolation=cv2.INTER_AREA)
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(small, ltype=cv2.CV_16U)
    large = np.hypot(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]) * 2 / SCALE >= _DUST
    large[0] = False
    rows, columns = np.divmod(places, shape[1])
    rows, columns = np.minimum(rows // 2, small.shape[0] - 1), np.minimum(columns // 2, small.shape[1] - 1)
    kept: np.ndarray[tuple[int], np.dtype[np.bool_]] = large[labels[rows, columns]]
    return kept
