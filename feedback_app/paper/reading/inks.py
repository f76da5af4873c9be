"""The ink of a page, small: whether two images show the same paper or two papers of one number. Pure."""

import zlib
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np

from feedback_app.paper.layout import Page, Rect
from feedback_app.paper.reading.arrays import SCALE, Floats, Grey
from feedback_app.paper.reading.templates import Template, pixels
from feedback_app.paper.reading.tones import PAPER

_KIND: Final = b"1"
# Pixels in a millimetre: of the boxes with their surroundings, and of the spaces written in.
_FINE: Final = 4
_COARSE: Final = 1
_AROUND: Final = 2.0
# From this darkness on ink is ink, so that pencil weighs like pen and grey like black and white.
_FULL: Final = 0.45
_LEAST: Final = 0.12
_STRAIGHT: Final = 9.0
# Filled boxes look alike whoever filled them: ink is solid where so much of it is in runs of so many pixels (2.5 mm).
_RUN: Final = 10
_SOLID: Final = 0.17
_UNSURE: Final = 0.8
# Less than this, in square millimetres, is dust.
_NOTHING: Final = 1.0


def ink_of(flat: Grey, template: Template, offsets: Floats, depth: float) -> bytes:
    """What is drawn and written on a straightened page, print left out; a few kilobytes."""
    page = template.page
    boxes = []
    for box, offset in zip(page.boxes, offsets, strict=True):
        whole = _shifted(flat, _grown(box.rect, _AROUND), offset)
        own = np.where(_shifted(template.printed, _grown(box.rect, _AROUND), offset) < 128, _darkness(whole, depth), 0)
        edge = round((_AROUND + 0.7) * SCALE)
        inner = (slice(edge, -edge), slice(edge, -edge))
        own[inner] = _darkness(whole, depth)[inner]
        boxes.append(_small(own.astype(np.float32), _FINE))
    written = []
    for rect in _written(page):
        area = pixels(rect)
        own = np.where(template.printed[area] == 0, _darkness(flat[area], depth), 0).astype(np.float32)
        written.append(_small(_without_lines(own), _COARSE))
    parts = []
    for images in (boxes, written):
        flattened = [np.round(image.ravel() * 15).astype(np.uint8) for image in images]
        parts.append(np.concatenate(flattened).tobytes() if flattened else b"")
    return _KIND + len(parts[0]).to_bytes(4, "big") + zlib.compress(b"".join(parts), 6)


def correlation(ink_a: bytes, ink_b: bytes) -> float:
    """How alike the inks of two images are, -1 to 1: of the boxes or of what is written, whichever is less alike.

    Two pages without ink are alike (1); one with and one without, or pages of different layouts, are not (0). Pages of
    filled boxes are never more alike than 0.8, because anybody's filled box is like any other.
    """
    first, second = _parts(ink_a), _parts(ink_b)
    if first is None or second is None:
        return 0.0
    alike = []
    for one, other, area in zip(first, second, (_FINE**-2, _COARSE**-2), strict=True):
        if one.size != other.size:
            return 0.0
        if (part := _alike(one, other, area)) is not None:
            alike.append(part)
    found = min(alike, default=1.0)
    return min(found, _UNSURE) if alike and (_is_solid(first[0]) or _is_solid(second[0])) else found


def _is_solid(boxes: Floats) -> bool:
    """Whether the marks are areas rather than strokes."""
    if not boxes.size:
        return False
    inked = boxes > 0.6
    runs = np.convolve(inked, np.ones(_RUN), "valid") >= _RUN
    return bool(runs.sum() > _SOLID * max(1, int(inked.sum())))


def _alike(one: Floats, other: Floats, area: float) -> float | None:
    """None where neither has ink to speak of."""
    amounts = (float(one.sum()) * area, float(other.sum()) * area)
    if max(amounts) < _NOTHING * (1 if area < 1 else 6):
        return None
    if min(amounts) < 0.25 * max(amounts):
        return 0.0
    a, b = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / size if size else 0.0


def _parts(ink: bytes) -> tuple[Floats, Floats] | None:
    if ink[:1] != _KIND:
        return None
    values = np.frombuffer(zlib.decompress(ink[5:]), np.uint8).astype(np.float64) / 15
    boxes = int.from_bytes(ink[1:5], "big")
    return values[:boxes], values[boxes:]


def _written(page: Page) -> Iterator[Rect]:
    yield from page.comments.values()
    if page.dossier is not None:
        yield page.dossier


def _grown(rect: Rect, by: float) -> Rect:
    return Rect(rect.x - by, rect.y - by, rect.w + 2 * by, rect.h + 2 * by)


def _darkness(image: Grey, depth: float) -> Floats:
    darkness = (PAPER - cv2.blur(image, (3, 3)).astype(np.float32)) / depth
    return np.where(darkness > _LEAST, np.minimum(darkness, _FULL) / _FULL, 0)


def _without_lines(image: Floats) -> Floats:
    """Nobody writes so straight: printed rules that show at their edges, and what a scanner draws."""
    along = round(_STRAIGHT * SCALE)
    level = cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((1, along), np.uint8))
    upright = cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((along, 1), np.uint8))
    lines = cv2.dilate(np.maximum(level, upright), np.ones((5, 5), np.uint8))
    return np.where(lines > 0, 0, image).astype(np.float32)


def _shifted(image: Grey, rect: Rect, offset: Floats) -> Grey:
    size = round(rect.w * SCALE), round(rect.h * SCALE)
    centre = ((rect.x + rect.w / 2 + offset[0]) * SCALE - 0.5, (rect.y + rect.h / 2 + offset[1]) * SCALE - 0.5)
    return cv2.getRectSubPix(image, size, centre)


def _small(image: Floats, scale: int) -> Floats:
    """Blurred by about what a second straightening is off by, then shrunk."""
    size = max(1, round(image.shape[1] / SCALE * scale)), max(1, round(image.shape[0] / SCALE * scale))
    blurred = cv2.GaussianBlur(image, (0, 0), SCALE / scale * 0.9)
    small: Floats = cv2.resize(blurred, size, interpolation=cv2.INTER_AREA)
    return small
