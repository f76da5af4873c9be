"""Numbered forms as they come back: who filled them in, what happened to the paper, how it was scanned. From a seed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from feedback_app.paper.layout import Design, Layout
from tests.paper import blanks, machines
from tests.paper.blanks import Printed
from tests.paper.hands import PENS, Hand, Paper, Style, draw_hand
from tests.paper.machines import ACCIDENTS, Print, Scan
from tests.paper.respondents import Truth, answer, comment

T = TypeVar("T")
Grey = NDArray[Any]
Mix = Literal["clean", "office", "hard"]
MIXES: tuple[Mix, ...] = get_args(Mix)

DPI = 240
SCALE = DPI / 25.4

_SCANS: dict[Mix, dict[Scan, float]] = {
    "clean": {"grey 200": 1.0, "grey 300": 1.0},
    "office": {"grey 200": 40, "grey 300": 20, "grey 150": 8, "jpeg 200": 17, "binary 200": 5, "fax": 2, "phone": 8},
    "hard": {"grey 150": 15, "jpeg 200": 10, "binary 200": 10, "fax": 20, "phone": 45},
}
_PRINTS: dict[Mix, dict[Print, float]] = {
    "clean": {"good": 1},
    "office": {"good": 82, "pale": 7, "dirty": 5, "copied": 6},
    "hard": {"good": 30, "pale": 25, "dirty": 20, "copied": 25},
}
_STYLES: dict[Mix, dict[Style, float]] = {
    "clean": {"cross": 55, "tick": 45},
    "office": {"cross": 54, "tick": 34, "slash": 4, "fill": 3, "scribble": 3, "dot": 0.5, "circle": 1.5},
    "hard": {"cross": 30, "tick": 35, "slash": 8, "fill": 8, "scribble": 8, "dot": 5, "circle": 6},
}
_PENS: dict[Mix, dict[str, float]] = {
    "clean": {"black ball pen": 45, "blue ball pen": 45, "gel pen": 10},
    "office": {
        "black ball pen": 28,
        "blue ball pen": 44,
        "gel pen": 10,
        "felt pen": 3,
        "failing ball pen": 3,
        "pencil": 9,
        "light pencil": 3,
    },
    "hard": {
        "black ball pen": 15,
        "blue ball pen": 25,
        "gel pen": 10,
        "felt pen": 10,
        "failing ball pen": 10,
        "pencil": 15,
        "light pencil": 15,
    },
}
_SLOP: dict[Mix, tuple[float, float]] = {"clean": (0.0, 0.35), "office": (0.0, 1.1), "hard": (0.3, 1.8)}
# How many fields of a hundred are not simply marked.
_WAYS: dict[Mix, dict[str, float]] = {
    "clean": {"plain": 97, "nothing": 3},
    "office": {
        "plain": 93.2,
        "nothing": 4,
        "two marks": 0.4,
        "cancelled": 0.5,
        "cancelled only": 0.1,
        "circled out": 0.1,
        "erased": 0.3,
        "erased only": 0.1,
        "painted over": 0.1,
        "beside": 0.2,
        "on words": 0.3,
        "circled with words": 0.2,
        "resting": 0.2,
        "reaching": 0.1,
        "struck, another": 0.1,
        "struck only": 0.1,
    },
    "hard": {
        "plain": 72,
        "nothing": 7,
        "two marks": 2,
        "cancelled": 2.5,
        "cancelled only": 1,
        "circled out": 1,
        "erased": 2,
        "erased only": 1.5,
        "painted over": 1,
        "beside": 1.5,
        "on words": 2,
        "circled with words": 1.5,
        "resting": 2,
        "reaching": 1,
        "struck, another": 1,
        "struck only": 1,
    },
}
_ACCIDENTS: dict[Mix, float] = {"clean": 0.0, "office": 0.12, "hard": 0.6}
_COMMENTS: dict[Mix, tuple[float, float]] = {"clean": (0.25, 0.0), "office": (0.25, 0.02), "hard": (0.4, 0.25)}
# Form, size, and how often it is handed out: those with many single questions more.
_FORMS: tuple[tuple[str, Design, float], ...] = (
    ("tt01", Design("A4", coded=True), 3),
    ("tt01", Design("A5"), 1),
    ("sipas", Design("A4"), 4),
    ("sipas", Design("A5", coded=True), 2),
    ("tt32", Design("A5"), 5),
    ("kiosk", Design("A4"), 1),
    ("kiosk", Design("A5"), 1),
)


@dataclass(frozen=True)
class Case:
    """One page that came back. `damage` is what happened to the paper."""

    printed: Printed
    image: Grey
    truths: Mapping[str, Truth]
    written: frozenset[str]
    mix: Mix
    scan: Scan
    print: Print
    pen: str
    style: Style
    damage: tuple[str, ...] = ()
    sloppy: bool = False
    paper: Grey = field(repr=False, default_factory=lambda: np.zeros((0, 0), np.uint8))


def draw_case(seed: int, mix: Mix, **fixed: object) -> list[Case]:
    """The pages of the form of `seed`. `fixed` sets `scan`, `print`, `style`, `pen`, `damage` or `ways`, which are
    drawn otherwise."""
    rng = np.random.default_rng((MIXES.index(mix), seed))
    name, design, _share = _FORMS[_one(rng, {place: each[2] for place, each in enumerate(_FORMS)})]
    form = blanks.layout(name, design)
    number = 1 + seed % 9_000_000
    style: Style = fixed.get("style") or _one(rng, _STYLES[mix])  # type: ignore[assignment]
    pen = str(fixed.get("pen") or _one(rng, _PENS[mix]))
    hand = draw_hand(rng, style=style, pen=PENS[pen], slop=rng.uniform(*_SLOP[mix]))
    how: Print = fixed.get("print") or _one(rng, _PRINTS[mix])  # type: ignore[assignment]
    scan: Scan = fixed.get("scan") or _one(rng, _SCANS[mix])  # type: ignore[assignment]
    cases = []
    for page in blanks.printed(form, number, DPI):
        image = machines.print_out(page.image, how, rng, SCALE)
        cases.append(_page(page, form, image, hand, rng, mix, scan, how, fixed))
    return cases


def _page(
    page: Printed,
    form: Layout,
    image: Grey,
    hand: Hand,
    rng: np.random.Generator,
    mix: Mix,
    scan: Scan,
    how: Print,
    fixed: Mapping[str, object],
) -> Case:
    paper, laid = Paper(image, SCALE, rng), form.pages[page.page - 1]
    ways: Mapping[str, float] = fixed.get("ways") or _WAYS[mix]  # type: ignore[assignment]
    truths = answer(paper, form, laid, hand, ways)
    damage: list[str] = []
    written: set[str] = set()
    comments, over = _COMMENTS[mix]
    if laid.comments and rng.random() < comments:
        runs_over = rng.random() < over
        written = comment(paper, laid, hand, over=runs_over)
        damage += ["writing over boxes"] if runs_over else []
    wanted = fixed.get("damage")
    if wanted or (wanted is None and rng.random() < _ACCIDENTS[mix]):
        accident = str(wanted or rng.choice(list(ACCIDENTS)))
        ACCIDENTS[accident](paper, laid, hand)
        damage.append(accident)
    scanned = machines.scan(paper.image, scan, rng, SCALE)
    return Case(
        page,
        scanned,
        truths,
        frozenset(written),
        mix,
        scan,
        how,
        hand.pen.name,
        hand.style,
        tuple(damage),
        hand.slop > 0.8,
        paper.image,
    )


def _one(rng: np.random.Generator, shares: Mapping[T, float]) -> T:
    weights = np.array(list(shares.values()), float)
    return list(shares)[int(rng.choice(len(weights), p=weights / weights.sum()))]
