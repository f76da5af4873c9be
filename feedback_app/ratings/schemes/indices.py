"""Kind "indices": indices of 2, 1 or 0 points, each averaged and rounded by itself, then added up (TT 01/2018). Pure.

The points of an index are the sum of points divided by the number of dossiers that have a score for it, rounded half up
to the decimals of the scheme before anything is added (Điều 15.2). The text divides by all dossiers; where only part of
the people answered that would count silence as 0 points, and the text itself leaves out what there is not enough to
score from (Điều 15.4). So the base is what was scored, and how much of all dossiers that is stands beside it.

An index without data is left out and named, and no threshold is lowered for it (Điều 15.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal, cast

from feedback_app.dossiers.figures import DossierCounts
from feedback_app.kit.documents import Part
from feedback_app.petitions.figures import PetitionCounts
from feedback_app.ratings.schemes.evidence import Assessment, Evidence, Points
from feedback_app.ratings.schemes.reading import decimal, in_both, refuse

Source = Literal["dossiers", "answers", "petitions", "assessment"]
Subject = Literal["unit", "officer"]
State = Literal["scored", "too_few", "no_data"]

SOURCES: Final[tuple[Source, ...]] = ("dossiers", "answers", "petitions", "assessment")


@dataclass(frozen=True, kw_only=True, slots=True)
class Index:
    """One index. `sources` in the order they are asked: the first with enough data scores it.

    `question` is the key of the question citizens answer; with `conduct` every petition about conduct that holds adds
    one dossier of 0 points.
    """

    number: int
    name: str
    name_en: str
    sources: tuple[Source, ...]
    question: str | None
    conduct: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """A class that begins at `least`, which is in it; the lowest begins at 0."""

    least: Decimal
    name: str
    name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Which indices are added up for whom, and the classes of the sum, best first."""

    indices: tuple[int, ...]
    grades: tuple[Grade, ...]

    def grade(self, total: Decimal) -> Grade:
        return next(grade for grade in self.grades if total >= grade.least)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexRules:
    """`most` points of an index; `answered_in_time` are (least percentage of petitions answered in time, points)."""

    most: int
    decimals: int
    questionnaire: str
    early: int
    on_time: int
    late: int
    answered_in_time: tuple[tuple[int, int], ...]
    indices: tuple[Index, ...]
    scales: Mapping[Subject, Scale]

    def maximum(self, scale: Scale) -> int:
        return self.most * len(scale.indices)


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexScore:
    """One index of one department or official.

    `value` is what enters the total, None where the index is left out. Of dossiers and answers `numerator` is the sum
    of points and `denominator` how many were scored, with `dossiers` all that were resolved, None where nobody counted
    them. Of petitions they are those answered in time, of all whose time is over.
    """

    index: Index
    state: State
    source: Source | None = None
    value: Decimal | None = None
    numerator: int | None = None
    denominator: int = 0
    dossiers: int | None = None
    assessment: Assessment | None = None

    @property
    def own_value(self) -> Decimal | None:
        """What enters the total the department gives itself: what is counted stands on both sides."""
        if self.source == "assessment" and self.assessment is not None:
            return Decimal(self.assessment.own)
        return self.value

    @property
    def unappraised(self) -> bool:
        """Counted on the department's word alone."""
        return self.source == "assessment" and self.assessment is not None and self.assessment.appraised is None


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexResult:
    """`total` and `own_total` (before appraisal) of the indices that have data; None where none has."""

    scale: Scale
    scores: tuple[IndexScore, ...]
    maximum: int
    most: int

    @property
    def total(self) -> Decimal | None:
        return _sum([score.value for score in self.scores])

    @property
    def own_total(self) -> Decimal | None:
        return _sum([score.own_value for score in self.scores])

    @property
    def grade(self) -> Grade | None:
        return None if self.total is None else self.scale.grade(self.total)

    @property
    def left_out(self) -> tuple[Index, ...]:
        return tuple(score.index for score in self.scores if score.value is None)

    @property
    def unappraised(self) -> tuple[Index, ...]:
        return tuple(score.index for score in self.scores if score.unappraised)

    @property
    def attainable(self) -> int:
        """The most that could be reached with the indices that have data."""
        return self.maximum - self.most * len(self.left_out)

    @property
    def best_grade(self) -> Grade:
        """The best class within reach of the indices that have data."""
        return self.scale.grade(Decimal(self.attainable))


def evaluate(rules: IndexRules, subject: Subject, evidence: Evidence, *, minimum: int) -> IndexResult:
    """Every index of the subject's scale, scored or left out. Answers of fewer than `minimum` people score nothing."""
    scale = rules.scales[subject]
    return IndexResult(
        scale=scale,
        scores=tuple(
            _score(rules, index, evidence, minimum) for index in rules.indices if index.number in scale.indices
        ),
        maximum=rules.maximum(scale),
        most=rules.most,
    )


def average(counted: Points, decimals: int) -> Decimal:
    """The rounded points of an index: exact whole numbers, one division, one rounding half up."""
    return (Decimal(counted.points) / Decimal(counted.scored)).quantize(
        Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP
    )


