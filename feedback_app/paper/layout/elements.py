"""What a laid-out form consists of, in millimetres from the top left corner of its page. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Size = Literal["A4", "A5"]
# Grows whenever the same questionnaire would be laid out otherwise; forms in the world keep theirs.
RULES: Final = 1


@dataclass(frozen=True, slots=True)
class Design:
    """What, beside the questionnaire version, decides the looks of a form. `coded` has a line for the dossier code."""

    size: Size
    rules: int = RULES
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Rect:
    """Millimetres; (x, y) is the top left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h


@dataclass(frozen=True, slots=True)
class Box:
    """A box to be marked: the outer edge of its printed outline. `choice` counts from 0 in the order of the form."""

    field: str
    choice: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class Marker:
    """An ArUco marker of the dictionary 4x4_50, its black border included."""

    id: int
    rect: Rect


@dataclass(frozen=True, slots=True)
class Text:
    """One line in the embedded typeface; (x, y) is the start of its baseline, `size` is in points."""

    x: float
    y: float
    text: str
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin grey line to write on, from (x, y) to the right."""

    x: float
    y: float
    w: float


@dataclass(frozen=True, slots=True)
class Sample:
    """A small box in the instruction that shows how to mark and how to take a mark back; no answer."""

    rect: Rect
    kind: Literal["marked", "cancelled"]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a form.

    `rows` is what a reviewer sees of each question: its text, boxes and labels. `codes` are the places of the two QR
    codes, from the first dark module to the last: the white around them is outside. `serials` is what stands before
    the number in figures. `comments` and `dossier` are written in by hand, on the lines of `rules`. In `heading` the
    printer writes which office, department, place and stage the form is for.
    """

    width: float
    height: float
    markers: tuple[Marker, ...]
    codes: tuple[Rect, ...]
    serials: tuple[Text, ...]
    texts: tuple[Text, ...]
    boxes: tuple[Box, ...]
    rows: Mapping[str, Rect]
    comments: Mapping[str, Rect]
    dossier: Rect | None
    heading: Rect | None = None
    rules: tuple[Rule, ...] = ()
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A question with boxes."""

    id: str
    kind: Literal["single", "several"]
    choices: int


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole form: its pages, and its fields in the order of the questionnaire."""

    version_id: int
    design: Design
    pages: tuple[Page, ...]
    fields: tuple[Field, ...]
