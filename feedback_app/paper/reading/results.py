"""What reading one image of a page says. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

# `form`: a code of ours was found and the page straightened. `blank`: nothing is printed or written on it.
PageState = Literal["form", "unidentified", "blank"]
FieldState = Literal["auto", "review"]


@dataclass(frozen=True, slots=True)
class FieldReading:
    """One question with boxes.

    `marked` are the choices (from 0) that are marked as far as could be seen, ascending; none of a blank one. An `auto`
    field is that for sure; for the others `why` says in one word what a person has to look at. `features` are the
    numbers that were decided on, by choice, so that other thresholds can be tried on them. `crop` is the row of the
    page as PNG: the question, its boxes and labels.
    """

    field: str
    marked: tuple[int, ...]
    state: FieldState
    why: str | None
    features: tuple[Mapping[str, float], ...]
    crop: bytes


@dataclass(frozen=True, slots=True)
class WrittenReading:
    """A space to be written in by hand; `crop` as PNG."""

    field: str
    has_ink: bool
    crop: bytes


@dataclass(frozen=True, slots=True)
class PageReading:
    """One image.

    `code` is the text of its QR code, not yet proved. `ink` is what `correlation` compares two papers of one number by;
    `image` the straightened page, small, as JPEG. `thresholds` is the version that decided.
    """

    state: PageState
    code: str | None
    fields: tuple[FieldReading, ...]
    comments: tuple[WrittenReading, ...]
    dossier: WrittenReading | None
    ink: bytes
    image: bytes
    thresholds: int
    problem: str | None = None
