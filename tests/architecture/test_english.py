"""Every page also reads in English: what the source says leaves no Vietnamese letter behind.

The data of this test is typed without marks, so a letter with one comes from the source alone.
"""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from deploy.translations import VIETNAMESE
from feedback_app.appraisal import operations as appraisal
from feedback_app.appraisal.commands import AppraiseOfficer
from feedback_app.articles import operations as articles
from feedback_app.articles.commands import ImportArticle
from feedback_app.departments import operations as departments
from feedback_app.departments import queries as department_queries
from feedback_app.exclusions import operations as exclusions
from feedback_app.exclusions.commands import OpenCase
from feedback_app.kiosks import operations as kiosks
from feedback_app.kiosks.commands import DayCount, Position, Report
from feedback_app.kit import clock
from feedback_app.kit.i18n import LANGUAGES
from feedback_app.kit.ids import new_id
from feedback_app.polls import operations as polls
from feedback_app.polls.commands import NewOption, NewPoll
from feedback_app.ratings import operations as ratings
from feedback_app.ratings.periods import parse
from feedback_app.ratings.schemes import Points
from feedback_app.staff.queries import Member
from feedback_app.surveys import operations as surveys
from feedback_app.surveys import queries as survey_queries
from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire, SubmitResponse
from feedback_app.surveys.models import Comment, ResponseConflict
from tests import factories
from tests.kiosks.fleet import PIN
from tests.staff.people import add_person, sign_in

LEVELS = (("good", "satisfied", 2), ("fair", "neutral", 1), ("bad", "not_satisfied", 0))
# Files, single values, the kiosk (it begins in Vietnamese and changes by itself), and the developers' sheet of parts.
NO_PAGE = re.compile(r"^/(static|healthz|thiet-ke|ngon-ngu|ki-ot)|\.(svg|pdf|csv|xlsx|ico|txt)$|/phieu$")


@pytest.fixture
def values(session: Session) -> dict[str, Any]:
    """One of everything, and what to fill into the addresses."""
    now = clock.now()
    departments.add_department(session, now, code="ward", kind="ward", name="Ward", opened_on=date(2025, 7, 1))
    departments.add_place(session, now, slug="hall", name="Hall", receiving="ward")
    departments.add_counter(session, now, place="hall", slug="one", name="Counter one", rated="ward")
    definition = DefineQuestionnaire(
        code="form",
        title="Form",
        basis="Test",
        questions=(
            DefineQuestion(
                key="overall",
                kind="single",
                text="How was it?",
                overall=True,
                required=True,
                choices=tuple(DefineChoice(key=k, text=k, outcome=o, points=p) for k, o, p in LEVELS),
            ),
            DefineQuestion(key="comment", kind="text", text="Comment"),
        ),
    )
    version_id, _ = surveys.publish_questionnaire(session, definition, now=now)
    version = survey_queries.version(session, version_id)
    spot = department_queries.spot(session, place="hall", on=clock.local_day(now))
    for door in ("kiosk", "web"):
        surveys.ask_at(session, place_id=spot.place_id, door=door, questionnaire_id=version.questionnaire_id)
    options = (NewOption("One", praises=True), NewOption("Two", praises=True))
    polls.create_poll(session, NewPoll("poll", "Question", options, datetime(2026, 1, 1, tzinfo=UTC)))
    articles.import_article(session, ImportArticle("article", "Title", "Body", byline="Author"), now=now)
    department_id = spot.rated_department_id
    factories.responses(session, version, department_id, datetime(2026, 2, 3, 3, tzinfo=UTC), satisfied=0)
    case_id = exclusions.open_case(
        session,
        OpenCase(
            rule="after_hours",
            department_id=department_id,
            subject="department:0",
            first_day=date(2026, 2, 3),
            last_day=date(2026, 2, 3),
            evidence={"keyed": 9},
            hours=(*[0] * 22, 9, 0),
            response_ids=(),
        ),
        now=now,
    )
    for _ in range(6):
        said = answer_with_comment(version_id, department_id)
        surveys.submit(session, said, now=said.answered_at, rapid_seconds=0)
    conflict_id = contradicted(session, answer_with_comment(version_id, department_id))
    member = add_person(session, "admin", "administrator", None)
    officer = add_person(session, "officer", "manager", None)
    cleared, held = session.scalars(select(Comment.token).limit(2))
    surveys.clear_comment(session, cleared, text="Call 0912345678", reviewer=member, now=now)
    device_id = enrolled(session, spot.place_id, by=member)
    quarter = parse("2026-Q1")
    after = datetime(2026, 4, 1, tzinfo=UTC)
    ratings.publish(session, quarter, now=after, minima=factories.minima(1))
    late = answer_with_comment(version_id, department_id)
    surveys.submit(session, late, now=late.answered_at, rapid_seconds=0)
    ratings.publish(session, quarter, now=after, minima=factories.minima(1), reason="Late paper")
    later = answer_with_comment(version_id, department_id)
    surveys.submit(session, later, now=later.answered_at, rapid_seconds=0)
    ratings.draft_publication(
        session,
        quarter,
        now=after,
        minima=factories.minima(1),
        member=add_person(session, "other", "manager", None),
        reason="Later paper",
    )
    session.commit()
    return {
        "place": "hall",
        "counter": "one",
        "code": {"ratings.publication": "2026-Q1", "ratings.publication_step": "2026-Q1"},
        "slug": {"polls.page": "poll", "articles.page": "article"},
        "member_id": member.id,
        "case_id": case_id,
        "conflict_id": conflict_id,
        "step": "tinh-phieu-den-sau",
        "token": held,
        "period": "2026-Q1",
        "number": 2,
        "path": "kiem-tra",
        "device_id": device_id,
        "contest_id": contested(session, by=member, officer=officer),
    }


