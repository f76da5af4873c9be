"""What the rules ask of this slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal
from uuid import UUID

Reason = Literal["repeated", "not_citizen", "keying", "device", "pressured", "other"]

REASONS: Final[tuple[Reason, ...]] = ("repeated", "not_citizen", "keying", "device", "pressured", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """A finding about one department. `rule`, `department_id`, `subject` and `first_day` together are the finding: seen
    again it is the same case.

    `subject` is `<kind>:<id>` (`place:3`, `keyer:7`, `device:0190…`, `department:5`, `field:2`). `evidence` holds the
    rule's numbers; `hours`, where times mean something, how many of the responses fall in each hour of the day (24
    numbers). `response_ids` is empty where a finding is about numbers and no response in particular.
    """

    rule: str
    department_id: int
    subject: str
    first_day: date
    last_day: date
    evidence: Mapping[str, float]
    hours: tuple[int, ...] | None
    response_ids: tuple[UUID, ...]
    demonstration: bool = False
