"""Kinds of arrays the reader works on, and its resolution. Pure."""

from typing import Any, Final

import cv2
from numpy.typing import NDArray

# Images of uint8, 0 black, and arrays of floating numbers. OpenCV's types do not tell kinds of numbers apart.
Grey = NDArray[Any]
Floats = NDArray[Any]

# Pixels in a millimetre of a straightened page: that of a scan at 200 dpi.
SCALE: Final = 8


def shrunk(grey: Grey, longest: int) -> tuple[Grey, int]:
    """`grey` with sides a whole number of times smaller, the longer one about `longest`, and that number; by whole
    numbers it is several times faster."""
    times = max(1, round(max(grey.shape) / longest))
    if times == 1:
        return grey, 1
    height, width = grey.shape[0] // times, grey.shape[1] // times
    return cv2.resize(grey[: height * times, : width * times], (width, height), interpolation=cv2.INTER_AREA), times
