"""Printers, copiers, accidents, scanners, fax machines and phones. What they do to a page; lengths in millimetres."""

from collections.abc import Callable
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from feedback_app.paper.layout import Page
from tests.paper.hands import Hand, Paper, ring

Grey = NDArray[Any]
Scan = Literal["grey 200", "grey 300", "grey 150", "jpeg 200", "binary 200", "fax", "phone"]
Print = Literal["good", "pale", "dirty", "copied"]


# Printers


def print_out(image: Grey, how: Print, rng: np.random.Generator, scale: float) -> Grey:
    """The page as it comes out of the printer; `image` is left as it is."""
    blurred = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 0.6))
    toner = {"good": rng.uniform(10, 45), "pale": rng.uniform(80, 150)}.get(how, rng.uniform(20, 60))
    table = np.clip(252 - (255 - np.arange(256)) * (252 - toner) / 255, 0, 255).astype(np.uint8)
    printed = cv2.LUT(blurred, table)
    if how == "pale":
        bands = rng.normal(0, 1, (1, 12)).astype(np.float32)
        light = cv2.resize(bands, (printed.shape[1], 1), interpolation=cv2.INTER_CUBIC) * 10
        printed = np.where(printed < 235, np.clip(printed + light, 0, 245), printed).astype(np.uint8)
    if how == "dirty":
        _speckle(printed, rng, int(rng.integers(100, 900)), scale)
    if how == "copied":
        printed = _copied(printed, rng, scale)
    return printed


def _copied(image: Grey, rng: np.random.Generator, scale: float) -> Grey:
    """One generation of a photocopier: a little larger or smaller and askew, harder, dirtier; the format stays."""
    height, width = image.shape
    turn: Grey = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 0.5), rng.uniform(0.97, 1.03))
    turn[:, 2] += rng.normal(0, 0.8 * scale, 2)
    copied = cv2.warpAffine(image, turn, (width, height), borderValue=252)
    copied = cv2.GaussianBlur(copied, (0, 0), rng.uniform(0.6, 1.0))
    middle, hardness = rng.uniform(120, 170), rng.uniform(18, 40)
    table = 30 + 222 / (1 + np.exp(-(np.arange(256) - middle) / hardness))
    copied = cv2.LUT(copied, np.clip(table, 0, 252).astype(np.uint8))
    _speckle(copied, rng, int(rng.integers(50, 400)), scale)
    return copied


def _speckle(image: Grey, rng: np.random.Generator, count: int, scale: float) -> None:
    height, width = image.shape
    for x, y in rng.uniform((0, 0), (width, height), (count, 2)):
        radius = max(1, round(abs(rng.normal(0, 0.1)) * scale))
        cv2.circle(image, (int(x), int(y)), radius, float(rng.uniform(30, 170)), -1)


# Accidents


def stray_line(paper: Paper, page: Page, hand: Hand) -> None:
    """The pen slips across the page."""
    rng = paper.rng
    start = rng.uniform((15, 40), (page.width - 15, page.height - 40))
    end = start + rng.normal(0, 35, 2)
    bend = (start + end) / 2 + rng.normal(0, 6, 2)
    paper.stroke(np.array((start, bend, end)), hand.width, hand.strength)


def coffee(paper: Paper, page: Page, hand: Hand) -> None:
    rng = paper.rng
    size = round(rng.uniform(50, 85) * paper.scale)
    ys, xs = np.mgrid[:size, :size].astype(np.float32)
    off = np.hypot(xs - size / 2, ys - size / 2) / (size / 2)
    stain = np.exp(-(((off - 0.86) / 0.05) ** 2)) + 0.25 * (off < 0.86)
    stain *= 1 + 0.4 * np.cos(np.arctan2(ys - size / 2, xs - size / 2) * 3 + rng.uniform(0, 6))
    centre = rng.uniform((30, 50), (page.width - 30, page.height - 50))
    paper.blot((float(centre[0]), float(centre[1])), np.clip(stain, 0, 1.2).astype(np.float32), rng.uniform(0.12, 0.4))


def stamp(paper: Paper, page: Page, hand: Hand) -> None:
    """The office's round seal, in red, which is a light grey to a scanner."""
    rng = paper.rng
    centre = rng.uniform((40, 60), (page.width - 30, page.height - 30))
    strength = rng.uniform(0.25, 0.6)
    for radius in (17.0, 15.8, 8.5):
        paper.stroke(ring(rng, centre, radius, radius), 0.5, strength, 0.4)
    for turn in np.linspace(0, 6.2, 24):
        place = centre + 12.3 * np.array((np.cos(turn), np.sin(turn)))
        paper.stroke(place + rng.normal(0, 0.9, (5, 2)), 0.4, strength, 0.4)


