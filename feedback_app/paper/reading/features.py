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

# From this darkness on, a spot is ink and no grain of the paper.
_INK: Final = 0.16
_INK_OUTSIDE: Final = 0.2
# A sector of the ring is inked from this area on.
_SECTOR: Final = 0.12
_PIXEL: Final = 1 / SCALE**2


def inside(flat: Grey, rect: Rect, offset: Floats, dark: float) -> dict[str, float]:
    """Of the inside of one box, whose outline was found `offset` from its place:

    `ink`: mean darkness; `peak`: darkness of its darkest twentieth; `span`: diagonal of the largest connected ink.
    """
    size = round((rect.w - 2 * INSIDE) * SCALE), round((rect.h - 2 * INSIDE) * SCALE)
    centre = ((rect.x + offset[0] + rect.w / 2) * SCALE - 0.5, (rect.y + offset[1] + rect.h / 2) * SCALE - 0.5)
    patch = cv2.getRectSubPix(flat, size, centre)
    darkness = (PAPER - cv2.blur(patch, (3, 3)).astype(np.float32)) / max(40.0, PAPER - dark)
    values = np.sort(darkness, axis=None)
    twentieth = max(1, values.size // 20)
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats((darkness > _INK).astype(np.uint8))
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    span = float(np.hypot(sides[:, 0], sides[:, 1]).max()) / SCALE if len(sides) else 0.0
    return {"ink": float(values.mean()), "peak": float(values[-twentieth:].mean()), "span": span}


def outside(flat: Grey, template: Template, dark: float) -> Sequence[dict[str, float]]:
    """Of the surroundings of each box, print left out:

    `ring`: area of ink around it; `around`: the part of the directions from it that have some; `far`: area of ink in
    the rest of its question's row that is nearer to it than to any other.
    """
    spots, count = template.spots, len(template.page.boxes)
    limit = PAPER - _INK_OUTSIDE * max(40.0, PAPER - dark)
    smooth = cv2.blur(flat, (3, 3)).ravel()
    inked = np.flatnonzero(smooth[spots.places] < limit)
    boxes, parts, sectors = spots.boxes[inked], spots.parts[inked], spots.sectors[inked]
    near = parts == NEAR
    ring = np.bincount(boxes[near], minlength=count) * _PIXEL
    far = np.bincount(boxes[parts == FAR], minlength=count) * _PIXEL
    turns = np.bincount(boxes[near] * SECTORS + sectors[near], minlength=count * SECTORS).reshape(count, SECTORS)
    around = (turns * _PIXEL >= _SECTOR).mean(axis=1)
    return [
        {"ring": float(ring[place]), "around": float(around[place]), "far": float(far[place])} for place in range(count)
    ]
