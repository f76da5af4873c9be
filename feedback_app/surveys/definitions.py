"""Questionnaires as files: read, checked against the rules counting rests on, and compared. Pure."""

import re
from pathlib import Path
from typing import Final

from feedback_app.kit.documents import Part, read_json, read_text
from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise
from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire
from feedback_app.surveys.versions import VersionView

OUTCOMES: Final = ("satisfied", "neutral", "not_satisfied")
KINDS: Final = ("single", "several", "text")
SHIPPED: Final = Path(__file__).parent / "questionnaires"
_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadQuestionnaire(Invalid):
    """The definition cannot be counted."""


def read_file(path: Path) -> DefineQuestionnaire:
    """The definition in a questionnaire file (JSON in UTF-8, as the shipped ones); raises BadDocument."""
    return _definition(read_json(read_text(path.read_bytes())))


def shipped() -> list[Path]:
    """The files of the questionnaires the service comes with, by name."""
    return sorted(SHIPPED.glob("*.json"))


def read_definition(document: object) -> DefineQuestionnaire:
    """A definition from the parsed JSON of a questionnaire file; raises BadDocument.

    Texts are objects `{"vi": …, "en": …}` or, for Vietnamese alone, plain strings.
    """
    return _definition(Part(document))


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


def _definition(document: Part) -> DefineQuestionnaire:
    title, title_en = _texts(document.part("title"))
    return DefineQuestionnaire(
        code=document.part("code").text(),
        title=title,
        title_en=title_en,
        basis=normalise(document.part("basis").text()),
        questions=tuple(_question(each) for each in document.part("questions").parts()),
    )


def _question(document: Part) -> DefineQuestion:
    text, text_en = _texts(document.part("text"))
    hint = document.maybe("hint")
    hint_vi, hint_en = _texts(hint) if hint else (None, None)
    overall, required = document.maybe("overall"), document.maybe("required")
    shown_for, choices = document.maybe("shown_for"), document.maybe("choices")
    return DefineQuestion(
        key=document.part("key").text(),
        kind=document.part("kind").text(),  # type: ignore[arg-type]  # check_definition refuses other kinds
        text=text,
        text_en=text_en,
        hint=hint_vi,
        hint_en=hint_en,
        overall=overall.flag() if overall else False,
        required=required.flag() if required else False,
        shown_for=tuple(each.text() for each in shown_for.parts()) if shown_for else (),
        choices=tuple(_choice(each) for each in choices.parts()) if choices else (),
    )


def _choice(document: Part) -> DefineChoice:
    text, text_en = _texts(document.part("text"))
    outcome, points = document.maybe("outcome"), document.maybe("points")
    return DefineChoice(
        key=document.part("key").text(),
        text=text,
        text_en=text_en,
        outcome=outcome.text() if outcome else None,  # type: ignore[arg-type]  # check_definition refuses others
        points=points.number() if points else None,
    )


def _texts(part: Part) -> tuple[str, str | None]:
    if isinstance(part.value, str):
        return normalise(part.text()), None
    english = part.maybe("en")
    return normalise(part.part("vi").text()), normalise(english.text()) if english else None


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
