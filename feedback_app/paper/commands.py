"""What keying needs to know beside the answers themselves."""

from dataclasses import dataclass
from datetime import date

from feedback_app.tokens.commands import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """What all forms of one stack have in common. `answered_on` is the day written on the paper; where each form says
    its own (`dated_each`), it is the one proposed first. `coded` says that a dossier code stands on the forms. Numbered
    forms are those of a batch, and invented answers those of a demonstration.
    """

    department_id: int
    version_id: int
    answered_on: date
    field_id: int | None = None
    procedure_id: int | None = None
    stage: Stage | None = None
    assisted: bool = False
    coded: bool = False
    dated_each: bool = False
    batch_id: int | None = None
    place_id: int | None = None
    demonstration: bool = False
