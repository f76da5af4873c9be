"""Parts of a page for people to look at, small enough to keep. Pure."""

from typing import Final

import cv2
import numpy as np

from feedback_app.paper.layout import Rect
from feedback_app.paper.reading.arrays import SCALE, Grey
from feedback_app.paper.reading.templates import pixels
from feedback_app.paper.reading.tones import PAPER

LARGEST_CROP: Final = 25_000
LARGEST_PAGE: Final = 120_000
# Ways to draw a crop, the best first: pixels in a millimetre and grey levels.
_FINENESS: Final = ((4.0, 16), (4.0, 8), (SCALE / 3, 8), (2.0, 4))
_QUALITIES: Final = (45, 25, 10)
# Paper without its grain, which would be most of a file; faint pencil darker than it is, because people overlook it.
_DARKER: Final = 1.5
_CLEAN: Final = 255 * np.clip(np.arange(256) / (PAPER - 18), 0, 1) ** _DARKER
_PAGE_SCALE: Final = 4


def crop(flat: Grey, rect: Rect, around: float = 1.0) -> bytes:
    """`rect` of a straightened page as a grey PNG."""
    part = flat[pixels(rect, around)]
    written = b""
    for scale, levels in _FINENESS:
        size = max(1, round(part.shape[1] * scale / SCALE)), max(1, round(part.shape[0] * scale / SCALE))
        coarse = np.round(_CLEAN / 255 * (levels - 1)) * (255 / (levels - 1))
        small = cv2.LUT(cv2.resize(part, size, interpolation=cv2.INTER_AREA), coarse.astype(np.uint8))
        written = cv2.imencode(".png", small, [cv2.IMWRITE_PNG_COMPRESSION, 4])[1].tobytes()
        if len(written) <= LARGEST_CROP:
            break
    return written


def whole(grey: Grey, scale: float = _PAGE_SCALE / SCALE) -> bytes:
    """A page as JPEG; `scale` is of its sides."""
    small = cv2.LUT(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), _CLEAN.astype(np.uint8))
    written = b""
    for quality in _QUALITIES:
        written = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        if len(written) <= LARGEST_PAGE:
            break
    return written
