"""The audit trail says everything in words, in both languages."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.staff import labels, operations
from tests.staff.people import MORNING, add_person, sign_in

# They hand on what their callers name.
PASSED_ON = ("_record_about", "_record_key", "_record_review")


def recorded() -> Iterator[tuple[str, str]]:
    """(action, kind of subject) of every call that records, in the whole source; '' where it is passed on."""
    for path in [*Path("feedback_app").rglob("*.py"), *Path("tasks").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name not in ("record", *PASSED_ON):
                continue
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            subject = given.get("subject")
            first = subject.values[0] if isinstance(subject, ast.JoinedStr) else None
            yield (
                given["action"].value if isinstance(given["action"], ast.Constant) else "",
                first.value.partition(":")[0] if isinstance(first, ast.Constant) else "",
            )


def test_everything_that_is_recorded_has_a_name() -> None:
    found = set(recorded())
    actions, subjects = ({name for name in names if name} for names in zip(*found, strict=True))
    assert "ratings.published" in actions
    assert actions == set(labels.ACTIONS)
    assert subjects <= set(labels.SUBJECTS)


@pytest.mark.parametrize(
    ("language", "published", "period"),
    [
        ("vi", "Công bố hoặc đính chính kết quả", "Kỳ 2026-Q3"),
        ("en", "Results published or restated", "Period 2026-Q3"),
    ],
)
def test_the_page_shows_no_raw_key(app: Flask, session: Session, language: str, published: str, period: str) -> None:
    admin = add_person(session, "quantri", "administrator", None)
    for action in labels.ACTIONS:
        subject = "period:2026-Q3" if action.startswith("ratings") else "place:7"
        operations.record(session, now=MORNING, actor_id=admin.id, action=action, subject=subject)
    session.commit()
    browser = sign_in(app, "quantri")
    browser.set_cookie("ngon_ngu", language)
    page = browser.get("/quan-ly/nhat-ky").text
    words = re.sub(r"<[^>]*>", " ", page)
    assert published in words
    assert period in words
    assert not [action for action in labels.ACTIONS if action in words]
    assert "place:" not in words
