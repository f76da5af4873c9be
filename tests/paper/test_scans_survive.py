"""The worker's own task reads what waits; killed in the middle it loses no page and doubles none."""

import os
import signal
import subprocess
import sys
import time

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback_app.paper import queries
from feedback_app.paper.models import PaperPage, PaperScanField
from tests.conftest import ROOT
from tests.paper.scanned import BAD, GOOD, counts, make_desk, pdf_of, responses, sheet, stored, upload

pytestmark = pytest.mark.worker

PATIENCE = 90.0
TASK = "from tasks import scans; scans.read_next()"


def worker(environ: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", TASK],
        cwd=ROOT,
        # Nothing is drawn, so that every paper is a response at once.
        env={**os.environ, **environ, "PAPER_BLIND_REVIEW_PERCENT": "0"},
        start_new_session=True,
    )


def read_pages(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(PaperPage).where(PaperPage.state == "read")) or 0


def test_a_killed_worker_loses_no_page_and_doubles_none(session: Session, environ: dict[str, str]) -> None:
    desk = make_desk(session, forms=10)
    sheets = [sheet(session, number, GOOD if number % 2 else BAD) for number in desk.numbers]
    read = upload(session, pdf_of(sheets), desk.uploader)
    first = worker(environ)
    deadline = time.monotonic() + PATIENCE
    while read_pages(session) == 0:
        assert first.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    session.rollback()
    left = counts(session, read).get("waiting", 0)
    assert left > 0, "killed in the middle"

    # Two at once: one of them has the turn, the other finds nothing to do.
    both = [worker(environ), worker(environ)]
    assert [each.wait(PATIENCE) for each in both] == [0, 0]
    session.rollback()

    assert counts(session, read) == {"read": 10}
    assert queries.upload(session, read).state == "read"
    assert len(stored(session)) == responses(session) == 10
    assert session.scalar(select(func.count()).select_from(PaperScanField)) == 30


def test_reviewed_papers_are_settled_by_the_timetable(session: Session, environ: dict[str, str]) -> None:
    desk = make_desk(session)
    upload(session, pdf_of([sheet(session, desk.numbers[0], {"chung": [0, 1]})]), desk.uploader)
    assert worker(environ).wait(PATIENCE) == 0
    session.execute(
        update(PaperScanField)
        .where(PaperScanField.state == "review")
        .values(
            verdict="marked",
            chosen=[1],
            decided_by=desk.uploader.id,
            decided_at=func.now() - func.make_interval(0, 0, 0, 0, 1),
            own_department=False,
        )
    )
    session.commit()
    code = "from tasks import scans; scans.settle_reviewed()"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ, **environ}, check=True)
    session.rollback()
    assert stored(session) == {desk.numbers[0]: ["binh-thuong"]}
