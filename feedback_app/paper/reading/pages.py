"""From an image of a page to what is on it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from feedback_app.paper.form_codes import peek
from feedback_app.paper.layout import Design, Layout, Page, Rect
from feedback_app.paper.reading.alignment import Outlines, find_in, find_on, refine, settled
from feedback_app.paper.reading.arrays import SCALE, Floats, Grey
from feedback_app.paper.reading.codes import Seen, find_codes
from feedback_app.paper.reading.crops import crop, whole
from feedback_app.paper.reading.decisions import decide
from feedback_app.paper.reading.features import inside, outside
from feedback_app.paper.reading.hands import Question
from feedback_app.paper.reading.inks import ink_of
from feedback_app.paper.reading.poses import find_markers, poses, project
from feedback_app.paper.reading.results import FieldReading, PageReading, WrittenReading
from feedback_app.paper.reading.streaks import find_streaks
from feedback_app.paper.reading.templates import BESIDE, Template, pixels, template
from feedback_app.paper.reading.thresholds import THRESHOLDS, Thresholds
from feedback_app.paper.reading.tones import PAPER, depth, flatten

Layouts = Mapping[tuple[int, Design], Layout] | Callable[[int, Design], Layout | None]

# More pixels than this along a page say nothing more: 12 in a millimetre of A4.
_LONGEST: Final = 3600
_SHORTEST: Final = 300
# Outlines are looked for so far around: with three markers, and with less.
_REACH, _FAR_REACH = 1.6, 4.5
_RESIDUE: Final = 1.0
# As near to a box a scanner's line passes through its mark, and as much of it is left out to both sides of its middle.
_STREAK_NEAR: Final = 3.0
_STREAK: Final = 0.5
# Of the pixels of a grey scan more than this are grain, and less of a black and white one: nine in ten were the fewest
# and six in a hundred the most seen. With such a contrast around, a pixel is near an edge.
_GRAIN: Final = 0.3
_EDGE: Final = 40
# Area of ink, in square millimetres, from which a space counts as written in.
_WRITTEN: Final = 2.5


@dataclass(frozen=True, slots=True)
class _Straight:
    """A straightened page: paper white, toner `depth` darker, and where its boxes are."""

    flat: Grey
    depth: float
    matrix: Floats
    outlines: Outlines
    offsets: Floats


def read_page(grey: Grey, layouts: Layouts, thresholds: Thresholds = THRESHOLDS) -> PageReading:
    """Read one image of one page, whichever way up: `grey` is rows x columns of uint8, 0 black.

    `layouts` gives the layout of a questionnaire version and design, or None. Nothing that is in the image raises an
    error: what cannot be read is `unidentified`, and `problem` says why in a word.
    """
    if min(grey.shape) < _SHORTEST:
        return _unread(grey, thresholds, "too_small")
    grey = _small_enough(grey)
    if min(grey.shape) < _SHORTEST:
        return _unread(grey, thresholds, "too_small")
    seen = find_codes(grey)
    if not seen:
        return _unread(grey, thresholds, "no_code")
    if len({each.text for each in seen}) != 1:
        return _unread(grey, thresholds, "codes_disagree")
    text = seen[0].text
    code = peek(text)
    layout = _ask(layouts, code.version_id, code.design) if code else None
    if code is None or layout is None or code.page > len(layout.pages):
        return _unread(grey, thresholds, "unknown_form", text)
    drawn = template(layout, code.page - 1)
    markers = find_markers(grey)
    if not markers:
        # Codes are read in a mirror, markers are not.
        mirrored = np.ascontiguousarray(grey[:, ::-1])
        if (markers := find_markers(mirrored)) and (seen_there := find_codes(mirrored)):
            grey, seen = mirrored, seen_there
    straight = _straighten(grey, drawn.page, seen, markers)
    if straight is None:
        return _unread(grey, thresholds, "no_pose", text)
    return _read(grey, straight, drawn, layout, text, thresholds)


def _ask(layouts: Layouts, version_id: int, design: Design) -> Layout | None:
    return layouts(version_id, design) if callable(layouts) else layouts.get((version_id, design))


def _small_enough(grey: Grey) -> Grey:
    scale = _LONGEST / max(grey.shape)
    if scale >= 1:
        return np.ascontiguousarray(grey)
    return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _unread(grey: Grey, thresholds: Thresholds, problem: str, text: str | None = None) -> PageReading:
    blank = problem == "no_code" and _is_blank(grey)
    return PageReading(
        state="blank" if blank else "unidentified",
        code=text,
        fields=(),
        comments=(),
        dossier=None,
        ink=b"",
        image=b"" if problem == "too_small" else whole(grey, min(1.0, 1200 / max(grey.shape))),
        thresholds=thresholds.version,
        problem=None if blank else problem,
    )


def _is_blank(grey: Grey) -> bool:
    """Whether there is nothing but paper: its edges, dust and what shines through from behind do not count."""
    scale = 400 / max(grey.shape)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edge = max(small.shape) // 16
    middle = small[edge:-edge, edge:-edge]
    paper = cv2.medianBlur(middle, 31)
    inked = (paper.astype(np.int16) - middle) > 22
    return float(np.median(middle)) > 90 and float(inked.mean()) < 0.0015


def _straighten(grey: Grey, page: Page, seen: Sequence[Seen], markers: Mapping[int, Floats]) -> _Straight | None:
    best: tuple[float, Floats] | None = None
    for pose in poses(page, markers, seen):
        reach = _REACH if pose.markers >= 3 else _FAR_REACH
        matrix = pose.matrix
        outlines = find_in(grey, matrix, page.boxes, reach)
        matrix = refine(matrix, page.boxes, outlines)
        if pose.markers < 3:
            matrix = refine(matrix, page.boxes, find_in(grey, matrix, page.boxes, _REACH))
        found = float(np.median(outlines.contrasts)) if page.boxes else float(pose.markers)
        if best is None or found > best[0]:
            best = (found, matrix)
        if pose.markers >= 3:
            break
    if best is None:
        return None
    matrix = best[1]
    flat = flatten(_warped(grey, matrix, page))
    toner = depth(flat, page)
    outlines = find_on(flat, page.boxes, _RESIDUE, toner)
    return _Straight(flat, toner, matrix, outlines, settled(page.boxes, outlines))


def _warped(grey: Grey, matrix: Floats, page: Page) -> Grey:
    """The page at SCALE pixels in a millimetre; what lies outside of the image is white."""
    size = round(page.width * SCALE), round(page.height * SCALE)
    # The middle of a pixel is half of one from its edge, where millimetres are counted from.
    to_millimetres = np.array([[1 / SCALE, 0, 0.5 / SCALE], [0, 1 / SCALE, 0.5 / SCALE], [0, 0, 1]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpPerspective(grey, matrix @ to_millimetres, size, flags=flags, borderValue=255)


def _read(
    grey: Grey, straight: _Straight, drawn: Template, layout: Layout, text: str, thresholds: Thresholds
) -> PageReading:
    page, flat = drawn.page, straight.flat
    boxes = _features(grey, straight, drawn)
    kinds = {field.id: field.kind for field in layout.fields}
    of_field: dict[str, list[Mapping[str, float]]] = {}
    for box, features in zip(page.boxes, boxes, strict=True):
        of_field.setdefault(box.field, []).append(features)
    questions = [Question(kinds[field], features) for field, features in of_field.items()]
    fields = tuple(
        FieldReading(
            field, verdict.marked, verdict.state, verdict.why, tuple(features), crop(flat, _seen(page.rows[field]))
        )
        for (field, features), verdict in zip(of_field.items(), decide(questions, thresholds), strict=True)
    )
    return PageReading(
        state="form",
        code=text,
        fields=fields,
        comments=tuple(_written(straight, drawn, field, rect) for field, rect in page.comments.items()),
        dossier=None if page.dossier is None else _written(straight, drawn, "dossier", page.dossier),
        ink=ink_of(flat, drawn, straight.offsets, straight.depth),
        image=whole(flat),
        thresholds=thresholds.version,
    )


def _seen(row: Rect) -> Rect:
    """What a person sees of a question: its row, and the margin where a mark may stand."""
    left = max(0.0, row.x - BESIDE)
    return Rect(left, row.y, row.right - left, row.h)


def _features(grey: Grey, straight: _Straight, drawn: Template) -> list[Mapping[str, float]]:
    """Of every box of the page, in its order."""
    boxes = drawn.page.boxes
    streaks = _streaks(grey, straight.matrix)
    flat = _without(straight.flat, streaks)
    around = outside(flat, drawn, straight.depth)
    contrasts = straight.outlines.contrasts
    usual = max(0.12, float(np.median(contrasts))) if len(contrasts) else 1.0
    many_greys = float(_has_greys(grey))
    found: list[Mapping[str, float]] = []
    for place, box in enumerate(boxes):
        middle = np.array((box.rect.x + box.rect.w / 2, box.rect.y + box.rect.h / 2))
        found.append(
            {
                **inside(flat, box.rect, straight.offsets[place], straight.depth),
                **around[place],
                "outline": float(contrasts[place]) / usual,
                "streak": float(any(_away(middle, streak) < _STREAK_NEAR for streak in streaks)),
                "grey": many_greys,
            }
        )
    return [{name: round(value, 4) for name, value in features.items()} for features in found]


def _streaks(grey: Grey, matrix: Floats) -> list[tuple[Floats, Floats]]:
    back = np.linalg.inv(matrix)
    lines = (project(back, np.array(line)) for line in find_streaks(grey))
    return [(ends[0], ends[1]) for ends in lines]


def _without(flat: Grey, streaks: Sequence[tuple[Floats, Floats]]) -> Grey:
    """The page as it would be if the scanner had drawn nothing on it."""
    if not streaks:
        return flat
    clean = flat.copy()
    for line in streaks:
        start, end = ([round(float(each) * SCALE) for each in point] for point in line)
        cv2.line(clean, start, end, PAPER, round(2 * _STREAK * SCALE))
    return clean


def _away(point: Floats, line: tuple[Floats, Floats]) -> float:
    """Distance from the line, in the units of both."""
    start, end = line
    along, off = end - start, point - start
    return float(abs(along[0] * off[1] - along[1] * off[0]) / max(1e-9, float(np.hypot(*along))))


def _has_greys(grey: Grey) -> bool:
    """Whether the image is more than black and white, as fax machines and some scanners make it.

    Those, drawn larger or smaller or compressed, are grey near edges only; grey scans have grain everywhere. Where a
    machine whitens the paper, faint pencil goes with the grain, so that counts as black and white too.
    """
    middle = grey[len(grey) // 4 : len(grey) * 3 // 4]
    near = np.ones((5, 5), np.uint8)
    is_even = cv2.subtract(cv2.dilate(middle, near), cv2.erode(middle, near)) < _EDGE
    is_grain = is_even & (middle > middle.min()) & (middle < middle.max())
    return float(is_grain.mean()) > _GRAIN


def _written(straight: _Straight, drawn: Template, field: str, rect: Rect) -> WrittenReading:
    area = pixels(rect)
    limit = PAPER - 0.25 * straight.depth
    inked = (cv2.blur(straight.flat[area], (3, 3)) < limit) & (drawn.printed[area] == 0)
    return WrittenReading(field, float(inked.sum()) / SCALE**2 > _WRITTEN, crop(straight.flat, rect))
