"""The four ArUco markers of a page as squares: dictionary 4x4_50, ids 0 to 3 (S. Garrido-Jurado et al., Automatic
generation and detection of highly reliable fiducial markers under occlusion, 2014). Pure.

Written out, so that printing needs no image library.
"""

from typing import Final

# Modules on a side: four of the pattern and a black one on each side.
MODULES: Final = 6
_PATTERNS: Final = (
    ("1011", "0101", "0011", "0010"),
    ("0000", "1111", "1001", "1010"),
    ("0011", "0011", "0010", "1101"),
    ("1001", "1001", "0100", "0110"),
)


def light_modules(id: int) -> tuple[tuple[int, int], ...]:
    """Column and row, from 0 at the top left, of each white module on the black square."""
    rows = enumerate(_PATTERNS[id], start=1)
    return tuple((column, row) for row, line in rows for column, bit in enumerate(line, start=1) if bit == "1")