def _score(rules: IndexRules, index: Index, evidence: Evidence, minimum: int) -> IndexScore:
    too_few = 0
    for source in index.sources:
        if source == "petitions":
            if evidence.petitions is not None and evidence.petitions.decided:
                return _of_petitions(rules, index, evidence.petitions, evidence.assessments.get(index.number))
        elif source == "assessment":
            assessment = evidence.assessments.get(index.number)
            if assessment is not None:
                value = Decimal(assessment.counted)
                return IndexScore(index=index, state="scored", source=source, value=value, assessment=assessment)
        else:
            counted = _counted(rules, index, source, evidence)
            if counted.scored >= (minimum if source == "answers" else 1):
                return _of_dossiers(rules, index, source, counted, evidence)
            too_few = max(too_few, counted.scored)
    return IndexScore(index=index, state="too_few" if too_few else "no_data", denominator=too_few)


def _counted(rules: IndexRules, index: Index, source: Source, evidence: Evidence) -> Points:
    if source == "answers":
        return evidence.answers.get(index.question or "", Points(0, 0))
    dossiers = evidence.dossiers
    if dossiers is None:
        return Points(0, 0)
    if index.conduct:
        # Late without a petition is no case of the text: neither 2 nor 1, and 0 belongs to petitions.
        return Points(
            rules.early * dossiers.resolved_early + rules.on_time * dossiers.resolved_on_time,
            dossiers.resolved_early + dossiers.resolved_on_time,
        )
    return dossier_points(rules, dossiers)


def dossier_points(rules: IndexRules, dossiers: DossierCounts) -> Points:
    """Points for time: every resolved dossier is early, on time or late."""
    points = (
        rules.early * dossiers.resolved_early
        + rules.on_time * dossiers.resolved_on_time
        + rules.late * dossiers.resolved_late
    )
    return Points(points, dossiers.resolved)


def _of_dossiers(rules: IndexRules, index: Index, source: Source, counted: Points, evidence: Evidence) -> IndexScore:
    if index.conduct and evidence.petitions is not None:
        counted = Points(counted.points, counted.scored + evidence.petitions.conduct)
    return IndexScore(
        index=index,
        state="scored",
        source=source,
        value=average(counted, rules.decimals),
        numerator=counted.points,
        denominator=counted.scored,
        dossiers=evidence.dossiers.resolved if evidence.dossiers else None,
    )


def _of_petitions(
    rules: IndexRules, index: Index, petitions: PetitionCounts, assessment: Assessment | None
) -> IndexScore:
    """All answered in time, at least nine in ten, or fewer; one whose handling dragged on takes all points."""
    points = next(
        (
            points
            for percent, points in rules.answered_in_time
            if petitions.on_time * 100 >= percent * petitions.decided
        ),
        0,
    )
    return IndexScore(
        index=index,
        state="scored",
        source="petitions",
        value=Decimal(0 if petitions.prolonged else points),
        numerator=petitions.on_time,
        denominator=petitions.decided,
        assessment=assessment,
    )


def _sum(values: Sequence[Decimal | None]) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def read(document: Part) -> IndexRules:
    """The rules in a scheme file. Raises BadScheme, BadDocument."""
    points, listed, scales = document.part("points"), document.part("indices"), document.part("scales")
    indices = tuple(_index(each) for each in listed.parts())
    if not indices or len({index.number for index in indices}) != len(indices):
        refuse(listed)
    return IndexRules(
        most=points.part("most").count(),
        decimals=document.part("decimals").count(),
        questionnaire=document.part("questionnaire").text(),
        early=points.part("early").count(),
        on_time=points.part("on_time").count(),
        late=points.part("late").count(),
        answered_in_time=tuple(
            (each.part("least_percent").count(), each.part("points").count())
            for each in points.part("answered_in_time").parts()
        ),
        indices=indices,
        scales={
            "unit": _scale(scales.part("unit"), indices),
            "officer": _scale(scales.part("officer"), indices),
        },
    )


def read_grades(document: Part) -> tuple[Grade, ...]:
    """Classes, best first, the last from 0. Raises as `read` does."""
    grades = []
    for each in document.parts():
        name, name_en = in_both(each.part("name"))
        grades.append(Grade(least=decimal(each.part("least")), name=name, name_en=name_en))
    borders = [grade.least for grade in grades]
    if not borders or borders[-1] != 0 or borders != sorted(set(borders), reverse=True):
        refuse(document)
    return tuple(grades)


def _index(document: Part) -> Index:
    sources = tuple(each.text() for each in document.part("sources").parts())
    question, conduct = document.maybe("question"), document.maybe("conduct")
    if not sources or not set(sources) <= set(SOURCES) or ("answers" in sources) != (question is not None):
        refuse(document)
    name, name_en = in_both(document.part("name"))
    return Index(
        number=document.part("number").count(),
        name=name,
        name_en=name_en,
        sources=cast("tuple[Source, ...]", sources),
        question=question.text() if question else None,
        conduct=conduct.flag() if conduct else False,
    )


def _scale(document: Part, known: Sequence[Index]) -> Scale:
    numbers = tuple(each.number() for each in document.part("indices").parts())
    if not set(numbers) <= {index.number for index in known}:
        refuse(document)
    return Scale(indices=numbers, grades=read_grades(document.part("grades")))
