"""Lists that people choose from in several forms of the desk."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from wtforms.fields import SelectChoice

from feedback_app.kit import i18n
from feedback_app.surveys import queries as surveys


def version_choices(session: Session) -> list[SelectChoice]:
    """Every published version of a questionnaire, newest first of each."""
    versions = sorted(surveys.published_versions(session).values(), key=lambda each: (each.code, -each.number))
    return with_blank(
        [
            SelectChoice(
                str(each.id),
                _("%(title)s (bản %(number)s)", title=i18n.text_in(each.title, each.title_en), number=each.number),
            )
            for each in versions
        ],
        _("Chọn mẫu phiếu"),
    )


def with_blank(choices: list[SelectChoice], prompt: str) -> list[SelectChoice]:
    """A list of one needs no choosing; a longer one begins with nothing chosen."""
    return choices if len(choices) == 1 else [SelectChoice("", prompt), *choices]
