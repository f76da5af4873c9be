"""What schemes score from: whole numbers of dossiers, answers and petitions, and what two people assessed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback_app.dossiers.figures import DossierCounts
from feedback_app.petitions.figures import PetitionCounts


@dataclass(frozen=True, slots=True)
class Points:
    """An exact sum of points and how many dossiers, or people, it is the sum over; what has no score is in neither."""

    points: int
    scored: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """Points a department gave itself, and those another person outside it appraised it with; None: not yet."""

    own: int
    appraised: int | None = None
    reason: str | None = None

    @property
    def counted(self) -> int:
        return self.own if self.appraised is None else self.appraised


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """All that is known of one department, or one official, in one period.

    `answers` by the key of the question, `assessments` by the number of the index. Without `dossiers` nobody has
    counted them; without `petitions` the register names none.
    """

    dossiers: DossierCounts | None = None
    answers: Mapping[str, Points] = field(default_factory=dict)
    petitions: PetitionCounts | None = None
    assessments: Mapping[int, Assessment] = field(default_factory=dict)
