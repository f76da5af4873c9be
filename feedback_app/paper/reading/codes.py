"""QR codes of ours in an image: what they say, unproved, and where they are. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import zxingcpp

from feedback_app.paper.form_codes import peek
from feedback_app.paper.reading.arrays import Floats, Grey

# Larger images are looked at again at this size, where single dots of toner no longer count.
_SMALL: Final = 1400
_ENLARGED_AT_MOST: Final = 12_000_000


@dataclass(frozen=True, slots=True)
class Seen:
    """`corners`: 4 x 2 pixels, clockwise from the own top left; in a mirrored image too, where that is wrong."""

    text: str
    corners: Floats


def find_codes(grey: Grey) -> tuple[Seen, ...]:
    """The codes of forms in `grey`; more is tried as long as none is found. Other kinds of codes are left out."""
    for image, scale, binarizer in _tries(grey):
        if found := _read(image, scale, binarizer):
            return found
    return ()


def _tries(grey: Grey) -> Iterator[tuple[Grey, float, zxingcpp.Binarizer]]:
    local, whole = zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram
    yield grey, 1, local
    yield grey, 1, whole
    if (longest := max(grey.shape)) > _SMALL:
        scale = _SMALL / longest
        yield _resized(grey, scale, cv2.INTER_AREA), scale, local
    smooth = cv2.GaussianBlur(grey, (0, 0), 1.2)
    yield smooth, 1, local
    thick = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_GAUSSIAN_C, cv2.THRESH_BINARY, 41, 12)
    yield thick, 1, whole
    yield cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), 1, local
    if grey.size * 4 <= _ENLARGED_AT_MOST * 2:
        large = _resized(grey, 2, cv2.INTER_CUBIC)
        yield cv2.addWeighted(large, 2.0, cv2.GaussianBlur(large, (0, 0), 3), -1.0, 0), 2, local


def _resized(grey: Grey, scale: float, how: int) -> Grey:
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=how)


def _read(image: Grey, scale: float, binarizer: zxingcpp.Binarizer) -> tuple[Seen, ...]:
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(image, formats=formats, try_invert=False, binarizer=binarizer)
    return tuple(Seen(each.text, _corners(each.position) / scale) for each in found if peek(each.text) is not None)


def _corners(position: zxingcpp.Position) -> Floats:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([(point.x, point.y) for point in points], np.float64)
