"""What can be entered about officers."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from feedback_app.ratings.periods import Period
from feedback_app.ratings.schemes import Points


@dataclass(frozen=True, kw_only=True, slots=True)
class AppraiseOfficer:
    """One officer in one quarter, as the one-stop system added it up; no name, and nothing about single dossiers.

    `officer` is the code of the officer there, `username` the account here if there is one, `department` the code of
    the department worked for in that quarter. `counted` holds, by the number of the index, the exact sum of points and
    the number of dossiers it is the sum over. `line` says where it stood, for messages.
    """

    officer: str
    username: str | None
    department: str
    quarter: Period
    counted: Mapping[int, Points]
    line: str = attribute(default="", compare=False)
