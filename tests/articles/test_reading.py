"""Reading an article from the files people have: nothing around it is taken in, no word of it is changed."""

from decimal import Decimal
from pathlib import Path

import pytest

from feedback_app.articles.furniture import PagePoll
from feedback_app.articles.reading import BadArticle, Draft, read_article
from feedback_app.articles.rendering import render

OLD_PAGE = (Path(__file__).parent / "trang-cu.txt").read_text(encoding="utf-8")


@pytest.fixture(name="old_page", scope="module")
def old_page_fixture() -> Draft:
    # A no-break space inside a name and a decomposed accent, as copied pages have them.
    text = OLD_PAGE.replace("nhà  văn", "nhà\u00a0 văn").replace("hòa", "ho\u0300a")
    return read_article(text, suffix=".txt")


def test_what_stands_around_the_article_is_recognised_and_left_out(old_page: Draft) -> None:
    found = old_page.furniture

    assert found.poll == PagePoll("Bạn thấy giao diện trang thế nào ?", ("Đẹp", "Dễ đọc", "Nhanh"), 1204)
    assert found.visits == (("Online", 12), ("Hôm nay", 3051), ("Tổng", 7_654_321))
    assert found.text_size == "Xem với cỡ chữ : A- A A+"
    assert found.other_news == ("Lịch tiếp dân tháng Ba",)
    for furniture in ("Bình chọn", "Dễ đọc", "truy cập", "Online", "cỡ chữ", "Lịch tiếp dân"):
        assert furniture not in old_page.article.body


def test_title_and_byline(old_page: Draft) -> None:
    assert old_page.article.title == "Tổ dân phố số 4 ra mắt mô hình “Ngày thứ Sáu không hẹn"
    assert old_page.article.byline == "Ban công tác Mặt trận tổ dân phố số 4"
    assert old_page.article.slug == "to-dan-pho-so-4-ra-mat-mo-hinh-ngay-thu-sau-khong-hen"
    assert old_page.article.published_on is None


def test_spaces_and_accents_become_ordinary_and_words_stay(old_page: Draft) -> None:
    body = old_page.article.body

    assert "tại nhà văn hóa. Mỗi tuần" in body
    assert "tổ hòa giải" in body
    assert "cùng cùng" in body
    assert "“ Thứ Sáu mở cửa”" in body


def test_lists_stay_lists_and_stars_stay_stars(old_page: Draft) -> None:
    html = render(old_page.article.body).html

    assert "<li>Hướng dẫn hồ sơ, nhắc việc</li>" in html.replace("<p>", "").replace("</p>", "").replace("\n", "")
    assert "* miễn phí *" in html
    assert "<em>" not in html


def test_a_line_broken_in_mid_sentence_is_joined(old_page: Draft) -> None:
    assert "Nước uống và chỗ ngồi do tổ tự lo." in old_page.article.body


def test_every_number_is_read_in_vietnamese_notation(old_page: Draft) -> None:
    read = {number.written: (number.meaning, number.value) for number in old_page.numbers}

    assert read["1.250"] == ("count", Decimal(1250))
    assert read["12,5 %"] == ("percent", Decimal("12.5"))
    assert read["98.75%"] == ("percent", Decimal("98.75"))
    assert read["12/KH-UBND"] == ("document", None)
    assert read["05/03/2024"] == ("date", None)


def test_an_editor_is_told_what_to_look_at(old_page: Draft) -> None:
    remarks = {remark.kind: remark.text for remark in old_page.remarks}

    assert remarks["quotes"].endswith("“Ngày thứ Sáu không hẹn")
    assert "“ Thứ Sáu" in remarks["space_in_quotes"]
    assert remarks["decimal_marks"] == "12,5 % / 98.75%"
    assert "cùng cùng" in remarks["doubled_word"]


@pytest.mark.parametrize(
    "plain",
    [
        "Bình chọn\n\nLà việc nên làm.\n\nKhông có số.",
        "Ông Nam kể chuyện bình chọn\n\n281 người đã tham gia bình chọn ở phường.\n\nHết.",
        "Tiêu đề\n\nThống kê truy cập cho thấy điều này.\n\nHết.",
    ],
)
def test_an_ordinary_sentence_is_no_furniture(plain: str) -> None:
    draft = read_article(plain, suffix=".txt")

    together = f"{draft.article.title} {draft.article.body}"
    assert all(line in together for line in plain.split("\n\n"))


def test_nearly_equal_names_are_put_side_by_side() -> None:
    draft = read_article(
        "Tin\n\nMô hình “Công sở thân thiện, kỷ cương” và “Công sở thân thiện, kỹ cương”.\n\nHết.", suffix=".txt"
    )

    assert [remark.text for remark in draft.remarks if remark.kind == "names"] == [
        "“Công sở thân thiện, kỷ cương” / “Công sở thân thiện, kỹ cương”"
    ]


def test_balanced_quotes_and_one_decimal_mark_are_not_remarked_on() -> None:
    draft = read_article("Tin\n\nMô hình “Một cửa” đạt 99,4 % và 80,2 % trong 3.760 hồ sơ.\n\nHết.", suffix=".txt")

    assert draft.remarks == ()


def test_markdown_with_front_matter() -> None:
    draft = read_article(
        "---\ntitle: Tin: hai phần\nslug: tin\npublished_on: 2026-10-12\ndemonstration: true\n---\n\n"
        "Đoạn **một**.\n\n## Mục\n",
        suffix=".md",
    )

    assert (draft.article.title, draft.article.slug) == ("Tin: hai phần", "tin")
    assert str(draft.article.published_on) == "2026-10-12"
    assert draft.article.demonstration
    assert draft.article.body == "Đoạn **một**.\n\n## Mục"


def test_markdown_takes_its_first_heading_as_title() -> None:
    draft = read_article("# Tin mới\n\nĐoạn một.", suffix=".md")

    assert (draft.article.title, draft.article.body) == ("Tin mới", "Đoạn một.")


def test_html_is_read_without_its_scripts_menus_and_furniture() -> None:
    page = """<html><head><title>Trang | Phường</title><style>p{}</style></head><body>
      <nav><ul><li>Giới thiệu</li></ul></nav><script>alert(1)</script>
      <h1>Tin &amp; bài</h1><div>Xem với cỡ chữ : A- A A+</div>
      <p>Đoạn <b>một</b>&nbsp;có<br>hai dòng <i>chưa đóng.</p><h3>Mục nhỏ</h3>
      <ul><li>Ý một<li>Ý hai</ul><p>Ủy ban nhân dân phường</p><div>Các tin khác</div><p>Tin kia</p>"""

    draft = read_article(page, suffix=".html")

    assert draft.article.title == "Tin & bài"
    assert draft.article.byline == "Ủy ban nhân dân phường"
    assert draft.article.body == "Đoạn một có\n\nhai dòng chưa đóng.\n\n## Mục nhỏ\n\n- Ý một\n\n- Ý hai"


@pytest.mark.parametrize(
    ("text", "suffix"),
    [
        ("", ".txt"),
        ("Chỉ có tiêu đề", ".txt"),
        ("Nội dung", ".docx"),
        ("---\ntitle: Không đóng\n", ".md"),
        ("---\nla: gì\n---\n\nNội dung", ".md"),
        ("---\ntitle: Tin\npublished_on: 12/10/2026\n---\n\nNội dung", ".md"),
        ("Không có tiêu đề", ".md"),
    ],
)
def test_what_is_no_article_is_refused(text: str, suffix: str) -> None:
    with pytest.raises(BadArticle):
        read_article(text, suffix=suffix)
