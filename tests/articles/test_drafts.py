"""An article with something left to look at waits as a draft: managers see it, everybody else does not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from feedback_app.articles import operations, queries
from feedback_app.articles.commands import ImportArticle
from feedback_app.articles.operations import AlreadyPublished
from feedback_app.articles.queries import ArticleNotFound
from tests.staff.people import add_person, sign_in

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
CLEAN = "# Tin mới\n\nĐoạn một.\n"
DOUBTFUL = "# Tin mới\n\nĐoạn một một “chưa đóng.\n"


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["articles", *words])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tin.md"


def store(session: Session, **changes: object) -> operations.Imported:
    values: dict[str, object] = {"slug": "tin-moi", "title": "Tin mới", "body": "Đoạn một."}
    stored = operations.import_article(session, ImportArticle(**(values | changes)), now=NOW)  # type: ignore[arg-type]
    session.commit()
    return stored


def is_public(client: FlaskClient) -> bool:
    shown = {client.get("/bai-viet/tin-moi").status_code == 200}
    shown |= {"Tin mới" in client.get(path).text for path in ("/bai-viet", "/")}
    assert len(shown) == 1
    return shown.pop()


def test_a_clean_article_is_published_at_once(app: Flask, client: FlaskClient, file: Path) -> None:
    file.write_text(CLEAN, encoding="utf-8")
    done = run(app, "import", str(file))
    assert "Bản nháp" not in done.output
    assert is_public(client)


def test_an_article_with_remarks_waits_until_it_is_published(app: Flask, client: FlaskClient, file: Path) -> None:
    file.write_text(DOUBTFUL, encoding="utf-8")
    done = run(app, "import", str(file))
    assert done.exit_code == 0
    assert "Từ lặp" in done.output
    assert "flask articles publish tin-moi" in done.output
    assert not is_public(client)
    assert "Đã đăng: /bai-viet/tin-moi" in run(app, "publish", "tin-moi").output
    assert is_public(client)
    assert "Đã đăng từ trước" in run(app, "publish", "tin-moi").output


def test_publish_can_be_asked_for_at_once(app: Flask, client: FlaskClient, file: Path) -> None:
    file.write_text(DOUBTFUL, encoding="utf-8")
    assert run(app, "import", str(file), "--publish").exit_code == 0
    assert is_public(client)


def test_a_mended_draft_is_published(app: Flask, client: FlaskClient, file: Path) -> None:
    for text, public in ((DOUBTFUL, False), (DOUBTFUL, False), (CLEAN, True)):
        file.write_text(text, encoding="utf-8")
        assert run(app, "import", str(file)).exit_code == 0
        assert is_public(client) == public


def test_a_draft_takes_no_published_articles_place(app: Flask, client: FlaskClient, file: Path) -> None:
    file.write_text(CLEAN, encoding="utf-8")
    run(app, "import", str(file))
    file.write_text(DOUBTFUL, encoding="utf-8")
    refused = run(app, "import", str(file))
    assert refused.exit_code == 1
    assert "--publish" in refused.output
    assert "Từ lặp" in refused.output
    assert "một một" not in client.get("/bai-viet/tin-moi").text
    assert run(app, "import", str(file), "--publish").exit_code == 0
    assert "một một" in client.get("/bai-viet/tin-moi").text
    again = run(app, "import", str(file))
    assert (again.exit_code, "Không có gì thay đổi" in again.output) == (0, True)
    assert is_public(client)


def test_the_same_text_as_no_draft_publishes(session: Session) -> None:
    assert store(session, draft=True).draft
    assert not store(session).draft
    assert not store(session, draft=True).draft
    with pytest.raises(AlreadyPublished):
        store(session, draft=True, body="Khác.")


def test_what_is_not_there_cannot_be_published(app: Flask, session: Session) -> None:
    with pytest.raises(ArticleNotFound):
        operations.publish(session, slug="khong-co")
    told = run(app, "publish", "khong-co")
    assert (told.exit_code, told.output) == (1, "Lỗi: khong-co: Không có bài viết này.\n")


@pytest.mark.parametrize(
    ("role", "language", "sign"),
    [
        ("manager", "vi", "Chỉ cán bộ quản lý và quản trị viên đã đăng nhập"),
        ("administrator", "en", "Only managers and administrators who have signed in"),
    ],
)
def test_a_draft_is_shown_to_managers_and_marked(
    app: Flask, session: Session, role: str, language: str, sign: str
) -> None:
    store(session, draft=True)
    add_person(session, "ai-do", role, None)
    browser = sign_in(app, "ai-do")
    browser.set_cookie("ngon_ngu", language)
    page = browser.get("/bai-viet/tin-moi")
    assert page.status_code == 200
    assert sign in page.text
    assert "Đoạn một." in page.text
    assert "visit.js" not in page.text
    assert page.headers["Cache-Control"] == "no-store"
    listed = browser.get("/quan-ly/bai-viet").text
    assert ("Bản nháp" if language == "vi" else "Draft") in listed
    assert 'href="/bai-viet/tin-moi"' in listed


@pytest.mark.parametrize("role", [None, "staff"])
def test_outsiders_learn_nothing_of_a_draft(app: Flask, session: Session, role: str | None) -> None:
    store(session, draft=True)
    store(session, slug="khac", title="Tin khác")
    browser = app.test_client()
    if role:
        add_person(session, "ai-do", role, None)
        browser = sign_in(app, "ai-do")
    assert browser.get("/bai-viet/tin-moi").text == browser.get("/bai-viet/khong-co").text.replace(
        "khong-co", "tin-moi"
    )
    for path in ("/", "/bai-viet", "/bai-viet/khac"):
        assert "Tin mới" not in browser.get(path).text
    assert [link.slug for link in queries.all_articles(session)] == ["khac", "tin-moi"]
