"""What counts of dossiers allow to be said, and what not. Pure arithmetic on whole numbers.

Four measures are all called "tỷ lệ đúng hạn" in reports: on time of those received, which is the statutory one
(NĐ 61/2018/NĐ-CP, Đ30.2c), on time of those resolved, ahead of time of those resolved, and not overdue of all that
were in hand (QĐ 766/QĐ-TTg, 2.1). They are kept apart.
"""

from dataclasses import dataclass, fields
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal, Self

from feedback_app.kit.errors import N_
from feedback_app.kit.numbers import parse_decimal, percent_of

Measure = Literal[
    "on_time_of_received", "on_time_of_resolved", "early_of_received", "early_of_resolved", "in_time_of_handled"
]
Verdict = Literal["agrees", "truncated", "differs"]

# Names of the measures, to be translated where they are shown. On time always includes ahead of time.
MEASURES: Final[dict[Measure, str]] = {
    "on_time_of_received": N_("Đúng hạn ÷ tiếp nhận"),
    "on_time_of_resolved": N_("Đúng hạn ÷ giải quyết"),
    "early_of_received": N_("Sớm hạn ÷ tiếp nhận"),
    "early_of_resolved": N_("Sớm hạn ÷ giải quyết"),
    "in_time_of_handled": N_("Chưa quá hạn ÷ đã và đang giải quyết"),
}

VERDICTS: Final[dict[Verdict, str]] = {
    "agrees": N_("Khớp với phép tính"),
    "truncated": N_("Đã bị cắt bớt chữ số, không làm tròn"),
    "differs": N_("Không khớp với phép tính"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """Dossiers of one department and subject; None where the source is silent. `on_time` includes `early`."""

    received: int | None = None
    resolved: int | None = None
    on_time: int | None = None
    early: int | None = None
    late: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """`part` of `whole`; `percent` has two decimals.

    `implied` marks a part the source does not give but which follows: with no dossier late, all were on time.
    """

    measure: Measure
    part: int
    whole: int
    percent: Decimal
    implied: bool = False

    @property
    def exceeds(self) -> bool:
        """More in time than were received: some came in before the period, and no share of it can be told."""
        return self.part > self.whole


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRate:
    """A percentage as printed, against the share it must mean; `computed` has as many decimals as was printed."""

    written: str
    computed: Decimal
    verdict: Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierCounts:
    """Dossiers of a department over some days: what went through in them, and what was open when the last one ended.

    `resolved_early` were ready before the promised day, `resolved_on_time` on that very day, `resolved_late` after it;
    `refused` are in none of the three. `pending_late` are the overdue among `pending`. Both are a stock: `+` is for
    parts of the same days (fields, departments), never for one day and the next.
    """

    received: int = 0
    resolved_early: int = 0
    resolved_on_time: int = 0
    resolved_late: int = 0
    refused: int = 0
    pending: int = 0
    pending_late: int = 0

    def __add__(self, other: Self) -> "DossierCounts":
        return DossierCounts(**{name: getattr(self, name) + getattr(other, name) for name in COUNTED})

    @property
    def in_time(self) -> int:
        """Resolved no later than promised."""
        return self.resolved_early + self.resolved_on_time

    @property
    def resolved(self) -> int:
        return self.in_time + self.resolved_late

    @property
    def handled(self) -> int:
        """In hand at some moment of the days, each once: resolved or still open."""
        return self.resolved + self.pending

    @property
    def ratable(self) -> int:
        """Each dossier somebody had an occasion to rate, once: handled, or refused.

        A form is handed out when a dossier is received, sent back for more papers, refused, or resolved (TT
        01/2018/TT-VPCP, Đ12.2), so one that is still open may have been rated, and one that was refused too.
        """
        return self.handled + self.refused


COUNTED: Final = tuple(each.name for each in fields(DossierCounts))


@dataclass(frozen=True, kw_only=True, slots=True)
class Participation:
    """How many of the dossiers that could be rated were; `percent` has one decimal.

    None when there is no dossier, and when there are more ratings than dossiers: that is shown and asked about, not
    turned into a share above one hundred.
    """

    responses: int
    ratable: int

    @property
    def more_ratings_than_dossiers(self) -> bool:
        return self.responses > self.ratable

    @property
    def percent(self) -> Decimal | None:
        if not self.ratable or self.more_ratings_than_dossiers:
            return None
        return percent_of(self.responses, self.ratable, 1)


def on_time_of_received(counts: DossierCounts) -> Share | None:
    """Ready by the promised day of those received (NĐ 61/2018/NĐ-CP, Đ30.2c); None when none was received."""
    return _of("on_time_of_received", counts.in_time, counts.received)


def on_time_of_resolved(counts: DossierCounts) -> Share | None:
    """Ready by the promised day of those resolved; None when none was resolved."""
    return _of("on_time_of_resolved", counts.in_time, counts.resolved)


def early_of_resolved(counts: DossierCounts) -> Share | None:
    """Ready before the promised day of those resolved; None when none was resolved."""
    return _of("early_of_resolved", counts.resolved_early, counts.resolved)


def in_time_of_handled(counts: DossierCounts) -> Share | None:
    """Resolved in time or open and not overdue, of all in hand in the period (QĐ 766/QĐ-TTg, 2.1); None without any."""
    return _of("in_time_of_handled", counts.in_time + counts.pending - counts.pending_late, counts.handled)


def shares(counts: Counts) -> list[Share]:
    """Every share the counts allow; the first is the one a published rate speaks of. Empty without a denominator."""
    found: list[Share] = []
    if counts.on_time is not None:
        found += _share("on_time", counts.on_time, counts, implied=False)
    if counts.early is not None:
        found += _share("early", counts.early, counts, implied=False)
    if counts.on_time is None and counts.late is not None and counts.resolved is not None:
        found += _share("on_time", counts.resolved - counts.late, Counts(resolved=counts.resolved), implied=True)
    return found


def unexplained(counts: Counts) -> int | None:
    """Dossiers of the denominator that the source calls neither on time nor late; None if that cannot be told."""
    whole = _whole(counts)
    if whole is None:
        return None
    if counts.on_time is not None:
        return whole - counts.on_time - (counts.late or 0)
    return 0 if counts.late is not None else None


def judge(written: str, share: Share) -> PublishedRate:
    """Compare a printed percentage with a share, at the number of decimals it was printed with.

    Raises kit.numbers.NotANumber if it is none.
    """
    printed = parse_decimal(written)
    places = max(0, -int(printed.as_tuple().exponent))
    computed = percent_of(share.part, share.whole, places)
    exact = Decimal(share.part) * 100 / share.whole
    verdict: Verdict = "differs"
    if printed == computed:
        verdict = "agrees"
    elif printed == exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_DOWN):
        verdict = "truncated"
    return PublishedRate(written=written, computed=computed, verdict=verdict)


def _of(measure: Measure, part: int, whole: int) -> Share | None:
    return Share(measure=measure, part=part, whole=whole, percent=percent_of(part, whole, 2)) if whole else None


def _whole(counts: Counts) -> int | None:
    return counts.resolved if counts.received is None else counts.received


def _share(part_name: Literal["on_time", "early"], part: int, counts: Counts, *, implied: bool) -> list[Share]:
    whole = _whole(counts)
    if not whole:
        return []
    measure: Measure
    if part_name == "on_time":
        measure = "on_time_of_resolved" if counts.received is None else "on_time_of_received"
    else:
        measure = "early_of_resolved" if counts.received is None else "early_of_received"
    return [Share(measure=measure, part=part, whole=whole, percent=percent_of(part, whole, 2), implied=implied)]
