"""What can be entered about dossiers."""

from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date

from feedback_app.dossiers.figures import DossierCounts


@dataclass(frozen=True, kw_only=True, slots=True)
class DayLine:
    """Dossiers of a department on a day, by codes: of a procedure, of the rest of a field, or of the rest of the day.

    `number` is where it stands in the sheet or the message it came in.
    """

    department: str
    day: date
    field: str | None
    procedure: str | None
    counts: DossierCounts
    number: int = attribute(compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterReportedDossiers:
    """Counts as somebody reported them; what the source does not say is None.

    `department` is a code, `starts_on` to `ends_on` (exclusive) the period if known, `published_rate` the
    percentage as printed. `line` says where the figures came from, for messages; it is no part of them.
    """

    department: str
    about: str
    period_note: str
    source: str
    starts_on: date | None = None
    ends_on: date | None = None
    received: int | None = None
    resolved: int | None = None
    on_time: int | None = None
    early: int | None = None
    late: int | None = None
    published_rate: str | None = None
    line: str = attribute(default="", compare=False)
