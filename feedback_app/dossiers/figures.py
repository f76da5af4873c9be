"""What reported counts of dossiers allow to be said, and what not. Pure arithmetic on whole numbers.

Three measures are all called "tỷ lệ đúng hạn" in reports: on time of those received, which is the statutory one
(NĐ 61/2018/NĐ-CP, Đ30.2c), on time of those resolved, and ahead of time of those resolved. They are kept apart.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal

from feedback_app.kit.errors import N_
from feedback_app.kit.numbers import parse_decimal, percent_of

Measure = Literal["on_time_of_received", "on_time_of_resolved", "early_of_received", "early_of_resolved"]
Verdict = Literal["agrees", "truncated", "differs"]

# Names of the measures, to be translated where they are shown. On time always includes ahead of time.
MEASURES: Final[dict[Measure, str]] = {
    "on_time_of_received": N_("Đúng hạn ÷ tiếp nhận"),
    "on_time_of_resolved": N_("Đúng hạn ÷ giải quyết"),
    "early_of_received": N_("Sớm hạn ÷ tiếp nhận"),
    "early_of_resolved": N_("Sớm hạn ÷ giải quyết"),
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
    implied: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedRate:
    """A percentage as printed, against the share it must mean; `computed` has as many decimals as was printed."""

    written: str
    computed: Decimal
    verdict: Verdict


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
