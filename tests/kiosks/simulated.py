"""A day of many kiosks, drawn from a seed: who touched what when, and how each kiosk delivers it through every fault.

Touches lie on the last day of the month that ended last, and some in the first minutes of the next. Whatever a kiosk
sends it sends now, so every answer is as old as after weeks without network: the server has to find each touch again
from the clocks that go along. What is drawn here, and never what the server told, is what has to be counted.
"""

import math
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal

from feedback_app.kit.clock import VIETNAM

SECOND, HOUR = 1_000, 3_600_000  # all moments and lengths are milliseconds
RAPID: Final = 5 * SECOND
MOST_ITEMS: Final = 50

LEVELS: Final = (
    ("very-satisfied", "satisfied"),
    ("satisfied", "satisfied"),
    ("neutral", "neutral"),
    ("not-satisfied", "not_satisfied"),
    ("very-dissatisfied", "not_satisfied"),
)
_WEIGHTS = (45, 38, 9, 5, 3)
_REASONS: Final = {
    "satisfied": ("went-well", ("attitude", "guidance", "on-time", "waiting", "procedure", "facilities")),
    "neutral": ("went-badly", ("attitude", "guidance", "visits", "late", "papers", "waiting")),
    "not_satisfied": ("went-badly", ("attitude", "guidance", "visits", "late", "papers", "waiting")),
}
# A delivery that waits for a busy server makes an answer look later by as much, never earlier: in the minute before
# midnight nobody touches, from its first tick on everybody may; and who comes next comes much later than a burst.
_UNSURE: Final = 60 * SECOND
_TICK: Final = 50
_NEXT_PERSON: Final = 40 * SECOND

# What becomes of a delivery: it never arrives whole, nobody waits for the reply, or the kiosk dies before noting it.
Fate = Literal["arrives", "broken", "unread", "forgotten"]
Post = Callable[[dict[str, Any], Fate], list[dict[str, Any]] | None]


@dataclass(frozen=True, slots=True)
class Calendar:
    """The day; `midnight` is its end, and that of its month."""

    midnight: int

    @classmethod
    def before(cls, now: datetime) -> "Calendar":
        """Of the last month that ended an hour ago or more."""
        local = (now - timedelta(hours=1)).astimezone(VIETNAM)
        return cls(milliseconds(datetime(local.year, local.month, 1, tzinfo=VIETNAM)))

    @property
    def morning(self) -> int:
        return self.midnight - 24 * HOUR

    @property
    def months(self) -> tuple[str, str]:
        return self.month_of(self.midnight - 1), self.month_of(self.midnight)

    def month_of(self, at: int) -> str:
        return f"{moment(at).astimezone(VIETNAM):%Y-%m}"


@dataclass(slots=True)
class Boot:
    """One run of the page. The server's clock is `at`, the kiosk's `at + drift`; `known` is what it has measured."""

    id: str
    began: int
    drift: int
    known: int | None

    def clocks(self, at: int) -> dict[str, Any]:
        return {"boot": self.id, "mono": at - self.began + 0.25, "clock": at + self.drift}


@dataclass(slots=True)
class Revision:
    """What a kiosk queues in hour `slot` of the day; `meant` is what the server has to make of it at last."""

    number: int
    slot: int
    sealed: bool
    answers: dict[str, list[str]]
    meant: Literal["kept", "conflict", "refused"] = "kept"


@dataclass(slots=True)
class Answer:
    """One visitor's; `burst` is the sequence of the first of touches upon each other, which travel together."""

    id: str
    sequence: int
    burst: int
    at: int
    boot: Boot
    rapid: bool
    revisions: list[Revision]

    @property
    def last(self) -> Revision:
        """What holds in the end."""
        return [each for each in self.revisions if each.meant != "conflict"][-1]

    @property
    def refused(self) -> bool:
        return self.last.meant == "refused"

    @property
    def day(self) -> date:
        """In Vietnam."""
        return moment(self.at).date()

    @property
    def outcome(self) -> str:
        return dict(LEVELS)[self.last.answers["overall"][0]]


@dataclass(slots=True)
class Told:
    """What the kiosks saw."""

    deliveries: int = 0
    duplicates: int = 0
    lost: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    unmeant: list[str] = field(default_factory=list)


