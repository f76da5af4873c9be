"""What the office did about its answers: some were left out by two people, comments were cleared or refused."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from feedback_app.demo.responses import ADVERTISEMENT, doubtful_days
from feedback_app.exclusions import operations as exclusions
from feedback_app.exclusions import queries as exclusion_queries
from feedback_app.kit.clock import local_day
from feedback_app.ratings import watch
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries

# The newest comments wait, so that the reviewer's page has something to do.
UNREVIEWED_DAYS: Final = 7


def review_doubts(session: Session, now: datetime, people: Mapping[str, Member]) -> None:
    """Look at the doubtful days as every night does; two people exclude one finger on the screen, the other waits."""
    for day in doubtful_days(now):
        watch.look_at_day(session, day, now=now)
    manager, administrator = people["quanly"], people["quantri"]
    waiting = exclusion_queries.cases(session, manager, scope=None, day=local_day(now), settled=False, limit=100)
    bursts = [each.id for each in waiting if each.rule == "burst"]
    words = "Nhật ký ki-ốt cho thấy một người chạm liên tục vào màn hình. (trình diễn)"
    for case_id in bursts:
        exclusions.propose_exclusion(session, case_id, now=now, member=manager, reason="repeated", words=words)
    for case_id in bursts[:1]:
        exclusions.decide(session, case_id, now=now, member=administrator, agreed=True)


def review_comments(session: Session, now: datetime, reviewer: Member) -> None:
    """Clear what was written until a week ago as the masking suggests, and refuse the advertisements."""
    before = now - timedelta(days=UNREVIEWED_DAYS)
    for held in survey_queries.held_comments(session, department_ids=None, before=before):
        if held.text == ADVERTISEMENT:
            surveys.refuse_comment(session, held.token, reason="Quảng cáo, nội dung rác", reviewer=reviewer, now=now)
        else:
            surveys.clear_comment(session, held.token, text=held.text, reviewer=reviewer, now=now)