def punch_holes(paper: Paper, page: Page, hand: Hand) -> None:
    shade = float(paper.rng.choice((15.0, 120.0, 250.0)))
    middle = page.height / 2 + paper.rng.normal(0, 4)
    x = paper.rng.uniform(8, 13)
    for y in (middle - 40, middle + 40):
        place = round(x * paper.scale), round(y * paper.scale)
        cv2.circle(paper.image, place, round(2.8 * paper.scale), shade, -1, cv2.LINE_AA)


def staple(paper: Paper, page: Page, hand: Hand) -> None:
    start = paper.rng.uniform((6, 6), (30, 25))
    paper.stroke(np.array((start, start + paper.rng.uniform(5, 9, 2) * (1, -0.6))), 0.7, 0.75)


def fold(paper: Paper, page: Page, hand: Hand) -> None:
    """The page was folded in half or in three: a line, a shade beside it, and what is below lies a little elsewhere."""
    rng, scale = paper.rng, paper.scale
    y = round(page.height * float(rng.choice((1 / 3, 1 / 2, 2 / 3))) * scale + rng.normal(0, 4 * scale))
    slip = rng.normal(0, 0.25, 2) * scale
    lower = paper.image[y:]
    shift = np.array(((1, rng.normal(0, 0.0015), slip[0]), (0, 1, slip[1])))
    lower[:] = cv2.warpAffine(lower, shift, (lower.shape[1], lower.shape[0]), borderValue=248)
    shade = np.ones(paper.image.shape[0], np.float32)
    off = (np.arange(len(shade)) - y) / scale
    shade -= rng.uniform(0.02, 0.12) * np.exp(-np.abs(off) / 6) * (off > 0)
    shade -= rng.uniform(0.05, 0.5) * np.exp(-((off / 0.18) ** 2))
    paper.image[:] = np.clip(paper.image * shade[:, None], 0, 255).astype(np.uint8)


def dirt(paper: Paper, page: Page, hand: Hand) -> None:
    _speckle(paper.image, paper.rng, int(paper.rng.integers(80, 500)), paper.scale)


def smear(paper: Paper, page: Page, hand: Hand) -> None:
    """A hand dragged over fresh ink: everything in a band has a pale ghost beside it."""
    rng, scale = paper.rng, paper.scale
    top = round(rng.uniform(60, page.height - 90) * scale)
    band = paper.image[top : top + round(35 * scale)]
    ghost = cv2.blur(band, (round(rng.uniform(2, 6) * scale), 1))
    moved = np.roll(ghost, round(rng.uniform(1, 4) * scale), axis=1).astype(np.float32)
    share = rng.uniform(0.1, 0.35)
    band[:] = np.clip(band * (1 - share * (1 - moved / 255)), 0, 255).astype(np.uint8)


def corner(paper: Paper, page: Page, hand: Hand) -> None:
    """A corner is folded over or torn off, and takes a marker with it, sometimes a QR code too."""
    rng, scale = paper.rng, paper.scale
    height, width = paper.image.shape
    across, down = rng.uniform(22, 60) * scale, rng.uniform(22, 60) * scale
    at = int(rng.integers(4))
    x0, y0 = (0 if at in (0, 3) else width), (0 if at in (0, 1) else height)
    x, y = (x0 + (across if x0 == 0 else -across), y0), (x0, y0 + (down if y0 == 0 else -down))
    triangle = np.array(((x0, y0), x, y)).round().astype(np.int32)
    cv2.fillPoly(paper.image, [triangle], float(rng.choice((252.0, 235.0, 20.0))))


def sticker(paper: Paper, page: Page, hand: Hand) -> None:
    """A note sticks on the page when it is scanned."""
    rng, scale = paper.rng, paper.scale
    w, h = rng.uniform(30, 55), rng.uniform(15, 35)
    x, y = rng.uniform((20, 45), (page.width - 20 - w, page.height - 45 - h))
    area = paper.image[round(y * scale) : round((y + h) * scale), round(x * scale) : round((x + w) * scale)]
    area[:] = round(rng.uniform(205, 250))


