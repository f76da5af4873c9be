"""Questionnaires as files: read, checked against the rules counting rests on, and compared. Pure."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise
from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire
from feedback_app.surveys.versions import VersionView

OUTCOMES: Final = ("satisfied", "neutral", "not_satisfied")
KINDS: Final = ("single", "several", "text")
SHIPPED: Final = Path(__file__).parent / "questionnaires"
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadQuestionnaire(Invalid):
    """The definition cannot be counted, or cannot be read."""


def read_file(path: Path) -> DefineQuestionnaire:
    """The definition in a questionnaire file (JSON in UTF-8, as the shipped ones); raises BadQuestionnaire."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadQuestionnaire(N_("Không đọc được tệp mẫu phiếu: %(reason)s."), reason=error) from error
    return read_definition(document)


def shipped() -> list[Path]:
    """The files of the questionnaires the service comes with, by name."""
    return sorted(SHIPPED.glob("*.json"))


def read_definition(document: Mapping[str, Any]) -> DefineQuestionnaire:
    """A definition from the parsed JSON of a questionnaire file; raises BadQuestionnaire.

    Texts are objects `{"vi": …, "en": …}` or, for Vietnamese alone, plain strings.
    """
    try:
        title, title_en = _texts(document["title"])
        return DefineQuestionnaire(
            code=document["code"],
            title=title,
            title_en=title_en,
            basis=normalise(document["basis"]),
            questions=tuple(_question(each) for each in document["questions"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise BadQuestionnaire(N_("Tệp mẫu phiếu thiếu hoặc sai mục %(part)s."), part=str(error)) from error


def check_definition(definition: DefineQuestionnaire) -> None:
    """Raise BadQuestionnaire unless answers to it can be counted.

    Exactly one overall question, and each of its levels states its outcome and its points: a level such as
    "Bình thường" is neutral because the file says so, never because of where it stands.
    """
    overall = [question for question in definition.questions if question.overall]
    if len(overall) != 1 or overall[0].kind != "single":
        raise BadQuestionnaire(N_("Mẫu phiếu cần đúng một câu đánh giá chung, loại chọn một."))
    if any(choice.outcome is None or choice.points is None for choice in overall[0].choices):
        raise BadQuestionnaire(N_("Mỗi mức của câu đánh giá chung phải ghi rõ kết quả và điểm."))
    _check_keys([definition.code])
    _check_keys([question.key for question in definition.questions])
    for question in definition.questions:
        _check_keys([choice.key for choice in question.choices])
        if question.kind not in KINDS:
            raise BadQuestionnaire(N_("Câu “%(key)s” có loại câu hỏi không hợp lệ."), key=question.key)
        if any(not _is_mapped(choice) for choice in question.choices):
            raise BadQuestionnaire(N_("Câu “%(key)s” có kết quả hoặc điểm không hợp lệ."), key=question.key)
        if (question.kind == "text") != (not question.choices) or len(question.choices) == 1:
            raise BadQuestionnaire(N_("Câu “%(key)s” có số lựa chọn không hợp với loại câu hỏi."), key=question.key)
        if not question.text or any(not choice.text for choice in question.choices):
            raise BadQuestionnaire(N_("Câu “%(key)s” thiếu nội dung tiếng Việt."), key=question.key)
        if set(question.shown_for) - set(OUTCOMES) or (question.overall and question.shown_for):
            raise BadQuestionnaire(N_("Câu “%(key)s” có điều kiện hiện không hợp lệ."), key=question.key)
        if question.required and question.shown_for:
            raise BadQuestionnaire(N_("Câu “%(key)s” chỉ hiện có điều kiện nên không thể bắt buộc."), key=question.key)


def definition_of(version: VersionView) -> DefineQuestionnaire:
    """The definition a stored version was made from."""
    return DefineQuestionnaire(
        code=version.code,
        title=version.title,
        title_en=version.title_en,
        basis=version.basis,
        questions=tuple(
            DefineQuestion(
                key=question.key,
                kind=question.kind,  # type: ignore[arg-type]  # the database allows these kinds alone
                text=question.text,
                text_en=question.text_en,
                hint=question.hint,
                hint_en=question.hint_en,
                overall=question.overall,
                required=question.required,
                shown_for=question.shown_for,
                choices=tuple(
                    DefineChoice(
                        key=choice.key,
                        text=choice.text,
                        text_en=choice.text_en,
                        outcome=choice.outcome,  # type: ignore[arg-type]  # the database allows these outcomes alone
                        points=choice.points,
                    )
                    for choice in question.choices
                ),
            )
            for question in version.questions
        ),
    )


def _question(document: Mapping[str, Any]) -> DefineQuestion:
    text, text_en = _texts(document["text"])
    hint, hint_en = _texts(document["hint"]) if "hint" in document else (None, None)
    return DefineQuestion(
        key=document["key"],
        kind=document["kind"],
        text=text,
        text_en=text_en,
        hint=hint,
        hint_en=hint_en,
        overall=document.get("overall", False),
        required=document.get("required", False),
        shown_for=tuple(document.get("shown_for", ())),
        choices=tuple(_choice(each) for each in document.get("choices", ())),
    )


def _choice(document: Mapping[str, Any]) -> DefineChoice:
    text, text_en = _texts(document["text"])
    return DefineChoice(
        key=document["key"],
        text=text,
        text_en=text_en,
        outcome=document.get("outcome"),
        points=document.get("points"),
    )


def _texts(value: str | Mapping[str, str]) -> tuple[str, str | None]:
    if isinstance(value, str):
        return normalise(value), None
    return normalise(value["vi"]), normalise(value["en"]) if "en" in value else None


def _is_mapped(choice: DefineChoice) -> bool:
    """Whether outcome and points, where given, are ones that can be stored."""
    return choice.outcome in (None, *OUTCOMES) and (
        choice.points is None or (type(choice.points) is int and -1000 <= choice.points <= 1000)
    )


def _check_keys(keys: list[str]) -> None:
    for key in keys:
        if not _KEY.fullmatch(str(key)):
            raise BadQuestionnaire(N_("Mã “%(key)s” chỉ gồm chữ thường không dấu, số và dấu gạch nối."), key=key)
    if len(set(keys)) != len(keys):
        raise BadQuestionnaire(N_("Có mã bị trùng: %(keys)s."), keys=", ".join(sorted(keys)))
