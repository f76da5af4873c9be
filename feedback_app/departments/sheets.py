"""The register of departments as sheets saved as CSV; documented in docs/import-departments.md.

Each of the seven kinds of sheet is known by its headings, so files may have any name and stand in any order.
Pure: bytes in, commands and problems out.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from feedback_app.departments.commands import (
    Problem,
    RegisterCounter,
    RegisterDepartment,
    RegisterField,
    RegisterOfficeModel,
    RegisterPlace,
    RegisterProcedure,
    RegisterSuccession,
    Registration,
)
from feedback_app.kit.errors import N_
from feedback_app.kit.sheets import BadSheet, Row, read_sheet

# Headings as they may be written, Vietnamese with or without marks, or English; the note is for people alone.
HEADINGS: Final[Mapping[str, str]] = {
    "ma": "code",
    "loai": "kind",
    "ten": "name",
    "ten_en": "name_en",
    "ten_ngan": "short_name",
    "cap_tren": "parent",
    "tu_ngay": "valid_from",
    "ngung_tu": "closed_on",
    "can_cu": "legal_basis",
    "linh_vuc": "fields",
    "ghi_chu": "note",
    "don_vi_cu": "predecessor",
    "don_vi_moi": "successor",
    "ngay": "happened_on",
    "hinh_thuc": "succession",
    "ma_linh_vuc": "field_code",
    "ten_linh_vuc": "field_name",
    "ten_linh_vuc_en": "field_name_en",
    "ma_thu_tuc": "procedure_code",
    "ten_thu_tuc": "procedure_name",
    "ten_thu_tuc_en": "procedure_name_en",
    "diem": "place",
    "ten_diem": "place_name",
    "ten_diem_en": "place_name_en",
    "dia_chi": "address",
    "don_vi_tiep_nhan": "receiving_department",
    "don_vi_duoc_danh_gia": "rated_department",
    "quay": "counter",
    "ten_quay": "counter_name",
    "ten_quay_en": "counter_name_en",
    "don_vi": "department",
    "mo_hinh": "title",
    "mo_ta": "about",
    "nguon": "source",
}

_KINDS: Final[Mapping[str, str]] = {
    "tinh": "province",
    "thanh pho": "city",
    "co quan": "office",
    "mot cua": "one_stop",
    "phuong": "ward",
    "xa": "commune",
    "khoi dang": "party",
}

_SUCCESSIONS: Final[Mapping[str, str]] = {
    "doi ten": "rename",
    "sap nhap": "merge",
    "chia": "split",
    "giai the": "abolish",
    "chuyen chuc nang": "transfer",
}


def _department(row: Row) -> RegisterDepartment:
    return RegisterDepartment(
        code=row.text("code"),
        kind=row.one_of("kind", _KINDS),
        name=row.text("name"),
        name_en=row.maybe("name_en"),
        short_name=row.maybe("short_name"),
        parent=row.maybe("parent"),
        valid_from=row.day("valid_from"),
        closed_on=row.maybe_day("closed_on"),
        legal_basis=row.maybe("legal_basis"),
        fields=row.codes("fields"),
        line=row.line,
    )


def _succession(row: Row) -> RegisterSuccession:
    return RegisterSuccession(
        predecessor=row.text("predecessor"),
        successor=row.maybe("successor"),
        happened_on=row.day("happened_on"),
        kind=row.one_of("succession", _SUCCESSIONS),
        legal_basis=row.text("legal_basis"),
        line=row.line,
    )


def _field(row: Row) -> RegisterField:
    return RegisterField(
        code=row.text("field_code"),
        name=row.text("field_name"),
        name_en=row.maybe("field_name_en"),
        line=row.line,
    )


def _procedure(row: Row) -> RegisterProcedure:
    return RegisterProcedure(
        code=row.text("procedure_code"),
        name=row.text("procedure_name"),
        name_en=row.maybe("procedure_name_en"),
        field=row.text("fields"),
        line=row.line,
    )


def _place(row: Row) -> RegisterPlace:
    return RegisterPlace(
        slug=row.text("place"),
        name=row.text("place_name"),
        name_en=row.maybe("place_name_en"),
        address=row.maybe("address"),
        receiving=row.text("receiving_department"),
        rated=row.maybe("rated_department"),
        closed_on=row.maybe_day("closed_on"),
        line=row.line,
    )


def _counter(row: Row) -> RegisterCounter:
    return RegisterCounter(
        place=row.text("place"),
        slug=row.text("counter"),
        name=row.text("counter_name"),
        name_en=row.maybe("counter_name_en"),
        rated=row.maybe("rated_department"),
        field=row.maybe("fields"),
        line=row.line,
    )


def _office_model(row: Row) -> RegisterOfficeModel:
    return RegisterOfficeModel(
        department=row.text("department"),
        title=row.text("title"),
        about=row.maybe("about"),
        source=row.text("source"),
        line=row.line,
    )


Command = (
    RegisterDepartment
    | RegisterSuccession
    | RegisterField
    | RegisterProcedure
    | RegisterPlace
    | RegisterCounter
    | RegisterOfficeModel
)


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of sheet: the headings it must have, those it may have, and what one line of it says."""

    required: frozenset[str]
    optional: frozenset[str]
    command: Callable[[Row], Command]

    def fits(self, headings: frozenset[str]) -> bool:
        return self.required <= headings <= self.required | self.optional | {"note"}


