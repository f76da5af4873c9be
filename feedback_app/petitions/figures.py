"""What a register of petitions says of one department and period. Pure; whole numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

Verdict = Literal["upheld", "unfounded", "malicious", "pending"]

VERDICTS: Final[tuple[Verdict, ...]] = ("upheld", "unfounded", "malicious", "pending")
# One found untrue or malicious is not counted against anybody (TT 01/2018/TT-VPCP, Điều 13, chỉ số 7).
COUNTS_AGAINST: Final[frozenset[Verdict]] = frozenset({"upheld", "pending"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Petition:
    """One petition as far as scoring needs it; nothing in it tells who wrote it.

    `prolonged`: its handling dragged on. `contested`: the sender was not content with the answer or petitioned again.
    """

    due_on: date
    answered_on: date | None
    verdict: Verdict
    about_conduct: bool
    prolonged: bool
    contested: bool

    def on_time(self) -> bool:
        return self.answered_on is not None and self.answered_on <= self.due_on

    def overdue(self, day: date) -> bool:
        """Whether, on `day`, it has been answered too late or should have been answered before."""
        return not self.on_time() and (self.answered_on is not None or self.due_on < day)

    def state(self, day: date) -> Literal["on_time", "late", "unanswered", "waiting"]:
        """What it is counted as on `day`; `late` and `unanswered` are the two kinds of overdue."""
        if self.on_time():
            return "on_time"
        if self.overdue(day):
            return "unanswered" if self.answered_on is None else "late"
        return "waiting"


@dataclass(frozen=True, kw_only=True, slots=True)
class PetitionCounts:
    """`received` falls into `on_time`, `overdue` and those still waiting within their time.

    `prolonged` and `conduct` are parts of it: `conduct` are those about the conduct of officials that were upheld or
    are still being verified. `unsettled` are those contested or overdue.
    """

    received: int = 0
    on_time: int = 0
    overdue: int = 0
    prolonged: int = 0
    conduct: int = 0
    unsettled: int = 0

    @property
    def decided(self) -> int:
        """Those of which it is known whether they were answered in time."""
        return self.on_time + self.overdue

    @property
    def waiting(self) -> int:
        """Those not answered yet whose time is not over."""
        return self.received - self.decided


def count(petitions: Iterable[Petition], *, day: date) -> PetitionCounts:
    """The counts as they stand on `day`."""
    found = list(petitions)
    return PetitionCounts(
        received=len(found),
        on_time=sum(each.on_time() for each in found),
        overdue=sum(each.overdue(day) for each in found),
        prolonged=sum(each.prolonged for each in found),
        conduct=sum(each.about_conduct and each.verdict in COUNTS_AGAINST for each in found),
        unsettled=sum(each.contested or each.overdue(day) for each in found),
    )
