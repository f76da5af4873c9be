"""Kinds of arrays the reader works on, and its resolution. Pure."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.floating[Any]]

# Pixels in a millimetre of a straightened page: that of a scan at 200 dpi.
SCALE: Final = 8
