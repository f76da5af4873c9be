"""A register of petitions as a sheet saved as CSV; documented in docs/import-dossiers.md. Pure."""

from typing import Final

from feedback_app.kit.sheets import Row, read_commands
from feedback_app.petitions.commands import RegisterPetition

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
# When a petition was answered is the one thing a register may not know yet.
_REQUIRED: Final = frozenset(HEADINGS.values()) - {"answered_on"}


def read(name: str, content: bytes) -> tuple[list[RegisterPetition], list[tuple[str, str]]]:
    """One CSV file as commands, and (where, why) for every line that cannot be read."""
    return read_commands(name, content, HEADINGS, _command, required=_REQUIRED)


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
