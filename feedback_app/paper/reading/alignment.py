"""Where the printed outlines of the boxes really are: paper stretches, folds and is drawn in unevenly. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from feedback_app.paper.layout import Box
from feedback_app.paper.reading.arrays import SCALE, Floats, Grey
from feedback_app.paper.reading.templates import OUTLINE
from feedback_app.paper.reading.tones import PAPER

# From this part of the page's usual contrast on, an outline was found.
FOUND: Final = 0.45
_MARGIN: Final = 0.9
# Neighbours on the same paper are displaced nearly alike.
_MOST_APART: Final = 0.6


@dataclass(frozen=True, slots=True)
class Outlines:
    """Per box: `offsets` (n x 2) in millimetres from where it should be, and `contrasts`, how much darker the line is
    than what is beside it, 0 to 1."""

    offsets: Floats
    contrasts: Floats

    def good(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which outlines were found for sure."""
        usual = float(np.median(np.sort(self.contrasts)[len(self.contrasts) // 3 :])) if len(self.contrasts) else 0.0
        found: np.ndarray[tuple[int], np.dtype[np.bool_]] = self.contrasts >= max(0.12, FOUND * usual)
        return found


def find_on(flat: Grey, boxes: Sequence[Box], reach: float, depth: float) -> Outlines:
    """The outlines in a straightened and flattened page, searched for `reach` millimetres around."""
    offsets, contrasts = [], []
    margin = _MARGIN + reach
    for box in boxes:
        rect = box.rect
        size = round((rect.w + 2 * margin) * SCALE), round((rect.h + 2 * margin) * SCALE)
        centre = ((rect.x + rect.w / 2) * SCALE - 0.5, (rect.y + rect.h / 2) * SCALE - 0.5)
        patch = cv2.getRectSubPix(flat, size, centre)
        offset, contrast = _find(patch, round(rect.w * SCALE), round(rect.h * SCALE), depth)
        offsets.append(offset)
        contrasts.append(contrast)
    return Outlines(np.array(offsets).reshape(-1, 2), np.array(contrasts))


def find_in(grey: Grey, matrix: Floats, boxes: Sequence[Box], reach: float) -> Outlines:
    """The same in an image that is not straightened yet; `matrix` maps millimetres to its pixels."""
    offsets, contrasts = [], []
    margin = _MARGIN + reach
    for box in boxes:
        rect = box.rect
        size = round((rect.w + 2 * margin) * SCALE), round((rect.h + 2 * margin) * SCALE)
        shift = np.array([[1 / SCALE, 0, rect.x - margin], [0, 1 / SCALE, rect.y - margin], [0, 0, 1]])
        patch = cv2.warpPerspective(
            grey, matrix @ shift, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderValue=255
        )
        values = np.sort(patch[::2, ::2], axis=None)
        light, dark = values[values.size * 4 // 5], values[values.size // 100]
        paper = cv2.convertScaleAbs(patch, alpha=PAPER / max(1.0, float(light)))
        depth = max(20.0, PAPER - float(dark) * PAPER / max(1.0, float(light)))
        offset, contrast = _find(paper, round(rect.w * SCALE), round(rect.h * SCALE), depth)
        offsets.append(offset)
        contrasts.append(contrast)
    return Outlines(np.array(offsets).reshape(-1, 2), np.array(contrasts))


def refine(matrix: Floats, boxes: Sequence[Box], outlines: Outlines) -> Floats:
    """`matrix` corrected by what the found outlines have in common: a shift, with enough of them an affine change."""
    good = outlines.good()
    if not good.any():
        return matrix
    centres = np.array([(box.rect.x + box.rect.w / 2, box.rect.y + box.rect.h / 2) for box in boxes])
    off = outlines.offsets
    good &= np.linalg.norm(off - np.median(off[good], axis=0), axis=1) < 2.0
    change = np.eye(3)
    if good.sum() >= 6 and np.ptp(centres[good], axis=0).min() > 30:
        # Its types do not say that there may be no answer.
        found: tuple[Any, Any] = cv2.estimateAffine2D(
            centres[good], centres[good] + off[good], method=cv2.RANSAC, ransacReprojThreshold=0.5
        )
        affine, inliers = found
        if affine is not None and inliers.mean() > 0.6 and np.abs(affine[:, :2] - np.eye(2)).max() < 0.06:
            change = np.vstack([affine, (0, 0, 1)])
            return matrix @ change
    if good.any():
        change[:2, 2] = np.median(off[good], axis=0)
    return matrix @ change


def settled(boxes: Sequence[Box], outlines: Outlines) -> Floats:
    """Offsets to be read at: its own where the outline was found and agrees with its neighbours, else theirs."""
    good = outlines.good()
    if not good.any():
        return np.zeros_like(outlines.offsets)
    centres = np.array([(box.rect.x, box.rect.y) for box in boxes])
    found = np.empty_like(outlines.offsets)
    for place in range(len(boxes)):
        away = np.linalg.norm(centres - centres[place], axis=1)
        near = [other for other in np.argsort(away) if good[other]][:5]
        usual = np.median(outlines.offsets[near], axis=0)
        own = outlines.offsets[place]
        found[place] = own if good[place] and np.linalg.norm(own - usual) <= _MOST_APART else usual
    return found


def _find(patch: Grey, width: int, height: int, depth: float) -> tuple[tuple[float, float], float]:
    """How far the outline is from the middle of `patch`, and its contrast.

    The line counts in full, what is beside it outside and inside against it: marks inside weigh little.
    """
    sums = cv2.integral(patch)
    edge, line = round(0.6 * SCALE), round(OUTLINE * SCALE)
    tall, wide = height + 2 * edge, width + 2 * edge
    rows, columns = patch.shape[0] - tall + 1, patch.shape[1] - wide + 1

    def square(inset: int) -> tuple[Floats, int]:
        """Sum and size of the square so far inside, at every place the outline may be."""
        top, left, h, w = inset, inset, tall - 2 * inset, wide - 2 * inset
        ends = (slice(top, top + rows), slice(top + h, top + h + rows))
        sides = (slice(left, left + columns), slice(left + w, left + w + columns))
        total = sums[ends[1], sides[1]] - sums[ends[0], sides[1]] - sums[ends[1], sides[0]] + sums[ends[0], sides[0]]
        return total.astype(np.float64), h * w

    def frame(outer: int, thick: int) -> Floats:
        (more, large), (less, small) = square(outer), square(outer + thick)
        mean: Floats = (more - less) / (large - small)
        return mean

    darker = 0.65 * frame(0, edge - 1) + 0.35 * frame(edge + line + 1, edge - 1) - frame(edge, line)
    y, x = divmod(int(darker.argmax()), columns)
    offset = ((x - (columns - 1) / 2) / SCALE, (y - (rows - 1) / 2) / SCALE)
    return offset, float(darker[y, x]) / depth
