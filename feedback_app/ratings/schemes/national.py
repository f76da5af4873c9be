"""Kind "national": the parts of the real-time index of QĐ 766/QĐ-TTg that this service has the data for. Pure.

Its "satisfaction" is timeliness and petitions: whoever says nothing counts as satisfied. It is another quantity than
the satisfied share, with a class map of its own, and never stands under the same label. Fractions stay exact; rounding
happens at display.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

from feedback_app.dossiers.figures import DossierCounts, in_time_of_handled
from feedback_app.kit.documents import Part
from feedback_app.petitions.figures import PetitionCounts
from feedback_app.ratings.schemes.evidence import Evidence
from feedback_app.ratings.schemes.indices import Grade, read_grades
from feedback_app.ratings.schemes.reading import in_both, refuse

PLACES: Final = 2
TIMELINESS: Final = "2.1"
PARTS: Final = (TIMELINESS, "5.2", "5.3", "5.4")


@dataclass(frozen=True, kw_only=True, slots=True)
class Component:
    code: str
    name: str
    name_en: str
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class NationalRules:
    """`full_from` percent of 5.4 gives all its points; `grades` are of percentages, not of points out of 18."""

    parts: tuple[Component, ...]
    full_from: int
    grades: tuple[Grade, ...]

    def grade(self, percent: Decimal) -> Grade:
        """The class of a percentage of the whole index."""
        return next(grade for grade in self.grades if percent >= grade.least)


@dataclass(frozen=True, kw_only=True, slots=True)
class PartScore:
    """`points` exact, None without data; `by_rule` where the full points come from having nothing to answer (0/0)."""

    part: Component
    numerator: int = 0
    denominator: int = 0
    points: Fraction | None = None
    by_rule: bool = False

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
    rules: NationalRules, part: Component, dossiers: DossierCounts | None, petitions: PetitionCounts, dislikes: int
) -> PartScore:
    if part.code == "5.2":
        return _linear(part, petitions.on_time, petitions.received)
    if part.code == "5.3":
        return _linear(part, petitions.received - petitions.unsettled, petitions.received)
    handled = in_time_of_handled(dossiers) if dossiers is not None else None
    if handled is None:
        return PartScore(part=part)
    if part.code == TIMELINESS:
        return _linear(part, handled.part, handled.whole)
    content = max(0, handled.part - petitions.received - dislikes)
    share, full = Fraction(content, handled.whole), Fraction(rules.full_from, 100)
    return PartScore(
        part=part,
        numerator=content,
        denominator=handled.whole,
        points=Fraction(part.most) if share >= full else share / full * part.most,
    )


def _linear(part: Component, good: int, whole: int) -> PartScore:
    if whole == 0:
        return PartScore(part=part, points=Fraction(part.most), by_rule=True)
    return PartScore(part=part, numerator=good, denominator=whole, points=Fraction(good, whole) * part.most)


def read(document: Part) -> NationalRules:
    """The rules in a scheme file. Raises BadScheme, BadDocument."""
    listed = document.part("parts")
    parts = []
    for each in listed.parts():
        name, name_en = in_both(each.part("name"))
        code, most = each.part("code").text(), each.part("most").count()
        parts.append(Component(code=code, name=name, name_en=name_en, most=most))
    if tuple(part.code for part in parts) != PARTS:
        refuse(listed)
    return NationalRules(
        parts=tuple(parts),
        full_from=document.part("full_from_percent").count(),
        grades=read_grades(document.part("grades")),
    )
