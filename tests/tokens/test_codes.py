"""A code is the same however it is typed, and two codes or two stages never are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import USUAL_CODE_PATTERN
from feedback_app.surveys.forms import STAGES
from feedback_app.tokens.codes import LONGEST_CODE, BadCode, Codes, Token, normal_form

CODES = Codes("a key for tests, and for nothing else", USUAL_CODE_PATTERN)
CODE = "000.00.00.H50-251128-0001"

codes_in_use = st.from_regex(USUAL_CODE_PATTERN, fullmatch=True).filter(lambda code: len(code) <= LONGEST_CODE)
stages = st.sampled_from(STAGES)
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2212\uff0d\u00ad"
SPACES = ("", " ", "\u00a0", "\t", "\u200b", "  ")


@st.composite
def typed(draw: st.DrawFn, code: str) -> str:
    """The code in another case, with other dashes, spaces wherever they may slip in, and with or without its dots."""
    written = draw(st.sampled_from(SPACES))
    without_dots = draw(st.booleans()) and re.fullmatch(USUAL_CODE_PATTERN, code.replace(".", ""))
    for character in code.replace(".", "") if without_dots else code:
        shown = draw(st.sampled_from(DASHES)) if character == "-" else character
        shown = shown.lower() if draw(st.booleans()) else shown
        written += shown + draw(st.sampled_from(SPACES))
    return written


@given(st.data(), codes_in_use, stages)
def test_a_code_is_the_same_however_it_is_typed(data, code, stage) -> None:
    assert CODES.token(data.draw(typed(code)), stage) == CODES.token(code, stage)


@given(codes_in_use, stages, codes_in_use, stages)
def test_two_codes_or_two_stages_never_meet(one, one_stage, other, other_stage) -> None:
    same = (one.replace(".", ""), one_stage) == (other.replace(".", ""), other_stage)
    assert (CODES.token(one, one_stage) == CODES.token(other, other_stage)) is same
    assert (CODES.token(one, one_stage).digest == CODES.token(other, other_stage).digest) is same


@given(codes_in_use)
def test_neighbouring_codes_and_stages_differ(code) -> None:
    changed = code[:-1] + ("1" if code[-1] != "1" else "2")
    made = {CODES.token(each, stage).value for each in (code, changed) for stage in STAGES}
    assert len(made) == 2 * len(STAGES)


@given(st.binary(min_size=16, max_size=16))
def test_a_token_is_read_as_it_was_written_and_in_no_other_spelling(value) -> None:
    token = Token(value)
    assert Token.read(token.written) == token
    assert len(token.written) == 26
    assert Token.read(token.written.upper()) is None or token.written.isdigit()
    others = [token.written[:-1] + letter for letter in "abcdefghijklmnopqrstuvwxyz234567"]
    assert sum(Token.read(other) is not None for other in others) == 8  # the three bits of the last letter that count


@given(st.text(max_size=90))
def test_whatever_is_typed_is_a_code_or_refused_without_being_repeated(text) -> None:
    if re.fullmatch(USUAL_CODE_PATTERN, normal_form(text)):
        CODES.token(text, "returned")
        return
    with pytest.raises(BadCode) as refused:
        CODES.token(text, "returned")
    assert (refused.value.field, str(refused.value)) == ("dossier", str(BadCode()))


@pytest.mark.parametrize(
    "written",
    [CODE, "H50.10-251128-0001", "G22.99.02-250825-0013", "000.27.38.H50-26 0101-12345", " 000.00.00.h50–251128–0001 "],
)
def test_the_usual_formats_are_taken(written: str) -> None:
    assert CODES.token(written, "returned") == CODES.token(written.upper(), "returned")


@pytest.mark.parametrize("written", ["0901234567", "038099001234", "Nguyễn Văn A", "H50-2511-1", "1" * 80, "'; --"])
def test_what_is_no_code_is_refused(written: str) -> None:
    with pytest.raises(BadCode):
        CODES.token(written, "returned")


@pytest.mark.parametrize("written", ["0000000H50-251128-0001", "000 00 00 H50-251128-0001", "000.0000.H50-251128-0001"])
def test_dots_do_not_make_another_code(written: str) -> None:
    assert CODES.token(written, "returned") == CODES.token(CODE, "returned")


def test_no_stage_is_the_result() -> None:
    assert CODES.token(CODE, None) == CODES.token(CODE, "returned")


def test_another_key_or_another_use_of_the_key_makes_other_tokens() -> None:
    other = Codes("another key, of thirty-two letters and more", USUAL_CODE_PATTERN)
    assert other.token(CODE, "returned") != CODES.token(CODE, "returned")
    assert CODE not in repr(CODES.token(CODE, "returned"))
    assert CODES.token(CODE, "returned").written not in repr(CODES.token(CODE, "returned"))
