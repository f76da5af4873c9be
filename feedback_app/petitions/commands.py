"""What can be entered about petitions."""

from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date

from feedback_app.petitions.figures import Verdict


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterPetition:
    """One petition as its register has it, without anything that tells who sent it.

    `reference` is its number in the register `source`; `department` is a code. `line` says where it stood, for
    messages; it is no part of the petition.
    """

    reference: str
    department: str
    received_on: date
    due_on: date
    answered_on: date | None
    verdict: Verdict
    about_conduct: bool
    prolonged: bool
    contested: bool
    source: str
    line: str = attribute(default="", compare=False)
