"""People who fill in forms: pens, ways to mark, mistakes and how they are put right. All lengths in millimetres."""

from dataclasses import dataclass, field
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from feedback_app.paper.layout import Rect

Grey = NDArray[Any]
Points = NDArray[Any]
Style = Literal["cross", "tick", "slash", "fill", "scribble", "dot", "circle"]
STYLES: tuple[Style, ...] = ("cross", "tick", "slash", "fill", "scribble", "dot", "circle")


@dataclass(frozen=True)
class Pen:
    """`strength` is how much light it takes at full pressure, `grain` how much of that comes and goes."""

    name: str
    width: tuple[float, float]
    strength: tuple[float, float]
    grain: float


PENS = {
    "black ball pen": Pen("black ball pen", (0.35, 0.6), (0.75, 0.95), 0.12),
    "blue ball pen": Pen("blue ball pen", (0.35, 0.6), (0.5, 0.75), 0.15),
    "gel pen": Pen("gel pen", (0.5, 0.9), (0.8, 0.98), 0.03),
    "felt pen": Pen("felt pen", (1.0, 1.6), (0.7, 0.95), 0.03),
    "failing ball pen": Pen("failing ball pen", (0.3, 0.45), (0.45, 0.75), 0.6),
    "pencil": Pen("pencil", (0.4, 0.7), (0.4, 0.65), 0.35),
    "light pencil": Pen("light pencil", (0.35, 0.6), (0.16, 0.34), 0.4),
}