def enrolled(session: Session, place_id: int, *, by: Member) -> UUID:
    """A kiosk with a report, one day's numbers and an alert."""
    now = clock.now()
    code = kiosks.make_code(
        session, now=now, actor_id=by.id, name="Kiosk", position=Position(place_id=place_id, stage="returned"), pin=PIN
    )
    device_id = kiosks.enrol(session, now=now, code=code).device_id
    day = DayCount(day=clock.local_day(now), touches=2, completed=1, first_only=1, screens={"overall": (2, 3000)})
    report = Report(
        boot=device_id,
        clock=now,
        app="1",
        settings=0,
        unsent=300,
        held=1,
        oldest_ms=1,
        persisted=False,
        used_bytes=1,
        quota_bytes=1,
        days=(day,),
    )
    kiosks.store_report(session, device_id, report, now=now)
    kiosks.watch_devices(session, now=now, open_since=None, alarm=200)
    return device_id


def contested(session: Session, *, by: Member, officer: Member) -> int:
    """An objection to one of an officer's points."""
    now, quarter = clock.now(), parse("2025-Q4")
    points = dict.fromkeys((1, 2, 3, 4), Points(40, 40))
    row = AppraiseOfficer(officer="A1", username="officer", department="ward", quarter=quarter, counted=points)
    assert appraisal.import_quarters(session, [row], by=by, now=now).rejected == ()
    contest_id = appraisal.contest(session, officer, quarter, 1, reason="Wrong", days=1, now=now)
    session.commit()
    return contest_id


def answer_with_comment(version_id: int, department_id: int) -> SubmitResponse:
    return SubmitResponse(
        id=new_id(),
        version_id=version_id,
        channel="web",
        receiving_department_id=department_id,
        rated_department_id=department_id,
        answers={"overall": ("good",)},
        comments={"comment": "Call 0912345678"},
        answered_at=datetime(2026, 2, 3, 3, tzinfo=UTC),
        sealed=True,
    )


def contradicted(session: Session, said: SubmitResponse) -> int:
    """A finished response that was sent again with other content, at another stage."""
    for each in (said, replace(said, answers={"overall": ("bad",)}, stage="received", revision=2)):
        surveys.submit(session, each, now=each.answered_at, rapid_seconds=0)
    return session.scalars(select(ResponseConflict.id)).one()


def visible(page: str, settings: Settings) -> str:
    """The words of a page, without the names that settings and languages bring."""
    text = re.sub(r"<(script|style)\b.*?</\1>|<[^>]*\blang=\"vi\"[^>]*>.*?</\w+>|<!--.*?-->", " ", page, flags=re.S)
    attributes = " ".join(re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', text))
    text = html.unescape(re.sub(r"<[^>]+>", " ", text) + " " + attributes)
    office = settings.office
    for name in (office.name, "Người admin", "Người other", "Người officer", "QĐ-TTg", "NĐ-CP", *LANGUAGES.values()):
        text = text.replace(name, " ")
    return text


def test_no_page_keeps_vietnamese_in_english(app: Flask, settings: Settings, values: dict[str, Any]) -> None:
    # What concerns single officers is for managers and for the officers themselves, not for administrators.
    clients = app.test_client(), sign_in(app, "admin"), sign_in(app, "officer")
    for client in clients:
        client.set_cookie("ngon_ngu", "en")
    addresses = app.url_map.bind("localhost")
    seen, left = [], []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        known = {
            **values,
            "slug": values["slug"].get(rule.endpoint, ""),
            "code": values["code"].get(rule.endpoint, "ward"),
        }
        if not rule.arguments <= set(known) or NO_PAGE.search(str(rule)):
            continue
        path = addresses.build(rule.endpoint, {name: known[name] for name in rule.arguments})
        for client in clients:
            reply = client.get(path, follow_redirects=True)
            if reply.mimetype != "text/html":
                continue
            assert reply.status_code in (200, 403, 404), (path, reply.status_code)
            seen.append(path)
            words = visible(reply.text, settings)
            left += [f"{path}: {line.strip()}" for line in words.splitlines() if VIETNAMESE.search(line)]
    assert len(set(seen)) > 20
    assert sorted(set(left)) == []
