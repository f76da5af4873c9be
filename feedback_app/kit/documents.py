"""Files that people write for a command: text in UTF-8, and JSON whose mistakes are named by where they stand."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from feedback_app.kit.errors import N_, Invalid

LARGEST_COUNT: Final = 2**31 - 1
# Days beyond them are slips of the pen; the last day there is has no day after it.
YEARS: Final = range(1900, 3000)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class BadDocument(Invalid):
    """The file cannot be read, or a part of it is missing or of the wrong kind; the message says where."""


class NotUtf8(BadDocument):
    """The file is in another encoding."""


def read_text(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark. Raises NotUtf8, and BadDocument for a NUL."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotUtf8(N_("Tệp không ở bảng mã UTF-8 (dòng %(line)s)."), line=line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BadDocument(N_("Dòng %(line)s có ký tự NUL, không lưu được. Hãy lưu lại tệp dạng văn bản."), line=line)
    return text


def read_json(text: str) -> "Part":
    """The whole of a JSON text. Raises BadDocument."""
    try:
        return Part(json.loads(text))
    except json.JSONDecodeError as error:
        if not text.strip():
            raise BadDocument(N_("Tệp trống.")) from None
        raise BadDocument(
            N_("Tệp không phải JSON: sai ở dòng %(line)s, ký tự %(column)s."), line=error.lineno, column=error.colno
        ) from None
    except (RecursionError, ValueError):  # nested a thousand times, or a number of thousands of digits
        raise BadDocument(N_("Tệp không phải JSON mà hệ thống đọc được.")) from None


@dataclass(frozen=True, slots=True)
class Part:
    """A value of a JSON document and where it stands: `questions#2.key` is the key of the second question.

    Each reading method raises BadDocument, naming the place, where the value is of another kind.
    """

    value: object
    where: str = ""

    def part(self, name: str) -> "Part":
        """The entry of an object that must have it."""
        found = self.maybe(name)
        if found is None:
            raise BadDocument(N_("Thiếu mục “%(where)s”."), where=self._below(name))
        return found

    def maybe(self, name: str) -> "Part | None":
        """The entry of an object, None where there is none or it is null."""
        if not isinstance(self.value, Mapping):
            raise self._bad(
                N_("Mục “%(where)s” phải là một đối tượng {…}.") if self.where else N_("Tệp phải là một đối tượng {…}.")
            )
        found = self.value.get(name)
        return None if found is None else Part(found, self._below(name))

    def parts(self) -> list["Part"]:
        """The elements of a list."""
        if not isinstance(self.value, list):
            raise self._bad(N_("Mục “%(where)s” phải là một danh sách […]."))
        return [Part(each, f"{self.where}#{number}") for number, each in enumerate(self.value, start=1)]

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self._bad(N_("Mục “%(where)s” phải là chữ trong dấu ngoặc kép."))
        if _UNSTORABLE.search(self.value):
            raise self._bad(N_("Mục “%(where)s” có ký tự không lưu được."))
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            raise self._bad(N_("Mục “%(where)s” phải là true hoặc false."))
        return self.value

    def number(self) -> int:
        """A whole number."""
        if type(self.value) is not int:
            raise self._bad(N_("Mục “%(where)s” phải là số nguyên, không đặt trong dấu ngoặc kép."))
        return self.value

    def count(self) -> int:
        """A whole number that can be stored, not below 0."""
        if not 0 <= self.number() <= LARGEST_COUNT:
            raise self._bad(N_("Mục “%(where)s” phải là một số đếm."))
        return self.number()

    def day(self) -> date:
        """A day written `2025-07-01`, in one of the YEARS."""
        try:
            found = date.fromisoformat(self.text())
        except ValueError:
            found = date.min
        if found.year not in YEARS:
            raise self._bad(N_("Mục “%(where)s” phải là một ngày có thật, viết năm-tháng-ngày."))
        return found

    def _below(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def _bad(self, message: str) -> BadDocument:
        return BadDocument(message, where=self.where)
