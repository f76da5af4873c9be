"""A questionnaire to key from, and a form filled in."""

from sqlalchemy.orm import Session

from feedback_app.surveys.commands import DefineChoice, DefineQuestion, DefineQuestionnaire
from feedback_app.surveys.operations import publish_questionnaire
from tests.staff.people import MORNING

ID = "01890000-0000-7000-8000-000000000001"
ANOTHER_ID = "01890000-0000-7000-8000-000000000002"


def publish(session: Session, *, more: int = 0) -> int:
    """Overall (required, three levels), attitude (two levels), reasons (several) and an opinion, then `more` questions
    like the attitude (`them-1` and on); gives its id."""
    levels = (
        DefineChoice(key="hai-long", text="Hài lòng", outcome="satisfied", points=2),
        DefineChoice(key="binh-thuong", text="Bình thường", outcome="neutral", points=1),
        DefineChoice(key="khong-hai-long", text="Không hài lòng", outcome="not_satisfied", points=0),
    )
    definition = DefineQuestionnaire(
        code="phieu-giay",
        title="Phiếu lấy ý kiến",
        basis="Mẫu dùng để thử",
        questions=(
            DefineQuestion(
                key="chung", kind="single", text="Đánh giá chung", overall=True, required=True, choices=levels
            ),
            DefineQuestion(
                key="thai-do",
                kind="single",
                text="Thái độ phục vụ",
                choices=(DefineChoice(key="tot", text="Tốt"), DefineChoice(key="chua-tot", text="Chưa tốt")),
            ),
            DefineQuestion(
                key="ly-do",
                kind="several",
                text="Điều chưa hài lòng",
                choices=(DefineChoice(key="cham", text="Chậm"), DefineChoice(key="xa", text="Xa")),
            ),
            DefineQuestion(key="y-kien", kind="text", text="Ý kiến khác"),
            *(
                DefineQuestion(
                    key=f"them-{number}",
                    kind="single",
                    text=f"Câu hỏi thêm thứ {number}",
                    choices=(DefineChoice(key="tot", text="Tốt"), DefineChoice(key="chua-tot", text="Chưa tốt")),
                )
                for number in range(1, more + 1)
            ),
        ),
    )
    version_id, _new = publish_questionnaire(session, definition, now=MORNING)
    session.commit()
    return version_id


def filled(response_id: str = ID, **changes: object) -> dict[str, object]:
    """One form as a page without scripts would post it."""
    return {"response_id": response_id, "q-chung": "hai-long", **changes}
