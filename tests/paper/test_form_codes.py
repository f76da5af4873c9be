"""What the QR codes of a form say, and that nobody else can write them."""

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.paper.form_codes import FormCode, NotOurs, make_key, peek, read, write
from feedback_app.paper.layout import Design

KEY = make_key("a secret of thirty-two characters")
CODE = FormCode(version_id=3, design=Design("A4", coded=True), department_id=5, batch_id=7, number=12, page=1)


def test_a_code_is_read_as_it_was_written() -> None:
    assert read(write(CODE, KEY), KEY) == CODE


def test_a_code_is_small_enough_to_be_scanned_from_a_poor_copy() -> None:
    assert segno.make(write(CODE, KEY), error="m", micro=False).version <= 4


@given(st.integers(0, 60), st.characters(codec="ascii"))
def test_whatever_is_changed_in_it_is_noticed(place: int, other: str) -> None:
    written = write(CODE, KEY)
    place %= len(written)
    changed = written[:place] + other + written[place + 1 :]
    if changed != written:
        with pytest.raises(NotOurs):
            read(changed, KEY)


def test_a_code_of_another_service_is_none_of_ours() -> None:
    with pytest.raises(NotOurs):
        read(write(CODE, make_key("another secret of as many characters")), KEY)


@pytest.mark.parametrize(
    "text", ["", "https://example.vn", "MC1/A3.1.0/3/5/7/12/1/AAAAAA", "MC1/A4.1.0/3/5/7/12/0/AAAAAA"]
)
def test_other_codes_are_not_forms(text: str) -> None:
    assert peek(text) is None
    with pytest.raises(NotOurs):
        read(text, KEY)
