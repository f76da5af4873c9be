"""The page checks themselves: each fault is seen, and a good page has none."""

import pytest

from tests.soundness import problems_of

GOOD = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang</title></head>
<body><h1>Trang</h1><form><label for="ten">Tên</label><input id="ten" name="ten"></form></body></html>"""


def test_a_good_page_has_no_problem() -> None:
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("<h1>Trang</h1>", "<h2>Trang</h2>"),
        ("<h1>Trang</h1>", "<h1>Trang</h1><h1>Trang</h1>"),
        ("<title>Trang</title>", "<title> </title>"),
        (' lang="vi"', ""),
        ('for="ten"', 'for="khac"'),
        ("<h1>Trang</h1>", '<h1 id="ten">Trang</h1>'),
        ('<label for="ten">Tên</label>', ""),
        ("</form>", ""),
        ("<h1>Trang</h1>", '<h1 aria-describedby="mat">Trang</h1>'),
    ],
)
def test_each_fault_is_seen(part: str, instead: str) -> None:
    assert part in GOOD
    assert problems_of(GOOD.replace(part, instead)) != []
