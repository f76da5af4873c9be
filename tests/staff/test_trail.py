"""The audit trail says everything in words, in both languages."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from feedback_app.staff import labels, operations
from tests.staff.people import MORNING, add_person, sign_in

SLICES = {path.name for path in Path("feedback_app").iterdir() if path.is_dir()}
ACTION = re.compile(rf"({'|'.join(sorted(SLICES))})\.[a-z_]+")


class Written(ast.NodeVisitor):
    """Every text of a module, but the names of locks."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_Call(self, node: ast.Call) -> None:  # the visitor's own name
        if getattr(node.func, "id", "") != "lock":
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self.found.add(node.value)


def written() -> set[str]:
    """What operations and commands hold: what they record is among it, however it reaches `record`."""
    visitor = Written()
    for path in Path("feedback_app").rglob("*.py"):
        if {"operations", "cli"} & set(path.with_suffix("").parts):
            visitor.visit(ast.parse(path.read_text(encoding="utf-8")))
    return visitor.found


def test_everything_that_is_recorded_has_a_name() -> None:
    found = written()
    actions = {text for text in found if ACTION.fullmatch(text)}
    assert "ratings.published" in actions
    assert actions == set(labels.ACTIONS)
    subjects = {text.removesuffix(":") for text in found if re.fullmatch("[a-z_]+:", text)}
    assert "period" in subjects
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
