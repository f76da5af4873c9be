"""Who is rated: departments as they were on each day, what became of them, and where people are served.

A department's id is opaque and is never given to another one, whatever the names: "Đồng Sơn" before and after
1 July 2025 are two departments.
"""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from feedback_app.kit.db import Model


class Department(Model):
    __tablename__ = "departments"
    __table_args__ = (
        CheckConstraint("closed_on > opened_on", name="closed_after_opened"),
        CheckConstraint("kind IN ('province', 'city', 'office', 'one_stop', 'ward', 'commune', 'party')", name="kind"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class DepartmentVersion(Model):
    """Name and parent from a day on, until the next version or the department's end."""

    __tablename__ = "department_versions"

    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    short_name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    legal_basis: Mapped[str | None]


class Succession(Model):
    """An edge from a department to what followed it; abolished ones point nowhere."""

    __tablename__ = "successions"
    __table_args__ = (
        CheckConstraint("kind IN ('rename', 'merge', 'split', 'abolish', 'transfer')", name="kind"),
        CheckConstraint("(successor_id IS NULL) = (kind = 'abolish')", name="successor_unless_abolished"),
        CheckConstraint("predecessor_id <> successor_id", name="two_departments"),
        UniqueConstraint("predecessor_id", "successor_id", "happened_on", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    happened_on: Mapped[date]
    kind: Mapped[str]
    legal_basis: Mapped[str]


class ProcedureField(Model):
    """A field of administrative procedures (lĩnh vực)."""

    __tablename__ = "procedure_fields"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str | None]


class Procedure(Model):
    """An administrative procedure (thủ tục hành chính); its code is the one the one-stop system uses."""

    __tablename__ = "procedures"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    field_id: Mapped[int] = mapped_column(ForeignKey("procedure_fields.id"))


class DepartmentField(Model):
    __tablename__ = "department_fields"

    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("procedure_fields.id"), primary_key=True)


class Place(Model):
    """Where people are served. What is answered here rates `rated_department_id` unless the counter says otherwise."""

    __tablename__ = "places"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str | None]
    address: Mapped[str | None]
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    rated_department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    closed_on: Mapped[date | None]


class Counter(Model):
    __tablename__ = "counters"
    __table_args__ = (UniqueConstraint("place_id", "slug"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id"))
    slug: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str | None]
    rated_department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    field_id: Mapped[int | None] = mapped_column(ForeignKey("procedure_fields.id"))


class OfficeModel(Model):
    """A named model (mô hình) of a friendly, disciplined, responsible office; two departments may share a title."""

    __tablename__ = "office_models"
    __table_args__ = (UniqueConstraint("department_id", "title"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    title: Mapped[str]
    about: Mapped[str | None]
    source: Mapped[str]
