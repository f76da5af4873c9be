"""What is printed on a page of a form, as the reader sees it, and which box every spot of the page belongs to. Pure.

The letters are drawn here once more rather than learnt from scans: every form of a layout carries the same ones, so all
other ink in a question is somebody's.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from feedback_app.paper.layout import Design, Layout, Page, Rect, Text
from feedback_app.paper.reading.arrays import SCALE, Grey
from feedback_app.paper.typeface import POINT, font_file, width

# Print is where it should be but for so much: blur, toner, what the straightening leaves.
_SPREAD: Final = 0.5
# The line of a box, and how far inside of the outline a mark counts as inside.
OUTLINE: Final = 0.35
INSIDE: Final = 0.75
# The ring begins where the outline's spread ends, and ends before the next box begins.
RING: Final = 2.6
# As far to the left of a question's row, into the margin, a mark may stand that is meant for its first box.
BESIDE: Final = 5.5
SECTORS: Final = 16
INNER, NEAR, FAR = 1, 2, 3


@dataclass(frozen=True, slots=True)
class Spots:
    """Of every pixel where handwriting may be told from print: `places` in the flattened page, the box they are
    nearest to, their part (NEAR: the ring around the box, FAR: the rest of its question's row) and, in the ring, the
    sector of it clockwise."""

    places: np.ndarray[tuple[int], np.dtype[np.int32]]
    boxes: np.ndarray[tuple[int], np.dtype[np.int16]]
    parts: np.ndarray[tuple[int], np.dtype[np.uint8]]
    sectors: np.ndarray[tuple[int], np.dtype[np.uint8]]


@dataclass(frozen=True, slots=True)
class Template:
    """`printed` is 255 where print may be. `spots` are those of the boxes."""

    page: Page
    shape: tuple[int, int]
    printed: Grey
    spots: Spots


_DRAWN: Final[dict[tuple[int, Design, int], Template]] = {}
_DRAWN_AT_MOST: Final = 16


def template(layout: Layout, place: int) -> Template:
    """The template of a page, `place` from 0; drawn once as long as few others are asked for in between."""
    key = (layout.version_id, layout.design, place)
    drawn = _DRAWN.get(key)
    if drawn is None or drawn.page != layout.pages[place]:
        while len(_DRAWN) >= _DRAWN_AT_MOST:
            _DRAWN.pop(next(iter(_DRAWN)))
        drawn = _DRAWN[key] = _draw(layout.pages[place])
    return drawn


def pixels(rect: Rect, around: float = 0) -> tuple[slice, slice]:
    """The part of a straightened page that is `rect`, with so many millimetres around."""
    top, left = max(0, round((rect.y - around) * SCALE)), max(0, round((rect.x - around) * SCALE))
    return (
        slice(top, max(top + 1, round((rect.bottom + around) * SCALE))),
        slice(left, max(left + 1, round((rect.right + around) * SCALE))),
    )


def _draw(page: Page) -> Template:
    shape = (round(page.height * SCALE), round(page.width * SCALE))
    image = Image.new("L", (shape[1], shape[0]), 0)
    pen = ImageDraw.Draw(image)
    for text in (*page.texts, *page.serials):
        _write(pen, text)
    for rule in page.rules:
        pen.line((rule.x * SCALE, rule.y * SCALE, (rule.x + rule.w) * SCALE, rule.y * SCALE), fill=255, width=2)
    printed = np.array(image)
    for box in page.boxes:
        cv2.rectangle(printed, *_ends(box.rect), 255, round(OUTLINE * SCALE))
    for rect in (*(sample.rect for sample in page.samples), *(marker.rect for marker in page.markers), *page.codes):
        printed[pixels(rect, 1)] = 255
    spread = round(_SPREAD * SCALE)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * spread + 1, 2 * spread + 1))
    printed = cv2.dilate(printed, kernel)
    for serial in page.serials:
        # Figures differ from form to form, and so does what the printer writes above.
        printed[pixels(Rect(serial.x - 1, serial.y - 5, 60, 7))] = 255
    if page.heading is not None:
        printed[pixels(page.heading, 1)] = 255
    return Template(page, shape, printed, _spots(page, shape, printed))


def _write(pen: ImageDraw.ImageDraw, text: Text) -> None:
    """Letter by letter, at the places where the printer puts them: words would be set in whole pixels."""
    size = text.size * POINT * SCALE
    font = ImageFont.truetype(str(font_file(bold=text.bold)), size, layout_engine=ImageFont.Layout.BASIC)
    for place, letter in enumerate(text.text):
        x = text.x + width(text.text[:place], text.size, bold=text.bold)
        pen.text((x * SCALE, text.y * SCALE), letter, fill=255, font=font, anchor="ls")


def _ends(rect: Rect) -> tuple[tuple[int, int], tuple[int, int]]:
    half = OUTLINE / 2
    return (
        (round((rect.x + half) * SCALE), round((rect.y + half) * SCALE)),
        (round((rect.right - half) * SCALE), round((rect.bottom - half) * SCALE)),
    )


def _spots(page: Page, shape: tuple[int, int], printed: Grey) -> Spots:
    nearest = np.full(shape, np.inf, np.float32)
    owner = np.full(shape, -1, np.int16)
    part = np.zeros(shape, np.uint8)
    sector = np.zeros(shape, np.uint8)
    for number, box in enumerate(page.boxes):
        row = page.rows[box.field]
        top, left = min(row.y, box.rect.y - RING), max(0.0, row.x - BESIDE)
        whole = Rect(left, top, max(row.right, box.rect.right + RING) - left, 0)
        whole = Rect(left, top, whole.w, max(row.bottom, box.rect.bottom + RING) - top)
        area = pixels(whole)
        ys, xs = np.mgrid[area]
        y, x = (ys.astype(np.float32) + 0.5) / SCALE, (xs.astype(np.float32) + 0.5) / SCALE
        off_x = np.maximum(np.maximum(box.rect.x - x, x - box.rect.right), 0)
        off_y = np.maximum(np.maximum(box.rect.y - y, y - box.rect.bottom), 0)
        off = np.hypot(off_x, off_y)
        in_row = (y >= row.y) & (y <= row.bottom) & (x >= left) & (x <= row.right)
        mine = (off < nearest[area][: off.shape[0], : off.shape[1]]) & (in_row | (off <= RING))
        middle_x, middle_y = box.rect.x + box.rect.w / 2, box.rect.y + box.rect.h / 2
        turn = ((np.arctan2(y - middle_y, x - middle_x) / (2 * np.pi) + 1) * SECTORS).astype(np.int32) % SECTORS
        nearest[area][mine] = off[mine]
        owner[area][mine] = number
        part[area][mine] = np.where(off == 0, INNER, np.where(off <= RING, NEAR, FAR))[mine]
        sector[area][mine] = turn[mine]
    places = np.flatnonzero((owner >= 0) & (part > INNER) & (printed == 0))
    return Spots(places.astype(np.int32), owner.ravel()[places], part.ravel()[places], sector.ravel()[places])
