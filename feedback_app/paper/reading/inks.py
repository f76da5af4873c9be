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
# Less than this, in square millimetres, is dust.
_NOTHING: Final = 1.0


def ink_of(flat: Grey, template: Template, offsets: Floats, depth: float) -> bytes:
    """What is drawn and written on a straightened page, print left out; a few kilobytes."""
    page = template.page
    darkness = (PAPER - cv2.blur(flat, (3, 3)).astype(np.float32)) / depth
    darkness = np.where(darkness > _LEAST, np.minimum(darkness, _FULL) / _FULL, 0)
    own = np.where(template.printed == 0, darkness, 0).astype(np.float32)
    boxes = []
    for box, offset in zip(page.boxes, offsets, strict=True):
        whole = _shifted(own, _grown(box.rect, _AROUND), offset)
        inner = _shifted(darkness, _grown(box.rect, -0.7), offset)
        edge = (whole.shape[0] - inner.shape[0]) // 2, (whole.shape[1] - inner.shape[1]) // 2
        whole[edge[0] : edge[0] + inner.shape[0], edge[1] : edge[1] + inner.shape[1]] = inner
        boxes.append(_small(whole, _FINE))
    written = [_small(own[pixels(rect)], _COARSE) for rect in _written(page)]
    parts = []
    for images in (boxes, written):
        flattened = [np.round(image.ravel() * 15).astype(np.uint8) for image in images]
        parts.append(np.concatenate(flattened).tobytes() if flattened else b"")
    return _KIND + len(parts[0]).to_bytes(4, "big") + zlib.compress(b"".join(parts), 6)


def correlation(ink_a: bytes, ink_b: bytes) -> float:
    """How alike the inks of two images are, -1 to 1: of the boxes or of what is written, whichever is less alike.

    Two pages without ink are alike (1); one with and one without, or pages of different layouts, are not (0).
    """
    first, second = _parts(ink_a), _parts(ink_b)
    if first is None or second is None:
        return 0.0
    alike = []
    for one, other, area in zip(first, second, (_FINE**-2, _COARSE**-2), strict=True):
        if one.size != other.size:
            return 0.0
        if (found := _alike(one, other, area)) is not None:
            alike.append(found)
    return min(alike, default=1.0)


def _alike(one: Floats, other: Floats, area: float) -> float | None:
    """None where neither has ink to speak of."""
    amounts = (float(one.sum()) * area, float(other.sum()) * area)
    if max(amounts) < _NOTHING * (1 if area < 1 else 4):
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


def _shifted(image: Floats, rect: Rect, offset: Floats) -> Floats:
    size = round(rect.w * SCALE), round(rect.h * SCALE)
    centre = ((rect.x + rect.w / 2 + offset[0]) * SCALE - 0.5, (rect.y + rect.h / 2 + offset[1]) * SCALE - 0.5)
    patch: Floats = cv2.getRectSubPix(image.astype(np.float32, copy=False), size, centre)
    return patch


def _small(image: Floats, scale: int) -> Floats:
    """Blurred by about what a second straightening is off by, then shrunk."""
    size = max(1, round(image.shape[1] / SCALE * scale)), max(1, round(image.shape[0] / SCALE * scale))
    blurred = cv2.GaussianBlur(image, (0, 0), SCALE / scale * 0.9)
    small: Floats = cv2.resize(blurred, size, interpolation=cv2.INTER_AREA)
    return small
