"""How a page lies in an image: markers and codes give the homography from millimetres to pixels. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from typing import Any, Final

import cv2
import numpy as np

from feedback_app.paper.layout import Page, Rect
from feedback_app.paper.reading.arrays import Floats, Grey, shrunk
from feedback_app.paper.reading.codes import Seen

# The long side of the image in which markers are looked for: a marker of 10 mm is some 45 pixels on A4.
_LOOKED_AT: Final = 1400
# Markers whose corners fit a page no better than this are none of its.
_MOST_MILLIMETRES: Final = 4.0


@dataclass(frozen=True, slots=True)
class Pose:
    """`matrix` is 3 x 3 and maps millimetres of the page to pixels of the image; `markers` is how many gave it."""

    matrix: Floats
    markers: int


def find_markers(grey: Grey) -> dict[int, Floats]:
    """Corners (4 x 2 pixels) of the markers by id, clockwise from each marker's own top left."""
    small, times = shrunk(grey, _LOOKED_AT)
    # OpenCV's types do not say that there may be no answer, here and below.
    detected: tuple[Any, Any, Any] = _detector().detectMarkers(small)
    corners, ids, _rejected = detected
    if ids is None:
        return {}
    found: dict[int, Floats] = {}
    for id, quad in zip(ids.ravel().tolist(), corners, strict=True):
        rough = (quad.reshape(4, 2) + 0.5) * times - 0.5
        # The printed id is unique on a page; a second one is a second page, and splitting is not done here.
        if id not in found:
            found[id] = _sharpened(grey, rough, times)
    return found


def poses(page: Page, markers: Mapping[int, Floats], seen: Sequence[Seen]) -> list[Pose]:
    """Ways the page may lie, the likeliest first. Three markers or more leave one; the two codes say the same, so
    with one of them alone there may be two."""
    placed = {marker.id: corners_of(marker.rect) for marker in page.markers}
    ours = {id: corners for id, corners in markers.items() if id in placed}
    if len(ours) >= 3:
        matrix, kept = _fit([placed[id] for id in ours], list(ours.values()))
        if matrix is not None and kept >= 3:
            return [Pose(matrix, kept)]
    found = []
    for rects in permutations(page.codes, min(len(seen), len(page.codes))):
        sources = [corners_of(rect) for rect in rects]
        targets = [each.corners for each in seen[: len(rects)]]
        if not sources:
            break
        rough, _kept = _fit(sources, targets)
        if rough is None:
            continue
        near = [id for id in ours if _is_near(rough, placed[id], ours[id])]
        matrix, _kept = _fit([*sources, *(placed[id] for id in near)], [*targets, *(ours[id] for id in near)])
        if matrix is not None:
            found.append((len(near), -_misfit(matrix, sources, targets), Pose(matrix, len(near))))
    found.sort(key=lambda each: each[:2], reverse=True)
    return [pose for _near, _fit, pose in found]


def corners_of(rect: Rect) -> Floats:
    return np.array([(rect.x, rect.y), (rect.right, rect.y), (rect.right, rect.bottom), (rect.x, rect.bottom)])


def project(matrix: Floats, points: Floats) -> Floats:
    """`points` (n x 2) through a homography."""
    moved: Floats = cv2.perspectiveTransform(points.reshape(-1, 1, 2).astype(np.float64), matrix).reshape(-1, 2)
    return moved


@cache
def _detector() -> cv2.aruco.ArucoDetector:
    parameters = cv2.aruco.DetectorParameters()
    parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeMax = 11, 31
    parameters.adaptiveThreshWinSizeStep = 20
    parameters.minMarkerPerimeterRate = 0.06
    parameters.maxMarkerPerimeterRate = 0.4
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), parameters)


def _sharpened(grey: Grey, rough: Floats, times: int) -> Floats:
    """Corners to a part of a pixel, in a window that is smaller than a module of the marker."""
    side = float(np.linalg.norm(rough[0] - rough[1]))
    window = max(2, min(round(side / 14), 3 * times + 2))
    corners = rough.astype(np.float32).reshape(-1, 1, 2)
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 0.03)
    fine = cv2.cornerSubPix(grey, corners.copy(), (window, window), (-1, -1), stop).reshape(4, 2)
    moved = np.linalg.norm(fine - rough, axis=1, keepdims=True)
    return np.where(moved <= window, fine, rough).astype(np.float64)


def _fit(sources: Sequence[Floats], targets: Sequence[Floats]) -> tuple[Floats | None, int]:
    """The homography, and how many quadrangles agree with it; without those that do not."""
    kept = list(range(len(sources)))
    while kept:
        source = np.concatenate([sources[place] for place in kept])
        target = np.concatenate([targets[place] for place in kept])
        if len(kept) == 1:
            # Four corners of a small square say little of perspective: far away it would be wild.
            matrix = _similarity(source, target)
        else:
            answer: tuple[Any, Any] = cv2.findHomography(source, target, 0)
            matrix = answer[0]
        if matrix is None or not np.isfinite(matrix).all() or abs(np.linalg.det(matrix)) < 1e-9:
            return None, 0
        misfits = [_misfit(matrix, [sources[place]], [targets[place]]) for place in kept]
        worst = int(np.argmax(misfits))
        if misfits[worst] <= _MOST_MILLIMETRES / 2 or len(kept) <= 2:
            return matrix, len(kept)
        del kept[worst]
    return None, 0


def _similarity(source: Floats, target: Floats) -> Floats | None:
    answer: tuple[Any, Any] = cv2.estimateAffine2D(source, target, method=cv2.LMEDS)
    affine = answer[0]
    return None if affine is None else np.vstack([affine, (0, 0, 1)])


def _misfit(matrix: Floats, sources: Sequence[Floats], targets: Sequence[Floats]) -> float:
    """The largest distance in millimetres of the page."""
    back = np.linalg.inv(matrix)
    off = project(back, np.concatenate(list(targets))) - np.concatenate(list(sources))
    return float(np.linalg.norm(off, axis=1).max())


def _is_near(matrix: Floats, placed: Floats, corners: Floats) -> bool:
    """Whether a marker is where the codes let expect it, give or take what they are wrong by so far away."""
    off = project(np.linalg.inv(matrix), corners) - placed
    return bool(np.linalg.norm(off.mean(axis=0)) < 5 * _MOST_MILLIMETRES)
