"""Questionnaires: from a file into a frozen version, and what each place asks."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from feedback_app.kit.documents import BadDocument
from feedback_app.surveys import definitions, operations, queries
from feedback_app.surveys.definitions import BadQuestionnaire
from feedback_app.surveys.models import QuestionnaireVersion
from tests.surveys.halls import OPENED, SHIPPED, make_hall, publish


@pytest.mark.parametrize("code", SHIPPED)
def test_a_shipped_questionnaire_keeps_the_rules_and_speaks_both_languages(session: Session, code: str) -> None:
    version = publish(session, code)
    assert version.code == code
    assert definitions.definition_of(version) == definitions.read_file(definitions.SHIPPED / f"{code}.json")
    assert version.title_en
    for question in version.questions:
        assert question.text_en
        assert bool(question.hint) == bool(question.hint_en)
        assert all(choice.text_en for choice in question.choices)


def test_a_version_is_remembered_by_its_own_database_alone(session: Session, second_session: Session) -> None:
    known = publish(session, "kiosk")
    assert queries.version(session, known.id) == known
    with pytest.raises(queries.NoQuestionnaire):
        queries.version(second_session, known.id)


def test_a_middle_level_is_neutral_and_never_satisfied(session: Session) -> None:
    levels = publish(session, "kiosk").overall.choices
    assert [(each.text, each.outcome, each.points) for each in levels] == [
        ("Rất hài lòng", "satisfied", 5),
        ("Hài lòng", "satisfied", 4),
        ("Bình thường", "neutral", 3),
        ("Không hài lòng", "not_satisfied", 2),
        ("Rất không hài lòng", "not_satisfied", 1),
    ]


def test_the_indices_of_circular_01_give_two_one_or_no_points(session: Session) -> None:
    version = publish(session, "tt01")
    keys = [question.key for question in version.questions]
    assert keys == ["overall", "index-3", "index-4", "index-6", "index-7", "comment"]
    for question in version.questions[:5]:
        assert [choice.points for choice in question.choices] == [2, 1, 0]


def test_the_same_content_makes_no_version_and_other_content_the_next(session: Session) -> None:
    first = publish(session, "kiosk")
    assert publish(session, "kiosk").id == first.id
    definition = definitions.definition_of(first)
    version_id, is_new = operations.publish_questionnaire(session, replace(definition, title="Tên khác"), now=OPENED)
    assert (is_new, queries.version(session, version_id).number) == (True, 2)
    assert session.scalar(select(func.count()).select_from(QuestionnaireVersion)) == 2


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE questionnaire_versions SET basis = 'khác'",
        "DELETE FROM questionnaire_versions",
        "UPDATE questions SET text = 'khác'",
        "DELETE FROM questions",
        "INSERT INTO questions (version_id, key, position, kind, overall, required, shown_for, text)"
        " SELECT id, 'them', 99, 'text', false, false, '{}', 'Thêm' FROM questionnaire_versions",
        "UPDATE choices SET points = 5",
        "DELETE FROM choices",
        "INSERT INTO choices (question_id, key, position, text) SELECT id, 'them', 99, 'Thêm' FROM questions",
    ],
)
def test_the_database_refuses_to_change_a_published_version(session: Session, change: str) -> None:
    publish(session, "kiosk")
    session.commit()
    with pytest.raises(IntegrityError, match="frozen"):
        session.execute(text(change))


def document(**changes: Any) -> dict[str, Any]:
    levels = [
        {"key": "tot", "text": "Tốt", "outcome": "satisfied", "points": 1},
        {"key": "kem", "text": "Kém", "outcome": "not_satisfied", "points": 0},
    ]
    overall = {"key": "chung", "kind": "single", "text": "Chung", "overall": True, "choices": levels}
    return {"code": "thu", "title": "Thử", "basis": "Thử", "questions": [overall]} | changes


def question(**changes: Any) -> dict[str, Any]:
    return document()["questions"][0] | changes


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": None},
        {"code": "Có dấu"},
        {"title": 5},
        {"questions": []},
        {"questions": [question(overall=False)]},
        {"questions": [question(), question()]},
        {"questions": [question(kind="text")]},
        {"questions": [question(), question(key="hai", overall=False, kind="maybe")]},
        {"questions": [question(), question(key="hai", overall=False, shown_for=["happy"])]},
        {"questions": [question(), question(key="hai", overall=False, shown_for=["satisfied"], required=True)]},
        {"questions": [question(choices=[{"key": "tot", "text": "Tốt"}, {"key": "kem", "text": "Kém"}])]},
        {"questions": [question(), question(key="hai", overall=False, choices=[{"key": "a", "text": "A"}])]},
        {
            "questions": [
                question(
                    choices=[
                        {"key": "a", "text": "A", "outcome": "happy", "points": 1},
                        {"key": "b", "text": "B", "outcome": "satisfied", "points": "2"},
                    ]
                )
            ]
        },
    ],
)
def test_a_questionnaire_that_cannot_be_counted_is_refused(session: Session, wrong: dict[str, Any]) -> None:
    operations.publish_questionnaire(session, definitions.read_definition(document()), now=OPENED)
    with pytest.raises((BadDocument, BadQuestionnaire)):
        operations.publish_questionnaire(session, definitions.read_definition(document(**wrong)), now=OPENED)


def test_the_terminal_imports_lists_and_assigns(session: Session, app: Flask, tmp_path: Path) -> None:
    make_hall(session)
    terminal = app.test_cli_runner()
    assert "tt32: ban hành phiên bản 1." in terminal.invoke(args=["surveys", "import"]).output
    assert "tt32: không có gì mới, vẫn dùng phiên bản 1." in terminal.invoke(args=["surveys", "import"]).output

    changed = json.loads((definitions.SHIPPED / "tt32.json").read_text(encoding="utf-8"))
    changed["questions"][1]["text"]["vi"] = "Thuận tiện hay không"
    del changed["questions"][3]
    path = tmp_path / "tt32.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    said = terminal.invoke(args=["surveys", "import", str(path)]).output
    assert "tt32: ban hành phiên bản 2." in said
    assert "sửa câu “convenience”: lời câu hỏi" in said
    assert "bỏ câu “attitude”" in said

    assigned = terminal.invoke(args=["surveys", "assign", "mot-cua", "web", "tt32"])
    assert (assigned.exit_code, "phiên bản 2" in assigned.output) == (0, True)
    assert "mot-cua (web)" in terminal.invoke(args=["surveys", "list"]).output
    assert session.scalar(text("SELECT details ->> 'questionnaire' FROM audit_events")) == "tt32"


@pytest.mark.parametrize(
    "arguments",
    [["assign", "khong-co", "web", "kiosk"], ["assign", "mot-cua", "web", "khong-co"]],
)
def test_the_terminal_says_what_is_wrong(session: Session, app: Flask, arguments: list[str]) -> None:
    make_hall(session)
    answer = app.test_cli_runner().invoke(args=["surveys", *arguments])
    assert answer.exit_code == 1
    assert "Lỗi: " in answer.output
