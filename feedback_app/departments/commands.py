"""What can be entered about departments: a small value for each thing, from a form or a sheet alike.

Other things are named by their codes, because what a sheet adds may name what stands further down in it.
`line` says where a value came from, for messages; it is no part of the value.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterDepartment:
    """A department from a day on. Entered again with another day it is a new version: a new name or parent.

    `closed_on` is the first day it no longer exists. None leaves the end as it is, no `fields` the fields.
    """

    code: str
    kind: str
    name: str
    valid_from: date
    name_en: str | None = None
    short_name: str | None = None
    parent: str | None = None
    closed_on: date | None = None
    legal_basis: str | None = None
    fields: tuple[str, ...] = ()
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterSuccession:
    """One step from a department to what followed it; an abolished one has no successor."""

    predecessor: str
    successor: str | None
    happened_on: date
    kind: str
    legal_basis: str
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterField:
    """A field of administrative procedures (lĩnh vực)."""

    code: str
    name: str
    name_en: str | None = None
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterProcedure:
    """An administrative procedure (thủ tục hành chính) of one field."""

    code: str
    name: str
    field: str
    name_en: str | None = None
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterPlace:
    """A place of a receiving department; without `rated` its answers rate that department itself."""

    slug: str
    name: str
    receiving: str
    rated: str | None = None
    name_en: str | None = None
    address: str | None = None
    closed_on: date | None = None
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterCounter:
    """A counter of a place; without `rated` its answers rate what the place rates."""

    place: str
    slug: str
    name: str
    name_en: str | None = None
    rated: str | None = None
    field: str | None = None
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class RegisterOfficeModel:
    """A named model (mô hình) of a department and where that is known from."""

    department: str
    title: str
    source: str
    about: str | None = None
    line: str = attribute(default="", compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """Everything that is entered together, and is valid or refused together."""

    departments: tuple[RegisterDepartment, ...] = ()
    successions: tuple[RegisterSuccession, ...] = ()
    fields: tuple[RegisterField, ...] = ()
    procedures: tuple[RegisterProcedure, ...] = ()
    places: tuple[RegisterPlace, ...] = ()
    counters: tuple[RegisterCounter, ...] = ()
    office_models: tuple[RegisterOfficeModel, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Why something cannot be entered: Vietnamese text with `%(name)s` places, and the input to mend."""

    message: str
    values: Mapping[str, object] = attribute(default_factory=dict)
    field: str | None = None
    line: str = ""

    @property
    def reason(self) -> str:
        return self.message % self.values
