"""What people ask of polls, as plain values: a ballot to cast, a poll to open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubmitBallot:
    """One ballot as it left the form. `ballot_id` was made with the form, so that sending it twice is one ballot."""

    ballot_id: UUID
    poll_id: int
    option_ids: tuple[int, ...]
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class NewOption:
    """An answer to choose; `praises` when picking it can only flatter."""

    text: str
    text_en: str | None = None
    praises: bool = False


@dataclass(frozen=True, slots=True)
class NewPoll:
    """A poll to open at `opens_at` and close at `closes_at` (aware; None stays open).

    `reported_participants` is a figure of an earlier site, from `reported_source`; how it splits is unknown.
    """

    slug: str
    question: str
    options: tuple[NewOption, ...]
    opens_at: datetime
    closes_at: datetime | None = None
    question_en: str | None = None
    several: bool = False
    reported_participants: int | None = None
    reported_source: str | None = None