_KINDS_OF_SHEET: Final = (
    _Kind(
        frozenset({"code", "kind", "name", "valid_from"}),
        frozenset({"name_en", "short_name", "parent", "closed_on", "legal_basis", "fields"}),
        _department,
    ),
    _Kind(
        frozenset({"predecessor", "successor", "happened_on", "succession", "legal_basis"}),
        frozenset(),
        _succession,
    ),
    _Kind(frozenset({"field_code", "field_name"}), frozenset({"field_name_en"}), _field),
    _Kind(frozenset({"procedure_code", "procedure_name", "fields"}), frozenset({"procedure_name_en"}), _procedure),
    _Kind(
        frozenset({"place", "place_name", "receiving_department"}),
        frozenset({"place_name_en", "address", "rated_department", "closed_on"}),
        _place,
    ),
    _Kind(
        frozenset({"place", "counter", "counter_name"}),
        frozenset({"counter_name_en", "rated_department", "fields"}),
        _counter,
    ),
    _Kind(frozenset({"department", "title", "source"}), frozenset({"about"}), _office_model),
)


def read(files: Iterable[tuple[str, bytes]]) -> tuple[Registration, list[Problem]]:
    """Named CSV files as one registration, and a problem for each file and each line that cannot be read."""
    commands: list[Command] = []
    problems: list[Problem] = []
    for name, content in files:
        try:
            sheet = read_sheet(name, content, HEADINGS)
        except BadSheet as error:
            problems.append(Problem(message=error.message, values=error.values, line=name))
            continue
        kind = next((kind for kind in _KINDS_OF_SHEET if kind.fits(sheet.headings)), None)
        if kind is None:
            problems.append(Problem(message=N_("Các cột của tệp không hợp với loại bảng nào đã biết."), line=name))
            continue
        read_commands, unread = sheet.read(kind.command)
        commands += read_commands
        problems += [
            Problem(message=error.message, values=error.values, field=error.field, line=error.line) for error in unread
        ]
    return _gathered(commands), problems


def _gathered(commands: list[Command]) -> Registration:
    return Registration(
        departments=tuple(found for found in commands if isinstance(found, RegisterDepartment)),
        successions=tuple(found for found in commands if isinstance(found, RegisterSuccession)),
        fields=tuple(found for found in commands if isinstance(found, RegisterField)),
        procedures=tuple(found for found in commands if isinstance(found, RegisterProcedure)),
        places=tuple(found for found in commands if isinstance(found, RegisterPlace)),
        counters=tuple(found for found in commands if isinstance(found, RegisterCounter)),
        office_models=tuple(found for found in commands if isinstance(found, RegisterOfficeModel)),
    )
