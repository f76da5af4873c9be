"""The form every form of ours extends."""

from gettext import NullTranslations

from flask_babel import get_translations
from flask_wtf import FlaskForm


class Form(FlaskForm):
    """A form whose library speaks the reader's language: WTForms' own sentences are English and translated here."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, _form: object) -> NullTranslations:
            found: NullTranslations = get_translations()
            return found