def shine_through(paper: Paper, page: Page, hand: Hand) -> None:
    """What is printed on the back is seen through thin paper."""
    back = cv2.GaussianBlur(paper.image[:, ::-1], (0, 0), 2.5).astype(np.float32)
    back = np.roll(back, round(paper.rng.uniform(-5, 5) * paper.scale), axis=0)
    share = paper.rng.uniform(0.05, 0.16)
    paper.image[:] = np.clip(paper.image * (1 - share * (1 - back / 255)), 0, 255).astype(np.uint8)


Accident = Callable[[Paper, Page, Hand], None]
ACCIDENTS: dict[str, Accident] = {
    "stray line": stray_line,
    "coffee": coffee,
    "stamp": stamp,
    "punch holes": punch_holes,
    "staple": staple,
    "fold": fold,
    "dirt": dirt,
    "smear": smear,
    "corner": corner,
    "sticker": sticker,
    "shine through": shine_through,
}


# Scanners


def scan(paper: Grey, how: Scan, rng: np.random.Generator, scale: float, *, tilt: float | None = None) -> Grey:
    """The image that the machine makes. `tilt` in degrees, drawn when not given; one page in ten is upside down."""
    if how == "phone":
        return _photographed(paper, rng, scale)
    dots = {"grey 300": 300, "grey 150": 150}.get(how, 200) / 25.4
    image = _fed(paper, rng, scale, dots, tilt)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.8) * dots / 8)
    white, gamma = rng.uniform(222, 252), rng.uniform(0.8, 1.25)
    table = np.clip((np.arange(256) / 252) ** gamma * white, 0, 255)
    image = cv2.LUT(image, table.astype(np.uint8))
    image = _noisy(image, rng, rng.uniform(1, 5))
    if rng.random() < 0.04:
        image = _streaked(image, rng, dots)
    if how == "jpeg 200":
        image = _squeezed(image, int(rng.integers(30, 81)))
    elif how == "binary 200":
        image = np.where(image > rng.uniform(0.55, 0.78) * white, 255, 0).astype(np.uint8)
    elif how == "fax":
        image = _faxed(image, rng, white)
    if rng.random() < 0.1:
        image = np.ascontiguousarray(image[::-1, ::-1])
    return image


def _fed(paper: Grey, rng: np.random.Generator, scale: float, dots: float, tilt: float | None) -> Grey:
    """Drawn in askew, a little too fast or too slow, now and then with a jerk."""
    height, width = paper.shape
    edge = float(rng.choice((0.0, 0.0, 4.0)))
    size = round((width / scale + 2 * edge) * dots), round((height / scale + 2 * edge) * dots)
    degrees = float(np.clip(rng.normal(0, 0.9), -4, 4)) if tilt is None else tilt
    if tilt is None and rng.random() < 0.06:
        degrees = rng.uniform(-4, 4)
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    matrix = np.vstack((turn, (0, 0, 1)))
    stretch = np.diag((dots / scale * rng.normal(1, 0.001), dots / scale * rng.normal(1, 0.003), 1))
    stretch[0, 1] = rng.normal(0, 0.001)
    stretch[:2, 2] = edge * dots + rng.normal(0, 1.0, 2) * dots
    bed = float(rng.choice((250.0, 250.0, 225.0, 12.0)))
    image = cv2.warpPerspective(paper, stretch @ matrix, size, flags=cv2.INTER_AREA, borderValue=bed)
    if rng.random() < 0.05:
        at, by = int(rng.uniform(0.2, 0.8) * size[1]), max(1, round(abs(rng.normal(0, 0.35)) * dots))
        image = (
            np.concatenate((image[:at], image[at + by :]))
            if rng.random() < 0.5
            else np.insert(image, [at] * by, image[at], axis=0)
        )
    return image


@cache
def _grain() -> Grey:
    """Drawn once: every image takes its noise from another place of it."""
    return np.random.default_rng(0).normal(0, 1, 1 << 23).astype(np.float32)


