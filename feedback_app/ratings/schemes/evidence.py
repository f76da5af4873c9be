"""What schemes score from: whole numbers of dossiers, answers and petitions, and what two people assessed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from feedback_app.petitions.figures import PetitionCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierCounts:
    """A department's dossiers of one period.

    `received` is every dossier to be handled in the period, carried over ones too. `early`, `on_time` and `late` are
    parts of it that do not overlap: `on_time` was returned on the very day it was due. `pending_in_time` still has
    time; what is left is pending and overdue. Raises ValueError for counts that contradict each other.
    """

    received: int
    early: int
    on_time: int
    late: int
    pending_in_time: int

    def __post_init__(self) -> None:
        parts = (self.early, self.on_time, self.late, self.pending_in_time)
        if min(parts) < 0 or sum(parts) > self.received:
            raise ValueError(f"{parts} of {self.received}")

    @property
    def resolved(self) -> int:
        return self.early + self.on_time + self.late

    @property
    def in_time(self) -> int:
        """Returned early or on the day, or still within time."""
        return self.early + self.on_time + self.pending_in_time

    @property
    def overdue(self) -> int:
        """Returned late, or pending beyond its day."""
        return self.received - self.in_time


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
