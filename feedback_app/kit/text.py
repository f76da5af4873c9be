"""Vietnamese text: one normal form to store, keys to search and to sort by."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

# What somebody types to find a name by is no longer than this.
LONGEST_SEARCH: Final = 100

_SPACE = re.compile(r"\s+")
# NUL cannot be stored and a lone surrogate cannot be encoded; the other control characters mean nothing in a text,
# save those that are white space (tab to CR, FS to US, NEL).
_UNWRITABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")
# The alphabet with f, j, w, z where names from elsewhere need them.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: rank for rank, letter in enumerate(_ALPHABET, start=1)}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}


def normalise(text: str) -> str:
    """NFC, every run of white space (no-break spaces too) one space, ends trimmed, nothing that cannot be stored."""
    # What is left out goes first: what stood on both sides of it may be one run of spaces, or one letter.
    return unicodedata.normalize("NFC", _SPACE.sub(" ", _UNWRITABLE.sub("", text)).strip())


def normalise_lines(text: str) -> str:
    """As `normalise`, line by line: for free text in which line breaks mean something."""
    return "\n".join(normalise(line) for line in text.splitlines()).strip()


def fold(text: str) -> str:
    """The key for searching: lower case, no accents, đ as d."""
    decomposed = unicodedata.normalize("NFD", normalise(text).lower()).replace("đ", "d")
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def slug(text: str) -> str:
    """A name for URLs: `fold` with hyphens between words."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")


# A page may sort thousands of names that were sorted for the page before.
@lru_cache(maxsize=20_000)
def sort_key(text: str) -> tuple[tuple[tuple[tuple[int, ...], tuple[int, ...]], ...], str]:
    """Vietnamese dictionary order, syllable by syllable: "tuân thủ" comes before "tuần chay".

    Within a syllable the letters decide first (a ă â … d đ …), then tones: ngang huyền hỏi ngã sắc nặng.
    """
    written = normalise(text)
    return tuple(_syllable_key(syllable) for syllable in written.lower().split(" ")), written


def _syllable_key(syllable: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters: list[int] = []
    tones: list[int] = []
    for character in syllable:
        decomposed = unicodedata.normalize("NFD", character)
        letter = unicodedata.normalize("NFC", "".join(mark for mark in decomposed if mark not in _TONES))
        # Figures and signs before letters, a letter with a foreign mark like the letter without it.
        letters.append(_RANK.get(letter) or _RANK.get(decomposed[0]) or ord(decomposed[0]) - 0x110000)
        tones.append(max(_TONES.get(mark, 0) for mark in decomposed))
    return tuple(letters), tuple(tones)
