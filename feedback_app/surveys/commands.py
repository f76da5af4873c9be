"""What the doors ask of this slice. Kiosk, QR, web, paper and scan all make the same command."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from feedback_app.tokens.codes import Token
from feedback_app.tokens.commands import Stage

Channel = Literal["kiosk", "qr", "web", "paper", "scan"]
# Which of two deliveries that contradict each other counts: the one that did, or the later one.
ConflictDecision = Literal["kept", "replaced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitResponse:
    """One delivery of one filled questionnaire.

    `id` was made where it was filled, at the first touch. `answers` maps question keys to the keys of the choices
    picked; `comments` maps question keys to free text. A question that is absent was not answered. `sealed` says
    that its citizen has finished; until then further deliveries with a higher `revision` complete it. Who names a
    procedure need not name its field. `trapped` says that a field was filled which no person sees.
    `token` stands for the dossier and the stage, where a code came along; the code itself stays at the door.
    """

    id: UUID
    version_id: int
    channel: Channel
    receiving_department_id: int
    rated_department_id: int
    answers: Mapping[str, tuple[str, ...]]
    answered_at: datetime
    sealed: bool
    comments: Mapping[str, str] = field(default_factory=dict)
    revision: int = 1
    place_id: int | None = None
    counter_id: int | None = None
    field_id: int | None = None
    procedure_id: int | None = None
    stage: Stage | None = None
    assisted: bool = False
    device_id: UUID | None = None
    keyer_id: int | None = None
    trapped: bool = False
    token: Token | None = None
    demonstration: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineChoice:
    """One choice of a questionnaire to be stored; `outcome` and `points` are the scale's map."""

    key: str
    text: str
    text_en: str | None = None
    outcome: Literal["satisfied", "neutral", "not_satisfied"] | None = None
    points: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineQuestion:
    """One question; `shown_for` names the outcomes of the overall answer that open it (empty: always shown)."""

    key: str
    kind: Literal["single", "several", "text"]
    text: str
    text_en: str | None = None
    hint: str | None = None
    hint_en: str | None = None
    overall: bool = False
    required: bool = False
    shown_for: tuple[str, ...] = ()
    choices: tuple[DefineChoice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DefineQuestionnaire:
    """A whole questionnaire; storing it again with other content makes its next version."""

    code: str
    title: str
    basis: str
    questions: tuple[DefineQuestion, ...]
    title_en: str | None = None
