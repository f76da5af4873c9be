"""The measures of the two sizes of paper, in millimetres; letters in points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from feedback_app.paper.layout.elements import Marker, Rect, Size

MARKER: Final = 10.0
INSET: Final = 11.0
# White around a marker and around a QR code: a module of the one, four of the other.
MARKER_QUIET: Final = 2.0
CODE_QUIET: Final = 3.0
# Nothing nearer to the edge: office printers leave 4 to 5 mm white, and paper is never drawn in quite straight.
MARGIN: Final = 8.0
# A cross that sticks out of its box must not meet anything printed, least of all another box.
CLEAR: Final = 3.0
LABEL_TO_NEXT_BOX: Final = 4.0
BOX_OUTLINE: Final = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """`left` and `right` bound the column of questions; `pitch` is between lines to write on."""

    width: float
    height: float
    left: float
    right: float
    code: float
    box: float
    title: float
    question: float
    label: float
    hint: float
    small: float
    pitch: float
    fewest_lines: int
    most_lines: int

    @property
    def markers(self) -> tuple[Marker, ...]:
        """0 to 3, clockwise from the top left."""
        far_x, far_y = self.width - INSET - MARKER, self.height - INSET - MARKER
        corners = ((INSET, INSET), (far_x, INSET), (far_x, far_y), (INSET, far_y))
        return tuple(Marker(id, Rect(x, y, MARKER, MARKER)) for id, (x, y) in enumerate(corners))

    @property
    def codes(self) -> tuple[Rect, ...]:
        """Beside the markers of two opposite corners, so that no one stain or torn corner takes both."""
        beside = INSET + MARKER + MARKER_QUIET + CODE_QUIET
        return (
            Rect(self.width - beside - self.code, INSET, self.code, self.code),
            Rect(beside, self.height - INSET - self.code, self.code, self.code),
        )

    @property
    def top_strip(self) -> Rect:
        """Between the upper left marker and the upper QR code."""
        x = INSET + MARKER + 4
        return Rect(x, INSET, self.codes[0].x - 4 - x, self.code)

    @property
    def bottom_strip(self) -> Rect:
        """Between the lower QR code and the lower right marker."""
        x, y = self.codes[1].right + 4, self.codes[1].y
        return Rect(x, y, self.width - INSET - MARKER - 4 - x, self.code)

    @property
    def top(self) -> float:
        """Where questions may begin."""
        return INSET + self.code + CODE_QUIET + 1

    @property
    def bottom(self) -> float:
        """Where questions must end."""
        return self.height - INSET - self.code - CODE_QUIET - 1


MEASURES: Final[Mapping[Size, Measures]] = {
    "A4": Measures(
        width=210,
        height=297,
        left=12,
        right=198,
        code=18,
        box=5,
        title=13,
        question=11.5,
        label=11,
        hint=10,
        small=9,
        pitch=8.5,
        fewest_lines=2,
        most_lines=7,
    ),
    "A5": Measures(
        width=148,
        height=210,
        left=12,
        right=136,
        code=16,
        box=4.5,
        title=12,
        question=10,
        label=10,
        hint=8.5,
        small=8,
        pitch=8,
        fewest_lines=2,
        most_lines=6,
    ),
}