@dataclass
class Paper:
    """A printed page that is written on. `scale` is pixels in a millimetre."""

    image: Grey
    scale: float
    rng: np.random.Generator = field(default_factory=np.random.default_rng)

    def stroke(self, points: Points, width: float, strength: float, grain: float = 0.0) -> None:
        """A line through `points` (n x 2), its pressure coming and going a little."""
        self.lines([points], width, strength, grain)

    def lines(self, lines: list[Points], width: float, strength: float, grain: float = 0.0) -> None:
        """Several lines at once; where they cross they are a little darker, as with real ink."""
        every = np.concatenate(lines) * self.scale
        edge = width * self.scale + 3
        low = np.floor(every.min(axis=0) - edge).astype(int)
        high = np.ceil(every.max(axis=0) + edge).astype(int)
        low, high = np.maximum(low, 0), np.minimum(high, (self.image.shape[1], self.image.shape[0]))
        if (high - low).min() < 3:
            return
        size = (high - low) * 2
        taken = np.zeros((size[1], size[0]), np.float32)
        for line in lines:
            drawn = np.zeros((size[1], size[0]), np.uint8)
            placed = np.round((line * self.scale - low) * 2 * 16).astype(np.int32)
            for start, end in zip(placed[:-1], placed[1:], strict=True):
                thick = max(1, round(width * self.scale * 2 * self.rng.uniform(0.8, 1.15)))
                cv2.line(drawn, start.tolist(), end.tolist(), 255, thick, cv2.LINE_AA, 4)
            taken = np.maximum(taken, drawn) + 0.15 * np.minimum(taken, drawn)
        mask = cv2.resize(np.minimum(taken, 255), (high - low).tolist(), interpolation=cv2.INTER_AREA) / 255
        if grain:
            rough: Points = self.rng.normal(0, 1, (max(2, mask.shape[0] // 3), max(2, mask.shape[1] // 3))).astype(
                np.float32
            )
            rough = cv2.resize(rough, (mask.shape[1], mask.shape[0]), interpolation=cv2.INTER_LINEAR)
            mask = mask * np.clip(1 - grain * np.maximum(rough, -0.5), 0.05, 1.1)
        self._darken(low, high, mask * strength)

    def blot(self, centre: tuple[float, float], shape: NDArray[Any], strength: float) -> None:
        """A mask (0 to 1, as many pixels as it is large) over the paper."""
        size = np.array((shape.shape[1], shape.shape[0]))
        low = np.round(np.array(centre) * self.scale - size / 2).astype(int)
        high = low + size
        inner_low, inner_high = np.maximum(low, 0), np.minimum(high, (self.image.shape[1], self.image.shape[0]))
        if (inner_high - inner_low).min() < 1:
            return
        part = shape[inner_low[1] - low[1] : inner_high[1] - low[1], inner_low[0] - low[0] : inner_high[0] - low[0]]
        self._darken(inner_low, inner_high, part * strength)

    def lighten(self, rect: Rect, share: float) -> None:
        """An eraser, or correction fluid: everything there goes so far back to white, soft at its edges."""
        mask: Points = np.zeros((round(rect.h * self.scale), round(rect.w * self.scale)), np.float32)
        edge = max(1, round(0.4 * self.scale))
        mask[edge:-edge, edge:-edge] = share
        mask = cv2.blur(mask, (edge, edge))
        top, left = max(0, round(rect.y * self.scale)), max(0, round(rect.x * self.scale))
        area = self.image[top : top + mask.shape[0], left : left + mask.shape[1]]
        mask = mask[: area.shape[0], : area.shape[1]]
        area[:] = np.clip(area + (252 - area.astype(np.float32)) * mask, 0, 255).astype(np.uint8)

    def _darken(self, low: NDArray[Any], high: NDArray[Any], share: NDArray[Any]) -> None:
        area = self.image[low[1] : high[1], low[0] : high[0]]
        area[:] = np.clip(area * (1 - np.clip(share, 0, 1)), 0, 255).astype(np.uint8)


@dataclass(frozen=True)
class Hand:
    """One respondent. `slop` is how far marks stray from their box and grow out of it, in parts of the box; `shake` is
    the tremor of the line."""

    style: Style
    pen: Pen
    width: float
    strength: float
    slop: float
    shake: float

    def mark(self, paper: Paper, rect: Rect, style: Style | None = None) -> None:
        rng = paper.rng
        side = rect.w
        middle = np.array((rect.x + side / 2, rect.y + rect.h / 2)) + rng.normal(0, 0.16 * self.slop * side, 2)
        size = side * rng.uniform(0.62, 0.9) * (1 + self.slop * rng.uniform(0.0, 0.5))
        strokes = _STROKES[style or self.style](rng, middle, size, self)
        strength = float(np.clip(self.strength * rng.uniform(0.85, 1.1), 0.05, 0.99))
        paper.lines([self.shaken(rng, line) for line in strokes], self.width, strength, self.pen.grain)

    def shaken(self, rng: np.random.Generator, line: Points, step: float = 0.8) -> Points:
        """The line with more points, none of them quite where it was meant."""
        lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
        pieces = [line[:1]]
        for start, end, length in zip(line[:-1], line[1:], lengths, strict=True):
            count = max(1, int(length / step))
            pieces.append(start + (end - start) * (np.arange(1, count + 1) / count)[:, None])
        every = np.concatenate(pieces)
        return every + rng.normal(0, self.shake, every.shape)


def draw_hand(rng: np.random.Generator, *, style: Style, pen: Pen, slop: float) -> Hand:
    return Hand(
        style, pen, rng.uniform(*pen.width), rng.uniform(*pen.strength), slop, rng.uniform(0.02, 0.12) * (1 + slop)
    )


def _cross(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    half = size / 2
    ends = np.array(((-half, -half), (half, half), (half, -half), (-half, half))) + rng.normal(0, 0.08 * size, (4, 2))
    bend = rng.normal(0, 0.05 * size, (2, 2))
    return [
        np.array((middle + ends[0], middle + (ends[0] + ends[1]) / 2 + bend[0], middle + ends[1])),
        np.array((middle + ends[2], middle + (ends[2] + ends[3]) / 2 + bend[1], middle + ends[3])),
    ]


def _tick(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    half = size / 2
    tail = rng.uniform(0.9, 1.3) * (1 + hand.slop * rng.uniform(0, 1.4))
    start = middle + (-half * rng.uniform(0.7, 1.1), rng.uniform(-0.3, 0.15) * size)
    low = middle + (-half * rng.uniform(0.1, 0.4), half * rng.uniform(0.6, 1.0))
    end = middle + (half * tail, -half * tail * rng.uniform(0.8, 1.2))
    return [np.array((start, low, end))]


def _slash(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    half = size / 2 * rng.uniform(0.9, 1.25)
    return [np.array((middle + (-half, half * rng.uniform(0.6, 1.1)), middle + (half, -half * rng.uniform(0.6, 1.1))))]


def _fill(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    """Line beside line until the box is full."""
    half = size / 2 * 1.08
    step = hand.width * rng.uniform(0.5, 0.9)
    rows = np.arange(-half, half + step, step)
    turns = [middle + ((-half if place % 2 else half), y) for place, y in enumerate(rows)]
    return [np.array(turns) + rng.normal(0, 0.04 * size, (len(turns), 2))]


def _scribble(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    """Back and forth, not quite covering."""
    half = size / 2
    count = int(rng.integers(6, 13))
    xs = np.linspace(-half, half, count) + rng.normal(0, 0.08 * size, count)
    ys = np.where(np.arange(count) % 2, half, -half) * rng.uniform(0.6, 1.1, count)
    return [middle + np.stack((xs, ys), axis=1)]


def _dot(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    radius = rng.uniform(0.15, 0.55)
    turns = np.linspace(0, 2 * np.pi * 2, 14)
    radii = radius * np.linspace(0.1, 1, 14)
    return [middle + np.stack((np.cos(turns) * radii, np.sin(turns) * radii), axis=1)]


def _circle(rng: np.random.Generator, middle: Points, size: float, hand: Hand) -> list[Points]:
    """Around the box."""
    return [ring(rng, middle, size * rng.uniform(0.75, 1.1), size * rng.uniform(0.7, 1.0))]


def ring(rng: np.random.Generator, middle: Points, half_width: float, half_height: float) -> Points:
    turns = np.linspace(0, 2 * np.pi * rng.uniform(0.93, 1.15), 26) + rng.uniform(0, 6.3)
    drift = np.linspace(0.94, 1.08, 26)[:, None]
    return middle + np.stack((np.cos(turns) * half_width, np.sin(turns) * half_height), axis=1) * drift


_STROKES = {
    "cross": _cross,
    "tick": _tick,
    "slash": _slash,
    "fill": _fill,
    "scribble": _scribble,
    "dot": _dot,
    "circle": _circle,
}


def strike_out(paper: Paper, hand: Hand, rect: Rect) -> None:
    """A mark taken back by scribbling over it, with force and beyond the box."""
    rng = paper.rng
    middle = np.array((rect.x + rect.w / 2, rect.y + rect.h / 2))
    for _layer in range(int(rng.integers(1, 3))):
        lines = _scribble(rng, middle, rect.w * rng.uniform(0.9, 1.5), hand)
        paper.lines(lines, hand.width * 1.1, min(0.98, hand.strength * 1.15), hand.pen.grain)


def write(paper: Paper, hand: Hand, rect: Rect, *, letters: int, height: float = 3.2, line: float = 8.0) -> None:
    """Something like a Vietnamese sentence from the top left of `rect`, in lines; it may run over."""
    rng = paper.rng
    x, y = rect.x + rng.uniform(1, 6), rect.y + line * rng.uniform(0.7, 0.9)
    strokes: list[Points] = []
    slant = rng.uniform(0, 0.4)
    for letter in range(letters):
        if x > rect.x + rect.w - 3:
            x, y = rect.x + rng.uniform(1, 4), y + line * rng.uniform(0.9, 1.1)
        wide = height * rng.uniform(0.35, 0.6)
        tall = height * (rng.choice((0.55, 1.0, -1.0), p=(0.7, 0.2, 0.1)))
        count = int(rng.integers(4, 7))
        xs = np.linspace(0, wide, count) + rng.normal(0, 0.12 * wide, count)
        ys = -np.abs(rng.uniform(0, 1, count)) * tall
        strokes.append(np.stack((x + xs - slant * ys, y + ys), axis=1))
        if rng.random() < 0.3:
            strokes.append(np.array(((x, y - height * 0.85), (x + wide * 0.7, y - height * rng.uniform(0.9, 1.15)))))
        x += wide * rng.uniform(1.05, 1.3) + (height * 0.7 if rng.random() < 0.22 else 0)
        if len(strokes) > 40 or letter == letters - 1:
            paper.lines(strokes, hand.width * 0.9, hand.strength, hand.pen.grain)
            strokes = []
