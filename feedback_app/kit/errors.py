"""The five ways an action can be refused; app.py alone turns them into HTTP statuses.

Slices subclass these beside the function that raises them.
"""


def N_(message: str) -> str:
    """Mark a Vietnamese message for the translators where nothing may know of languages; `i18n.say` translates it."""
    return message


class Refused(Exception):
    """Base of the five. `message` is Vietnamese source text with `%(name)s` places that `values` fill."""

    def __init__(self, message: str = "", *, field: str | None = None, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values
        self.field = field


class Invalid(Refused):
    """What was sent breaks a rule; `field` names the input to mend."""


class NotFound(Refused):
    """There is no such thing, or the asker must not learn that there is."""


class NotAllowed(Refused):
    """The asker is known and may not do this."""


class Conflict(Refused):
    """It contradicts what is already stored."""


class Gone(Refused):
    """It was there, for a time that is over."""
