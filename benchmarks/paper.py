"""Reading marks from scans: simulated respondents, accidents and machines (tests/paper), read by the service's reader.

Three sets: `clean` (grey scans of decisive marks), `office` (what a stack of one office may hold) and, kept apart,
`hard` (phones, fax, damage, sloppy and light hands). Blank sheets and pages of others go in between. Of one form in
eight of the office the same paper is scanned again, and a photocopy filled in by another hand is read under its number.

The reader is frozen: seeds from MEASURED on were drawn by nobody while it was built, and its thresholds have a version.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter, process_time

import cv2
import numpy as np

from benchmarks.report import progress, say, table, verdict
from feedback_app.kit.statistics import wilson
from feedback_app.paper.layout import Design
from feedback_app.paper.reading import THRESHOLDS, PageReading, correlation, read_page
from tests.paper import blanks, machines
from tests.paper.hands import PENS, Paper, draw_hand
from tests.paper.simulated import SCALE, Case, Mix, draw_case

# Forms of each set in a hundred; seeds below MEASURED are for development.
SHARES: dict[Mix, int] = {"clean": 14, "office": 66, "hard": 20}
MEASURED = 7_000_000
CHUNK = 10
SAME_PAPER = 0.85
# What is promised, as shares: must, aim.
SILENT, SILENT_HARD = (0.0005, 0.0002), (0.003, 0.001)
REVIEW_CLEAN, REVIEW_OFFICE = (0.05, 0.03), (0.10, 0.07)
PAGES = (5.0, 10.0)


@dataclass(frozen=True)
class FieldSeen:
    """`silent`: decided without a person, and wrong. `unasked`: decided, where a person had to be asked."""

    mix: Mix
    slices: tuple[str, ...]
    single: bool
    review: bool
    silent: bool
    unasked: bool
    seed: int


@dataclass
class Tally:
    """What came of some forms; adds up."""

    fields: list[FieldSeen] = field(default_factory=list)
    pages: Counter[str] = field(default_factory=Counter)
    inks: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    read: int = 0

    def add(self, other: "Tally") -> None:
        self.fields += other.fields
        self.pages += other.pages
        self.inks += other.inks
        self.seconds += other.seconds
        self.read += other.read


def measure(*, forms: int, minutes: float | None, processes: int, first_seed: int = MEASURED) -> bool:
    """Read so many forms, or as many as start within `minutes`, and print what came of it; whether all is met."""
    say(f"{len(os.sched_getaffinity(0))} cores; thresholds version {THRESHOLDS.version}; seeds from {first_seed:,}")
    total, started = Tally(), perf_counter()
    with progress(f"reading {forms:,} forms"), ProcessPoolExecutor(processes, initializer=_alone) as pool:
        for tally in _done(pool, processes, _jobs(forms, first_seed), lambda: _late(started, minutes)):
            total.add(tally)
    return _report(total)


def _late(started: float, minutes: float | None) -> bool:
    return minutes is not None and perf_counter() - started > 60 * minutes


def _alone() -> None:
    cv2.setNumThreads(1)


def _jobs(forms: int, first_seed: int) -> Iterator[tuple[Mix, int, int]]:
    """Set, first seed and count; the sets in turns, so that a run that ends early has its share of each."""
    seeds = dict.fromkeys(SHARES, first_seed)
    due = dict.fromkeys(SHARES, 0.0)
    for _chunk in range(max(1, forms // CHUNK)):
        for mix, share in SHARES.items():
            due[mix] += share / 100
        mix = max(due, key=lambda each: due[each])
        due[mix] -= 1
        yield mix, seeds[mix], CHUNK
        seeds[mix] += CHUNK


def _done(
    pool: ProcessPoolExecutor, processes: int, jobs: Iterator[tuple[Mix, int, int]], is_late: Callable[[], bool]
) -> Iterator[Tally]:
    waiting = [pool.submit(_some, *job) for _place, job in zip(range(2 * processes), jobs, strict=False)]
    while waiting:
        yield waiting.pop(0).result()
        if not is_late() and (job := next(jobs, None)):
            waiting.append(pool.submit(_some, *job))


def _some(mix: Mix, first: int, count: int) -> Tally:
    tally = Tally()
    for seed in range(first, first + count):
        for case in draw_case(seed, mix):
            reading = _timed(tally, case.image)
            _judge(tally, case, reading, seed)
            if mix == "office" and seed % 8 == 0:
                _twice(tally, case, reading, seed)
        if seed % 10 == 0:
            _foreign(tally, seed)
    return tally


def _timed(tally: Tally, image: blanks.Grey) -> PageReading:
    # A template is drawn once per form and process; a worker that reads stacks has them.
    before = process_time()
    reading = read_page(image, blanks.layouts())
    tally.seconds += process_time() - before
    tally.read += 1
    return reading


def _judge(tally: Tally, case: Case, reading: PageReading, seed: int) -> None:
    tally.pages[f"forms: {reading.state}"] += 1
    if reading.code is not None and reading.code != case.printed.text:
        tally.pages["wrong code accepted"] += 1
    kinds = {each.id: each.kind for each in case.printed.layout.fields}
    read = {each.field: each for each in reading.fields}
    if reading.state == "form" and set(read) != set(case.truths):
        tally.pages["fields lost"] += 1
    for name, truth in case.truths.items():
        found = read.get(name)
        review = found is None or found.state == "review"
        slices = (
            f"scan: {case.scan}",
            f"print: {case.print}",
            f"pen: {case.pen}",
            f"hand: {case.style}{', sloppy' if case.sloppy else ''}",
            f"drawn: {truth.how}",
            *(f"damage: {each}" for each in case.damage or ("none",)),
            f"form: {case.printed.layout.design.size}",
        )
        silent = found is not None and not review and found.marked != truth.meant
        unasked = not review and truth.for_a_person
        tally.fields.append(FieldSeen(case.mix, slices, kinds[name] == "single", review, silent, unasked, seed))


def _twice(tally: Tally, case: Case, reading: PageReading, seed: int) -> None:
    """The same paper in another scan is a duplicate; another paper under its number a conflict."""
    if reading.state != "form":
        return
    rng = np.random.default_rng((9, seed))
    hows: tuple[machines.Scan, ...] = ("grey 200", "grey 300", "jpeg 200", "phone", "binary 200")
    again = _timed(tally, machines.scan(case.paper, hows[seed // 8 % len(hows)], rng, SCALE))
    if again.state == "form":
        tally.inks["same paper, " + _called(reading, again)] += 1
    marked = {name: truth.meant for name, truth in case.truths.items() if truth.meant}
    if not marked:
        return
    page = case.printed.layout.pages[case.printed.page - 1]
    paper = Paper(machines.print_out(case.printed.image, "copied", rng, SCALE), SCALE, rng)
    style = case.style if case.style in ("tick", "fill") else "cross"
    hand = draw_hand(rng, style=style, pen=PENS["black ball pen"], slop=0.3)
    for box in page.boxes:
        if box.choice in (marked.get(box.field) or ()):
            hand.mark(paper, box.rect)
    other = _timed(tally, machines.scan(paper.image, "grey 200", rng, SCALE))
    if other.state == "form":
        tally.inks["other paper with the same answers, " + _called(reading, other)] += 1


def _called(one: PageReading, other: PageReading) -> str:
    return "duplicate" if correlation(one.ink, other.ink) >= SAME_PAPER else "conflict"


def _foreign(tally: Tally, seed: int) -> None:
    """A blank sheet, and a page with text and a QR code of somebody else."""
    rng = np.random.default_rng((7, seed))
    height, width = round(297 * SCALE), round(210 * SCALE)
    sheet = np.full((height, width), 252, np.uint8)
    tally.pages[f"blank sheets: {_timed(tally, machines.scan(sheet, 'grey 200', rng, SCALE)).state}"] += 1
    form = blanks.printed(blanks.layout("tt32", Design("A4")), 1, 240)[0]
    letter = form.image.copy()
    for rect in form.layout.pages[0].codes:
        top, left, side = (round(each * SCALE) for each in (rect.y, rect.x, rect.w))
        letter[top - 5 : top + side + 5, left - 5 : left + side + 5] = blanks.foreign_code(side + 10)
    tally.pages[f"pages of others: {_timed(tally, machines.scan(letter, 'grey 200', rng, SCALE)).state}"] += 1


def _report(total: Tally) -> bool:
    single = [each for each in total.fields if each.single]
    usual = [each for each in single if each.mix != "hard"]
    hard = [each for each in single if each.mix == "hard"]
    say(f"\n{len(total.fields):,} fields, {len(single):,} of them single choice, on {total.read:,} pages\n")
    rows = [
        _measure("silent, single choice, clean and office", sum(each.silent for each in usual), len(usual), SILENT),
        _measure("silent, single choice, hard", sum(each.silent for each in hard), len(hard), SILENT_HARD),
        _measure("review, clean", *_reviewed(total, "clean"), REVIEW_CLEAN),
        _measure("review, office", *_reviewed(total, "office"), REVIEW_OFFICE),
        _measure("review, hard", *_reviewed(total, "hard"), None),
    ]
    say(table(("measure", "share", "of", "95 % interval", "must", "aim"), rows))
    speed = total.read / total.seconds if total.seconds else 0.0
    say(f"\n{speed:.1f} pages a second of one core's time (must {PAGES[0]:.0f}: {verdict(speed > PAGES[0])})")
    say("\nPages and inks:\n")
    say(
        table(
            ("what", "how often"), [(name, f"{count:,}") for name, count in sorted((total.pages + total.inks).items())]
        )
    )
    for mix in SHARES:
        say(f"\n{mix}:\n")
        say(_slices([each for each in total.fields if each.mix == mix]))
    wrong = [each for each in total.fields if each.silent]
    say(
        "\nSilent errors: "
        + "; ".join(f"{each.mix} {each.seed}, {each.slices[4]}, {each.slices[0]}" for each in wrong[:60])
    )
    # What nobody can read goes to a person as unidentified; nothing may be taken for what it is not.
    wrong_states = {"forms: blank", "blank sheets: form", "pages of others: form", "wrong code accepted", "fields lost"}
    accounted = not wrong_states & set(total.pages)
    false_duplicates = total.inks["other paper with the same answers, duplicate"]
    say(f"\npages accounted for: {verdict(accounted)}; other papers taken for duplicates: {false_duplicates}")
    kept = sum(each.silent for each in usual) <= SILENT[0] * len(usual)
    kept &= sum(each.silent for each in hard) <= SILENT_HARD[0] * max(1, len(hard))
    return accounted and kept and not false_duplicates


def _reviewed(total: Tally, mix: Mix) -> tuple[int, int]:
    of = [each for each in total.fields if each.mix == mix]
    return sum(each.review for each in of), len(of)


def _measure(name: str, hits: int, of: int, marks: tuple[float, float] | None) -> tuple[str, ...]:
    if not of:
        return name, "-", "0", "", "", ""
    share = hits / of
    met = ("", "") if marks is None else tuple(f"{100 * mark:.2f} %: {verdict(share <= mark)}" for mark in marks)
    return name, f"{100 * share:.3f} %", f"{hits:,} / {of:,}", _interval(hits, of), *met


def _interval(hits: int, of: int) -> str:
    found = wilson(hits, of)
    return f"{100 * found.low:.3f}-{100 * found.high:.3f} %"


def _slices(fields: Sequence[FieldSeen]) -> str:
    of: Counter[str] = Counter()
    reviewed: Counter[str] = Counter()
    silent: Counter[str] = Counter()
    unasked: Counter[str] = Counter()
    for each in fields:
        for name in each.slices:
            of[name] += 1
            reviewed[name] += each.review
            silent[name] += each.silent
            unasked[name] += each.unasked
    rows = [
        (
            name,
            f"{of[name]:,}",
            f"{100 * reviewed[name] / of[name]:.1f} %",
            f"{silent[name]}",
            _interval(silent[name], of[name]),
            f"{unasked[name]}",
        )
        for name in sorted(of)
    ]
    return table(("slice", "fields", "review", "silent", "95 % interval", "not asked"), rows)
