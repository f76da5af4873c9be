"""Invented officers and their points, one of which is contested."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.appraisal import operations as appraisal
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.demo.office import SEED
from feedback_app.kit.clock import local_day
from feedback_app.ratings.periods import last, period_of, previous
from feedback_app.ratings.schemes import Points
from feedback_app.staff.queries import Member


@dataclass(frozen=True, slots=True)
class OfficerWork:
    """An invented officer: how many dossiers a quarter, and the points an index of one hundred of them adds up to."""

    code: str
    department: str
    dossiers: int
    points: dict[int, int]


# One with the full duties done, one somewhat and one far below, and one with too few dossiers to say anything.
OFFICERS: Final = (
    OfficerWork("CB-01 (trình diễn)", "phuong-dong-hoi", 420, {1: 174, 2: 170, 3: 152, 4: 103, 7: 168}),
    OfficerWork("CB-02 (trình diễn)", "phuong-dong-hoi", 365, {1: 103, 2: 98, 3: 104, 4: 72, 7: 94}),
    OfficerWork("CB-03 (trình diễn)", "phuong-dong-hoi", 18, {1: 150, 2: 150, 3: 140, 4: 100, 7: 130}),
    OfficerWork("CB-04 (trình diễn)", "phuong-dong-thuan", 240, {1: 71, 2: 66, 3: 62, 4: 58, 7: 70}),
)


def appraise_officers(session: Session, now: datetime, people: Mapping[str, Member]) -> None:
    """Two ended quarters of invented officers; one of them is the demonstration's own clerk, who contests an index."""
    rng = random.Random(SEED + 2)  # noqa: S311  # of its own, so that the answers stay what they are
    newest = previous(period_of("quarter", local_day(now)))
    rows = [
        AppraiseOfficer(
            officer=work.code,
            username="canbo" if work is OFFICERS[0] else None,
            department=work.department,
            quarter=quarter,
            counted={
                number: Points(points * scored // 100, scored)
                for number, points in work.points.items()
                # The clock scores every dossier, people only some.
                for scored in [work.dossiers if number < 3 else round(work.dossiers * rng.uniform(0.5, 0.9))]
            },
        )
        for quarter in last(2, newest)
        for work in OFFICERS
    ]
    done = appraisal.import_quarters(session, rows, by=people["quantri"], now=now, demonstration=True)
    if done.rejected:
        raise ValueError(done.rejected)
    reason = "Hai hồ sơ người dân tự gửi thiếu giấy tờ không phải lỗi của tôi. (trình diễn)"
    appraisal.contest(session, people["canbo"], newest, 3, reason=reason, days=1, now=now)
