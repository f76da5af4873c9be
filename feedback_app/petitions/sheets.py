"""A register of petitions as a sheet saved as CSV; documented in docs/import-dossiers.md. Pure."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from typing import Final

from feedback_app.kit.sheets import Row, plain_text, read_commands
from feedback_app.petitions.commands import RegisterPetition
from feedback_app.petitions.figures import Petition, Verdict

HEADINGS: Final = {
    "so_phan_anh": "reference",
    "don_vi": "department",
    "ngay_tiep_nhan": "received_on",
    "han_tra_loi": "due_on",
    "ngay_tra_loi": "answered_on",
    "ket_luan": "verdict",
    "ve_thai_do": "about_conduct",
    "keo_dai": "prolonged",
    "chua_dong_y": "contested",
    "nguon": "source",
}
VERDICTS: Final = {
    "dung": "upheld",
    "khong dung": "unfounded",
    "vu cao": "malicious",
    "dang xac minh": "pending",
}
ANSWERS: Final = {"co": "1", "khong": "0"}
# What stands in a file we write; folded, these are the words above.
_TITLES: Final = (
    "Số phản ánh",
    "Đơn vị",
    "Ngày tiếp nhận",
    "Hạn trả lời",
    "Ngày trả lời",
    "Kết luận",
    "Về thái độ",
    "Kéo dài",
    "Chưa đồng ý",
    "Nguồn",
)
_WRITTEN: Final[dict[Verdict, str]] = {
    "upheld": "đúng",
    "unfounded": "không đúng",
    "malicious": "vu cáo",
    "pending": "đang xác minh",
}
# When a petition was answered is the one thing a register may not know yet.
_REQUIRED: Final = frozenset(HEADINGS.values()) - {"answered_on"}


def read(name: str, content: bytes) -> tuple[list[RegisterPetition], list[tuple[str, str]]]:
    """One CSV file as commands, and (where, why) for every line that cannot be read."""
    return read_commands(name, content, HEADINGS, _command, required=_REQUIRED)


def write(rows: Iterable[tuple[str, str, date, Petition, str]]) -> bytes:
    """A CSV file that `read` reads: number, code of the department, day of receipt, petition and register of each."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_TITLES)
    for reference, department, received_on, petition, source in rows:
        days = (received_on, petition.due_on, petition.answered_on)
        marks = (petition.about_conduct, petition.prolonged, petition.contested)
        writer.writerow(
            [
                plain_text(reference),
                plain_text(department),
                *(f"{day:%d/%m/%Y}" if day else "" for day in days),
                _WRITTEN[petition.verdict],
                *("có" if mark else "không" for mark in marks),
                plain_text(source),
            ]
        )
    return text.getvalue().encode("utf-8-sig")


def _command(row: Row) -> RegisterPetition:
    return RegisterPetition(
        reference=row.text("reference"),
        department=row.text("department"),
        received_on=row.day("received_on"),
        due_on=row.day("due_on"),
        answered_on=row.maybe_day("answered_on"),
        verdict=row.one_of("verdict", VERDICTS),  # type: ignore[arg-type]  # one_of gives values of VERDICTS alone
        about_conduct=row.one_of("about_conduct", ANSWERS) == "1",
        prolonged=row.one_of("prolonged", ANSWERS) == "1",
        contested=row.one_of("contested", ANSWERS) == "1",
        source=row.text("source"),
        line=row.line,
    )