def _noisy(image: Grey, rng: np.random.Generator, strength: float) -> Grey:
    start = int(rng.integers(0, len(_grain()) // 2))
    grain = np.resize(_grain()[start:], image.shape) * np.float32(strength)
    return cv2.add(image, grain, dtype=cv2.CV_8U)


def _streaked(image: Grey, rng: np.random.Generator, dots: float) -> Grey:
    """Dirt on the glass of the feeder."""
    for _line in range(int(rng.integers(1, 4))):
        x, wide = int(rng.uniform(0.05, 0.95) * image.shape[1]), max(1, round(rng.uniform(0.1, 0.5) * dots))
        column = image[:, x : x + wide]
        column[:] = (column * rng.uniform(0.3, 0.9)).astype(np.uint8)
    return image


def _squeezed(image: Grey, quality: int) -> Grey:
    written = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    squeezed: Any = cv2.imdecode(written, cv2.IMREAD_GRAYSCALE)
    return np.asarray(squeezed)


def _faxed(image: Grey, rng: np.random.Generator, white: float) -> Grey:
    """Fine mode: 204 by 196 dots, black and white, a broken line now and then."""
    height, width = image.shape
    lines = cv2.resize(image, (width, round(height * 196 / 204)), interpolation=cv2.INTER_AREA)
    black = np.where(lines > rng.uniform(0.6, 0.75) * white, 255, 0).astype(np.uint8)
    for y in rng.integers(0, black.shape[0] - 3, int(rng.integers(0, 4))):
        black[y : y + 2] = np.roll(black[y : y + 2], int(rng.normal(0, 30)), axis=1)
    return cv2.resize(black, (width, height), interpolation=cv2.INTER_NEAREST)


def _photographed(paper: Grey, rng: np.random.Generator, scale: float) -> Grey:
    """Held above a desk: perspective, the shadow of the phone, dim and uneven light, shake, JPEG."""
    height, width = paper.shape
    across = width >= height
    long_side = round(rng.uniform(2400, 3200))
    size = (long_side, round(long_side * 0.75)) if across else (round(long_side * 0.75), long_side)
    fill = rng.uniform(0.8, 0.95) * min(size[0] / width, size[1] / height)
    corners = (np.array(((0, 0), (width, 0), (width, height), (0, height))) - (width / 2, height / 2)) * fill
    turn = np.deg2rad(rng.normal(0, 3))
    corners = corners @ np.array(((np.cos(turn), -np.sin(turn)), (np.sin(turn), np.cos(turn))))
    corners = corners * (1 + rng.normal(0, 0.025, (4, 2))) + np.array(size) / 2
    matrix = cv2.getPerspectiveTransform(
        np.array(((0, 0), (width, 0), (width, height), (0, height)), np.float32), corners.astype(np.float32)
    )
    image = cv2.warpPerspective(paper, matrix, size, flags=cv2.INTER_LINEAR, borderValue=float(rng.uniform(60, 150)))
    if rng.random() < 0.4:
        image = _bent(image, rng)
    small = (size[0] // 16, size[1] // 16)
    ys, xs = np.mgrid[: small[1], : small[0]].astype(np.float32)
    way = rng.uniform(0, 6.3)
    ramp = (np.cos(way) * xs / small[0] + np.sin(way) * ys / small[1]) * rng.uniform(0.1, 0.4)
    light = rng.uniform(0.7, 0.98) - ramp + ramp.mean()
    if rng.random() < 0.5:
        at = rng.uniform((0, 0), small)
        shadow = (np.cos(way * 2) * (xs - at[0]) + np.sin(way * 2) * (ys - at[1])) > 0
        light *= 1 - cv2.GaussianBlur(shadow.astype(np.float32), (0, 0), rng.uniform(0.6, 6)) * rng.uniform(0.1, 0.45)
    light = cv2.resize(light, size, interpolation=cv2.INTER_LINEAR)
    image = cv2.multiply(image, np.clip(light, 0.2, 1.02), dtype=cv2.CV_8U)
    image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 1.5))
    if rng.random() < 0.25:
        image = cv2.blur(image, (int(rng.integers(1, 6)), int(rng.integers(1, 6))))
    image = _squeezed(_noisy(image, rng, rng.uniform(2, 8)), int(rng.integers(50, 90)))
    if rng.random() < 0.1:
        image = np.ascontiguousarray(image[::-1, ::-1])
    return image


def _bent(image: Grey, rng: np.random.Generator) -> Grey:
    """Paper that does not lie flat."""
    height, width = image.shape
    ys, xs = np.mgrid[:height:16, :width:16].astype(np.float32)
    wave = rng.uniform(2, 12) * np.sin(xs / width * np.pi * rng.uniform(0.8, 2) + rng.uniform(0, 3))
    to_y = cv2.resize(ys + wave.astype(np.float32), (width, height))
    to_x = cv2.resize(xs, (width, height))
    return cv2.remap(image, to_x, to_y, cv2.INTER_LINEAR, borderValue=100)
