"""A questionnaire version as it is read: plain frozen values, and the rules an answer to it must keep. Pure."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from feedback_app.kit.errors import N_, Invalid
from feedback_app.kit.text import normalise_lines
from feedback_app.surveys.commands import SubmitResponse

LONGEST_COMMENT: Final = 2000
ON_PAPER: Final = ("paper", "scan")


class BadAnswer(Invalid):
    """An answer does not fit the questionnaire version; `field` is the question's key."""


@dataclass(frozen=True, slots=True)
class ChoiceView:
    id: int
    key: str
    text: str
    text_en: str | None
    outcome: str | None
    points: int | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    id: int
    key: str
    kind: str
    overall: bool
    required: bool
    shown_for: tuple[str, ...]
    text: str
    text_en: str | None
    hint: str | None
    hint_en: str | None
    choices: tuple[ChoiceView, ...]

    def choice(self, key: str) -> ChoiceView | None:
        return next((choice for choice in self.choices if choice.key == key), None)


@dataclass(frozen=True, slots=True)
class VersionView:
    id: int
    questionnaire_id: int
    code: str
    title: str
    title_en: str | None
    number: int
    basis: str
    questions: tuple[QuestionView, ...]

    @property
    def overall(self) -> QuestionView:
        """The question that the satisfied share is counted from; every version has exactly one."""
        return next(question for question in self.questions if question.overall)

    def question(self, key: str) -> QuestionView | None:
        return next((question for question in self.questions if question.key == key), None)


@dataclass(frozen=True, slots=True)
class Content:
    """What one delivery says once it is checked: ids of choices in ascending order, texts by question id."""

    choice_ids: tuple[int, ...]
    comments: Mapping[int, str]


def examine(version: VersionView, command: SubmitResponse) -> tuple[Content, dict[str, BadAnswer]]:
    """The content of `command` and everything that is wrong with it, by question key in the order of the form.

    A partial response may leave out anything but must hold at least one answer; a sealed one must hold every
    required answer, unless it came on paper: who filled that form in cannot be asked again. Texts are put into normal
    form here, so that every door stores the same; one without a visible character is no answer.
    """
    wrong: dict[str, BadAnswer] = {}
    can_ask = command.channel not in ON_PAPER
    picked: list[int] = []
    comments: dict[int, str] = {}
    for key in (*command.answers, *command.comments):
        if version.question(key) is None:
            wrong[key] = BadAnswer(N_("Phiếu này không có câu hỏi “%(key)s”."), field=key, key=key)
    for question in version.questions:
        keys = command.answers.get(question.key, ())
        written = normalise_lines(command.comments.get(question.key, ""))
        try:
            picked += _picked(question, keys)
            if _is_text(question, written):
                comments[question.id] = written
            if question.required and can_ask and command.sealed and not keys and not written:
                raise BadAnswer(N_("Xin trả lời câu hỏi này."), field=question.key)
        except BadAnswer as error:
            wrong[question.key] = error
    if not (picked or comments or wrong):
        key = version.overall.key
        wrong[key] = BadAnswer(N_("Phiếu chưa có câu trả lời nào."), field=key)
    return Content(tuple(sorted(picked)), comments), wrong


def check(version: VersionView, command: SubmitResponse) -> Content:
    """The content of `command`; raises the first BadAnswer that `examine` finds."""
    content, wrong = examine(version, command)
    for error in wrong.values():
        raise error
    return content


def _picked(question: QuestionView, keys: Collection[str]) -> list[int]:
    """The ids of the choices named."""
    if keys and question.kind == "text":
        raise BadAnswer(N_("Câu trả lời không đúng kiểu của câu hỏi."), field=question.key)
    named = dict.fromkeys(keys)
    if len(named) > 1 and question.kind == "single":
        raise BadAnswer(N_("Câu hỏi này chỉ chọn một câu trả lời."), field=question.key)
    picked = []
    for key in named:
        choice = question.choice(key)
        if choice is None:
            raise BadAnswer(N_("Câu trả lời “%(key)s” không có trong phiếu."), field=question.key, key=key)
        picked.append(choice.id)
    return picked


def _is_text(question: QuestionView, written: str) -> bool:
    """Whether there is a text, and may be one."""
    if written and question.kind != "text":
        raise BadAnswer(N_("Câu trả lời không đúng kiểu của câu hỏi."), field=question.key)
    if len(written) > LONGEST_COMMENT:
        raise BadAnswer(
            N_("Ý kiến dài quá %(limit)s ký tự. Xin rút gọn lại."), field=question.key, limit=LONGEST_COMMENT
        )
    return bool(written)


def content_hash(command: SubmitResponse, content: Content) -> bytes:
    """SHA-256 of what was said and about whom; times and delivery details stay out, so a repeated delivery is equal.

    A procedure is hashed where it is known only: what was stored before there were any keeps its hash.
    """
    said = [
        command.version_id,
        command.channel,
        command.place_id,
        command.counter_id,
        command.rated_department_id,
        command.field_id,
        command.stage,
        content.choice_ids,
        sorted(content.comments.items()),
    ]
    if command.procedure_id is not None:
        said.append(command.procedure_id)
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).digest()