class Kiosk:
    """One device: its visitors, its spells without network and its restarts, all from `seed` and `number`."""

    def __init__(self, seed: int, number: int, calendar: Calendar, *, visitors: float) -> None:
        self.number = number
        self._rng = random.Random(f"{seed}/{number}")  # noqa: S311  # invented visitors, no secrets
        self._calendar = calendar
        self._version, self._assignment = 0, 0
        self.boots = self._boots()
        self.answers = self._answers(visitors)
        self._offline = self._spells()
        self._settled: set[tuple[str, int]] = set()

    def stands(self, *, assignment: int, version: int) -> None:
        """Tell it what a device learns from its configuration."""
        self._assignment, self._version = assignment, version

    # What happens at the kiosk

    def _boots(self) -> list[Boot]:
        rng = self._rng
        began = self._calendar.morning - rng.randrange(HOUR, 40 * HOUR)
        wrong = rng.random()
        widest = 2 * SECOND if wrong < 0.7 else 2 * HOUR if wrong < 0.9 else 24 * HOUR
        drift, knows = rng.randint(-widest, widest), rng.random() < 0.7
        boots = []
        for _ in range(rng.choices((1, 2, 3), (6, 3, 1))[0]):
            # Measured over a network, the server's clock seems late by the way the reply took.
            known = -drift + rng.randrange(200) if knows else None
            boots.append(Boot(_uuid7(rng, began + drift), began, drift, known))
            began = max(began, self._calendar.morning + 8 * HOUR) + rng.randrange(HOUR, 3 * HOUR)
            if knows and rng.random() < 0.3:
                drift = rng.randint(-widest, widest)  # somebody sets the clock
        return boots

    def _spells(self) -> set[int]:
        rng, offline = self._rng, set[int]()
        for _ in range(rng.choices((0, 1, 2), (5, 3, 2))[0]):
            start = rng.randrange(7, 17)
            offline.update(range(start, start + rng.randrange(1, 6)))
        return offline

    def _moments(self, visitors: float) -> list[int]:
        """When somebody comes, more of them in the morning; at every seventh kiosk some around midnight."""
        rng, midnight = self._rng, self._calendar.midnight
        hours = [
            rng.triangular(7.5, 11.5, 9.0) if rng.random() < 0.6 else rng.uniform(13.0, 17.0)
            for _ in range(_poisson(rng, visitors))
        ]
        found = [self._calendar.morning + int(each * HOUR) for each in hours]
        if self.number % 7 == 0:
            late = (rng.randrange(-600 * SECOND, 600 * SECOND) for _ in range(_poisson(rng, max(visitors / 4, 4.0))))
            found += [midnight - _UNSURE, midnight + _TICK, *(midnight + each for each in late)]
        return sorted(found)

    def _answers(self, visitors: float) -> list[Answer]:
        rng, answers, before = self._rng, list[Answer](), 0
        for wanted in self._moments(visitors):
            at = self._beside_midnight(max(wanted, before + _NEXT_PERSON))
            boot = [each for each in self.boots if each.began <= at][-1]
            touches = [at]
            if rng.random() < 0.03:
                for _ in range(rng.choices((1, 2), (4, 1))[0]):
                    touches.append(touches[-1] + rng.randrange(SECOND, RAPID - 1_500))
            if touches[-1] != self._beside_midnight(touches[-1]):
                touches = [at]
            burst, slot = len(answers) + 1, (at - self._calendar.morning) // HOUR
            for each in touches:
                refusable = len(touches) == 1  # what is not stored makes the next touch no rapid one
                revisions = self._revisions(slot, refusable=refusable)
                known_as = _uuid7(rng, each + boot.drift)
                answers.append(Answer(known_as, len(answers) + 1, burst, each, boot, each > at, revisions))
            before = touches[-1]
        return answers

    def _beside_midnight(self, at: int) -> int:
        midnight = self._calendar.midnight
        return midnight + _TICK if midnight - _UNSURE < at < midnight + _TICK else at

    def _revisions(self, slot: int, *, refusable: bool) -> list[Revision]:
        rng = self._rng
        revisions = [Revision(1, slot, False, {"overall": [self._level()]})]
        if refusable and rng.random() < 0.002:
            revisions = [Revision(1, slot, False, {"overall": ["splendid"]}, meant="refused")]
        elif rng.random() < 0.8:
            level = self._level() if rng.random() < 0.1 else revisions[0].answers["overall"][0]
            question, reasons = _REASONS[dict(LEVELS)[level]]
            answers = {"overall": [level]}
            if chosen := rng.sample(reasons, rng.randrange(3)):
                answers[question] = chosen
            later = slot + (rng.random() < 0.25)
            finished = Revision(2, later, True, answers)
            # In the same hour the first touch may have been on its way already or not.
            revisions = [finished] if later == slot and rng.random() < 0.6 else [*revisions, finished]
            if rng.random() < 0.0025:
                other = "neutral" if level != "neutral" else "satisfied"
                revisions.append(Revision(3, later + 1, True, {"overall": [other]}, meant="conflict"))
        return revisions

    def _level(self) -> str:
        ((key, _),) = self._rng.choices(LEVELS, _WEIGHTS)
        return key

    # What it delivers

    @property
    def slots(self) -> range:
        return range(7, max((each.slot for answer in self.answers for each in answer.revisions), default=7) + 1)

    def waits(self) -> bool:
        return any(self._queue(100))

    def deliver(self, slot: int, now: Callable[[], int], post: Post, told: Told, pool: ThreadPoolExecutor) -> None:
        """Send what has been queued by hour `slot`; what fails stays for the next time."""
        if slot in self._offline:
            return
        rng = self._rng
        at = self._calendar.morning + (slot + 1) * HOUR
        boot = [each for each in self.boots if each.began <= at][-1]
        chunks = _chunks(list(self._queue(slot)), 3 if rng.random() < 0.1 else MOST_ITEMS)
        if rng.random() < 0.5:
            chunks.reverse()
        for chunk in chunks:
            for fate in self._fates():
                document = self._batch(boot, chunk, now())
                told.deliveries += 1
                told.lost += fate != "arrives"
                if fate == "arrives" and (chance := rng.random()) < 0.1:
                    told.deliveries += 1
                    told.duplicates += 1
                    if chance < 0.04:
                        self._note(post(document, fate), chunk, told)
                    else:
                        # A second sender of the same queue, at the same time.
                        order = rng.choice((1, -1))
                        beside = pool.submit(post, {**document, "items": document["items"][::order]}, fate)
                        self._note(post(document, fate), chunk, told)
                        self._note(beside.result(), chunk[::order], told)
                        continue
                self._note(post(document, fate), chunk, told)

    def _fates(self) -> Iterator[Fate]:
        """Tries at one batch: half of those whose reply was lost are sent again at once, the others later."""
        rng = self._rng
        while (fate := rng.choices(("arrives", "broken", "unread", "forgotten"), (88, 4, 4, 4))[0]) != "arrives":
            yield fate  # type: ignore[misc]
            if rng.random() < 0.5:
                return
        yield "arrives"

    def _queue(self, slot: int) -> Iterator[tuple[Answer, Revision]]:
        for answer in self.answers:
            for each in answer.revisions:
                if each.slot > slot or (answer.id, each.number) in self._settled:
                    continue
                # Nobody goes on with an answer that is finished, unless a kiosk restores an old copy of its queue.
                if each.meant != "conflict" or (answer.id, answer.last.number) in self._settled:
                    yield answer, each

    def _batch(self, boot: Boot, chunk: Sequence[tuple[Answer, Revision]], now: int) -> dict[str, Any]:
        items = [
            {
                "id": answer.id,
                "sequence": answer.sequence,
                "assignment": self._assignment,
                **answer.boot.clocks(answer.at),
                "offset": answer.boot.known,
                "version": self._version,
                "revision": each.number,
                "sealed": each.sealed,
                "assisted": False,
                "dossier": None,
                "lookup": None,
                "answers": each.answers,
                "comments": {},
            }
            for answer, each in chunk
        ]
        return {**boot.clocks(now), "items": items}

    def _note(self, results: list[dict[str, Any]] | None, chunk: Sequence[tuple[Answer, Revision]], told: Told) -> None:
        if results is None:
            return
        for result, (answer, revision) in zip(results, chunk, strict=True):
            outcome = result["outcome"]
            told.outcomes[outcome] += 1
            self._settled.add((answer.id, revision.number))
            became = outcome if outcome in ("conflict", "refused") else "kept"
            if (result["id"], became) != (answer.id, revision.meant):
                told.unmeant.append(f"{answer.id}, revision {revision.number}, meant to be {revision.meant}: {result}")


