"""Kind "national": the parts of the real-time index of QĐ 766/QĐ-TTg that this service has the data for. Pure.

Its "satisfaction" is timeliness and petitions: whoever says nothing counts as satisfied. It is another quantity than
the satisfied share, with a class map of its own, and never stands under the same label. Fractions stay exact; rounding
happens at display.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any, Final

from feedback_app.petitions.figures import PetitionCounts
from feedback_app.ratings.schemes.evidence import DossierCounts, Evidence
from feedback_app.ratings.schemes.indices import Grade, read_grades

PLACES: Final = 2
TIMELINESS: Final = "2.1"
PARTS: Final = (TIMELINESS, "5.2", "5.3", "5.4")


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    code: str
    name: str
    name_en: str
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalRules:
    """`full_from` percent of 5.4 gives all its points; `grades` are of percentages, not of points out of 18."""

    parts: tuple[Part, ...]
    full_from: int
    grades: tuple[Grade, ...]

    def grade(self, percent: Decimal) -> Grade:
        """The class of a percentage of the whole index."""
        return next(grade for grade in self.grades if percent >= grade.least)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartScore:
    """`points` exact, None without data; `by_rule` where the full points come from having nothing to answer (0/0)."""

    part: Part
    numerator: int = 0
    denominator: int = 0
    points: Fraction | None = None
    by_rule: bool = False

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def shown(self) -> Decimal | None:
        """The points as they are shown, rounded half up once."""
        return None if self.points is None else rounded(self.points)


@dataclass(frozen=True, slots=True)
class NationalResult:
    scores: tuple[PartScore, ...]

    @property
    def satisfaction(self) -> Fraction | None:
        """The points of the satisfaction group, of which 5.1 has none; None unless all its parts have data."""
        group = [score.points for score in self.scores if score.part.code != TIMELINESS]
        known = [points for points in group if points is not None]
        return sum(known, Fraction(0)) if len(known) == len(group) else None

    @property
    def satisfaction_shown(self) -> Decimal | None:
        return None if self.satisfaction is None else rounded(self.satisfaction)

    @property
    def satisfaction_most(self) -> int:
        return sum(score.part.most for score in self.scores if score.part.code != TIMELINESS)


def rounded(exact: Fraction, places: int = PLACES) -> Decimal:
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(
        Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP
    )


def evaluate(rules: NationalRules, evidence: Evidence, *, dislikes: int = 0) -> NationalResult:
    """2.1 and 5.2 to 5.4. `dislikes` are dossiers marked down on the national portal, where somebody knows them."""
    petitions = evidence.petitions or PetitionCounts()
    return NationalResult(tuple(_score(rules, part, evidence.dossiers, petitions, dislikes) for part in rules.parts))


def _score(
    rules: NationalRules, part: Part, dossiers: DossierCounts | None, petitions: PetitionCounts, dislikes: int
) -> PartScore:
    if part.code == "5.2":
        return _linear(part, petitions.on_time, petitions.received)
    if part.code == "5.3":
        return _linear(part, petitions.received - petitions.unsettled, petitions.received)
    if dossiers is None or dossiers.received == 0:
        return PartScore(part=part)
    if part.code == TIMELINESS:
        return _linear(part, dossiers.in_time, dossiers.received)
    content = max(0, dossiers.in_time - petitions.received - dislikes)
    share, full = Fraction(content, dossiers.received), Fraction(rules.full_from, 100)
    return PartScore(
        part=part,
        numerator=content,
        denominator=dossiers.received,
        points=Fraction(part.most) if share >= full else share / full * part.most,
    )


def _linear(part: Part, good: int, whole: int) -> PartScore:
    if whole == 0:
        return PartScore(part=part, points=Fraction(part.most), by_rule=True)
    return PartScore(part=part, numerator=good, denominator=whole, points=Fraction(good, whole) * part.most)


def read(document: Mapping[str, Any]) -> NationalRules:
    """The rules in the parsed JSON of a scheme file. Raises KeyError, TypeError or ValueError naming what is wrong."""
    parts = tuple(
        Part(code=each["code"], name=each["name"]["vi"], name_en=each["name"]["en"], most=int(each["most"]))
        for each in document["parts"]
    )
    if tuple(part.code for part in parts) != PARTS:
        raise ValueError("parts")
    return NationalRules(
        parts=parts, full_from=int(document["full_from_percent"]), grades=read_grades(document["grades"])
    )
