"""The counter as pages show it: what is counted is said, and where the total begins."""

from flask import Flask, render_template

from feedback_app.visits.queries import VisitCounts


def draw(app: Flask, counts: VisitCounts | None) -> str:
    with app.test_request_context("/"):
        return render_template("visits/_visit_box.html", visit_counts=counts)


def test_says_what_a_visit_is_and_names_the_source_of_the_total(app: Flask) -> None:
    html = draw(app, VisitCounts(8, 2282, 6_246_168, 6_243_886, "Trang cũ"))

    for shown in ("8", "2.282", "6.246.168", "30 phút", "không phải số người", "6.243.886", "(Trang cũ)"):
        assert shown in html


def test_names_no_source_where_nothing_was_taken_over(app: Flask) -> None:
    assert "kế thừa" not in draw(app, VisitCounts(0, 0, 0, 0, None))


def test_draws_nothing_without_counts(app: Flask) -> None:
    assert draw(app, None).strip() == ""
