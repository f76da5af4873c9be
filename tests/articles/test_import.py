"""Storing articles: new, the same again, changed; figures against what is stored; the command and the pages."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback_app.articles import operations, queries
from feedback_app.articles.commands import ImportArticle
from feedback_app.articles.operations import BadArticleSlug
from feedback_app.kit.ids import new_id
from feedback_app.polls import operations as polls
from feedback_app.polls.commands import NewOption, NewPoll
from feedback_app.staff import operations as staff
from feedback_app.visits import operations as visits
from tests import factories

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
SHIPPED = Path("feedback_app/demo_data/articles")


def store(session: Session, **changes: object) -> operations.Imported:
    values: dict[str, object] = {"slug": "tin", "title": "Tin mới", "body": "Đoạn một.\n\nĐoạn hai."}
    stored = operations.import_article(session, ImportArticle(**(values | changes)), now=NOW)  # type: ignore[arg-type]
    session.commit()
    return stored


def store_sources(session: Session) -> None:
    visits.set_baseline(session, visits=6_243_886, source="Trang cũ")
    polls.create_poll(
        session,
        NewPoll(
            slug="giao-dien",
            question="Giao diện thế nào?",
            options=(NewOption("Đẹp"), NewOption("Xấu")),
            opens_at=datetime(2026, 11, 1, tzinfo=UTC),
            reported_participants=281,
            reported_source="Trang cũ",
        ),
    )
    department = session.scalar(
        text("INSERT INTO departments (code, kind, opened_on) VALUES ('phong-tc', 'office', '2021-01-01') RETURNING id")
    )
    session.execute(
        text(
            "INSERT INTO department_versions (department_id, valid_from, name, short_name)"
            " VALUES (:id, '2021-01-01', 'Phòng Tài chính', 'Phòng Tài chính')"
        ),
        {"id": department},
    )
    session.execute(
        text(
            "INSERT INTO reported_dossiers (department_id, about, period_note, received, on_time, source)"
            " VALUES (:id, 'Đăng ký kinh doanh', 'không rõ', 3760, 3740, 'Bài cũ')"
        ),
        {"id": department},
    )
    session.execute(
        text(
            "INSERT INTO reported_ratings"
            " (department_id, period_kind, starts_on, ends_on, percent, written, measure, source)"
            " VALUES (:id, 'nine_months', '2023-01-01', '2023-10-01', 89.15, '89,15 %', 'không rõ', 'Bài cũ')"
        ),
        {"id": department},
    )
    session.commit()


def test_a_new_article_then_the_same_then_a_change(session: Session) -> None:
    assert store(session).new
    again = store(session)
    changed = store(session, body="Đoạn một.\n\nĐoạn ba.", byline="Ủy ban")

    assert (again.new, again.changes) == (False, ())
    assert changed.changes == ("- byline: ", "+ byline: Ủy ban", "- Đoạn hai.", "+ Đoạn ba.")
    assert "Đoạn ba" in queries.article(session, slug="tin").html


def test_an_update_replaces_the_bound_figures(session: Session) -> None:
    store(session, body="[1](so-lieu:visits/baseline) [2](so-lieu:visits/baseline)")
    store(session, body="[3](so-lieu:visits/baseline)")

    figures = queries.checked_figures(session, slug="tin", now=NOW, minima=factories.minima(30))

    assert [(figure.position, figure.written) for figure in figures] == [(1, "3")]


def test_what_a_file_does_not_say_stays_as_it_was(session: Session) -> None:
    store(session, summary="Tóm tắt", byline="Ủy ban", published_on=date(2024, 3, 6))

    again = store(session)

    article = queries.article(session, slug="tin")
    assert again.changes == ()
    assert (article.summary, article.byline, article.published_on) == ("Tóm tắt", "Ủy ban", date(2024, 3, 6))


def test_an_article_needs_an_address(session: Session) -> None:
    with pytest.raises(BadArticleSlug):
        store(session, slug="Tin Mới")


def test_articles_of_an_unknown_day_come_last(session: Session) -> None:
    store(session, slug="khong-ro")
    store(session, slug="cu", published_on=date(2023, 10, 1))
    store(session, slug="moi", published_on=date(2026, 10, 1))

    assert [link.slug for link in queries.latest(session, limit=3)] == ["moi", "cu", "khong-ro"]
    assert [link.slug for link in queries.others(session, slug="moi")] == ["cu", "khong-ro"]


def test_each_figure_is_held_against_its_stored_one(session: Session) -> None:
    store_sources(session)
    store(
        session,
        body="[6.243.886](so-lieu:visits/baseline) [281](so-lieu:poll/giao-dien/participants)"
        " [3.760](so-lieu:dossiers/phong-tc/received) [99,4 %](so-lieu:dossiers/phong-tc/on_time_of_received)"
        " [89,15 %](so-lieu:reported-rating/phong-tc/nine_months/2023-01-01)"
        " [89,15 %](so-lieu:reported-rating/phong-tc/year/2023-01-01)"
        " [90 %](so-lieu:rating/phong-tc/month/2026-10-01/satisfied_share) [282](so-lieu:poll/giao-dien/participants)"
        " [5](so-lieu:dossiers/phong-khac/early) [5](so-lieu:la-gi)",
    )

    figures = queries.checked_figures(session, slug="tin", now=NOW, minima=factories.minima(30))

    assert [figure.verdict for figure in figures] == [
        "agrees",
        "agrees",
        "agrees",
        "truncated",
        "agrees",
        "missing",
        "missing",
        "disagrees",
        "missing",
        "missing",
    ]


def test_removing_the_demonstration_leaves_the_rest(session: Session) -> None:
    store(session, slug="that")
    store(session, slug="trinh-dien", demonstration=True, body="[1](so-lieu:visits/baseline)")

    assert operations.remove_demonstration(session) == 1
    assert [link.slug for link in queries.articles(session)] == ["that"]


def test_the_command_imports_reports_and_tells_the_difference(app: Flask, session: Session) -> None:
    runner = app.test_cli_runner()
    old_page = str(Path(__file__).parent / "trang-cu.txt")

    tried = runner.invoke(args=["articles", "import", old_page, "--slug", "to-4", "--dry-run"])
    assert queries.articles(session) == []
    ran = runner.invoke(args=["articles", "import", old_page, "--slug", "to-4", "--published-on", "2024-03-06"])
    again = runner.invoke(args=["articles", "import", old_page, "--slug", "to-4", "--title", "Tổ 4"])

    assert (tried.exit_code, ran.exit_code, again.exit_code) == (0, 0, 0)
    for said in ("1.204 lượt tham gia", "Tổng 7.654.321", "1.250: số nguyên 1250", "Dấu ngoặc kép không đủ đôi"):
        assert said in ran.output
    assert "+ title: Tổ 4" in again.output
    assert "published_on" not in again.output


def test_the_check_ends_badly_while_a_figure_needs_an_editor(app: Flask, session: Session) -> None:
    store_sources(session)
    store(session, body="[6.243.886](so-lieu:visits/baseline)")
    good = app.test_cli_runner().invoke(args=["articles", "check"])
    store(session, body="[6.243.887](so-lieu:visits/baseline)")
    bad = app.test_cli_runner().invoke(args=["articles", "check", "tin"])

    assert (good.exit_code, bad.exit_code) == (0, 1)
    assert "KHÔNG KHỚP" in bad.output


@pytest.mark.parametrize("file", sorted(SHIPPED.glob("*.md")), ids=lambda file: file.stem)
def test_shipped_articles_are_marked_and_need_no_editor(app: Flask, session: Session, file: Path) -> None:
    ran = app.test_cli_runner().invoke(args=["articles", "import", str(file)])

    assert ran.exit_code == 0, ran.output
    assert "Cần người biên tập" not in ran.output
    assert queries.article(session, slug=file.stem).demonstration


def test_the_page_shows_text_figures_sources_poll_and_other_news(client: FlaskClient, session: Session) -> None:
    store_sources(session)
    store(session, slug="khac", title="Tin khác hẳn")
    store(session, body="Đạt [281](so-lieu:poll/giao-dien/participants) lượt.", byline="Phòng Nội vụ")

    html = client.get("/bai-viet/tin").text

    assert html.count("<h1") == 1
    assert "Không rõ ngày đăng" in html
    assert "Phòng Nội vụ" in html
    assert 'id="so-lieu-1"' in html
    assert "Lượt tham gia bình chọn theo trang cũ" in html
    assert 'action="/binh-chon/giao-dien"' in html
    assert "Tin khác hẳn" in html


def test_a_vote_from_an_article_leads_back_to_it(client: FlaskClient, session: Session) -> None:
    store_sources(session)
    store(session)

    assert 'name="tiep" type="hidden" value="/bai-viet/tin"' in client.get("/bai-viet/tin").text


def test_list_and_unknown_article(client: FlaskClient, session: Session) -> None:
    assert "Chưa có bài viết." in client.get("/bai-viet").text
    store(session)

    assert "Tin mới" in client.get("/bai-viet").text
    assert client.get("/bai-viet/khong-co").status_code == 404


def test_the_editors_page_is_for_managers_and_shows_what_disagrees(client: FlaskClient, session: Session) -> None:
    store_sources(session)
    store(session, body="[99,4 %](so-lieu:dossiers/phong-tc/on_time_of_received) [1](so-lieu:visits/baseline)")
    visitor = client.get("/quan-ly/bai-viet")
    password = str(new_id())
    staff.add_member(
        session,
        now=NOW,
        actor_id=None,
        username="quanly",
        display_name="Quản lý",
        role="manager",
        department_id=None,
        password=password,
    )
    session.commit()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/dang-nhap").text)
    assert token is not None
    client.post("/dang-nhap", data={"csrf_token": token[1], "username": "quanly", "password": password})

    html = client.get("/quan-ly/bai-viet").text

    assert visitor.status_code == 302
    assert "cắt bớt thay vì làm tròn" in html
    assert "không khớp" in html
    assert "99,47" in html
    assert "Có 2 số liệu cần xem lại" in html


def test_a_refusal_in_a_terminal_is_one_line(app: Flask, tmp_path: Path) -> None:
    empty = tmp_path / "trong.md"
    empty.write_text("", encoding="utf-8")
    told = app.test_cli_runner().invoke(args=["articles", "import", str(empty)])
    assert told.exit_code == 1
    assert told.output.startswith("Lỗi: ")