def fleet(seed: int, kiosks: int, calendar: Calendar, *, visitors: float) -> list[Kiosk]:
    return [Kiosk(seed, number, calendar, visitors=visitors) for number in range(kiosks)]


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def moment(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, VIETNAM)


def _chunks(queue: Sequence[tuple[Answer, Revision]], most: int) -> list[list[tuple[Answer, Revision]]]:
    """Batches of up to `most`; a burst is not cut, because each batch is put later by its own waiting."""
    bursts: dict[int, list[tuple[Answer, Revision]]] = {}
    for each in queue:
        bursts.setdefault(each[0].burst, []).append(each)
    chunks: list[list[tuple[Answer, Revision]]] = []
    for burst in bursts.values():
        if not chunks or len(chunks[-1]) + len(burst) > most:
            chunks.append([])
        chunks[-1] += burst
    return chunks


def _poisson(rng: random.Random, mean: float) -> int:
    """Knuth's way: how many waits fit into one unit of time."""
    count, left = 0, rng.random()
    while left > math.exp(-mean):
        count += 1
        left *= rng.random()
    return count


def _uuid7(rng: random.Random, at: int) -> str:
    """A seeded UUID version 7 (RFC 9562, section 5.7)."""
    return str(uuid.UUID(int=at << 80 | 7 << 76 | rng.getrandbits(12) << 64 | 2 << 62 | rng.getrandbits(62)))
